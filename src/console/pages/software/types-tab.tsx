import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { ModuleTypeRowFragment, SetTypeRowFragment } from '../../api/types.documents.ts';
import { type Outcome, useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Answer } from '../../parts/states.tsx';
import { softwareTypesTexts, softwareTexts as texts } from '../../texts/software.ts';
import { DeleteModuleType, DeleteSetType } from './software.documents.ts';
import { ModuleTypeDialog, SetTypeDialog } from './type-dialogs.tsx';
import { useTypes } from './use-types.ts';

/** What kinds of modules and sets there are, and which modules a set of a type needs. */
export function TypesTab() {
  const types = useTypes();
  return (
    <Answer of={types}>
      {({ moduleTypes, setTypes }) => (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <SetTypesCard types={setTypes} moduleTypes={moduleTypes} />
          <ModuleTypesCard types={moduleTypes} />
        </SimpleGrid>
      )}
    </Answer>
  );
}

function SetTypesCard({
  types,
  moduleTypes,
}: {
  types: readonly SetTypeRowFragment[];
  moduleTypes: readonly ModuleTypeRowFragment[];
}) {
  const { can } = useViewer();
  const [remove] = useChange(DeleteSetType);
  return (
    <TypesCard
      title={texts.setTypes}
      types={types}
      create={can.createDistributionSetTypes && softwareTypesTexts.newSetType}
      remove={(id) => remove({ input: { id } })}
      said={({ moduleTypes: parts }) =>
        parts
          ?.map(
            ({ mandatory, moduleType }) =>
              `${mandatory ? texts.mandatory : texts.optional} ${moduleType.name}`,
          )
          .join(', ')
      }
      dialog={(type, onClose) => <SetTypeDialog type={type} moduleTypes={moduleTypes} onClose={onClose} />}
    />
  );
}

function ModuleTypesCard({ types }: { types: readonly ModuleTypeRowFragment[] }) {
  const { can } = useViewer();
  const [remove] = useChange(DeleteModuleType);
  return (
    <TypesCard
      title={texts.moduleTypes}
      types={types}
      create={can.createSoftwareModuleTypes && softwareTypesTexts.newModuleType}
      remove={(id) => remove({ input: { id } })}
      said={({ maxAssignments }) => texts.perSet(maxAssignments)}
      dialog={(type, onClose) => <ModuleTypeDialog type={type} onClose={onClose} />}
    />
  );
}

/** Types of one kind, to be made, changed and deleted. */
function TypesCard<Row extends ModuleTypeRowFragment | SetTypeRowFragment>({
  title,
  types,
  create,
  remove,
  said,
  dialog,
}: {
  title: string;
  types: readonly Row[];
  /** What is on the button that makes one; none where the caller may not. */
  create: string | false | undefined;
  remove: (id: string) => Promise<Outcome<unknown>>;
  /** What there is to say of one. */
  said: (type: Row) => ReactNode;
  /** Makes one, or changes the one given. */
  dialog: (type: Row | undefined, onClose: () => void) => ReactNode;
}) {
  const [edited, setEdited] = useState<Row | 'new'>();
  return (
    <Card
      title={title}
      actions={
        create && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setEdited('new')}
          >
            {create}
          </Button>
        )
      }
    >
      {types.map((type) => (
        <TypeLine key={type.id} type={type} onEdit={() => setEdited(type)} remove={() => remove(type.id)}>
          {said(type)}
        </TypeLine>
      ))}
      {edited && dialog(edited === 'new' ? undefined : edited, () => setEdited(undefined))}
    </Card>
  );
}

function TypeLine({
  type: { key, name, description, viewerCan },
  onEdit,
  remove,
  children,
}: {
  type: ModuleTypeRowFragment | SetTypeRowFragment;
  onEdit: () => void;
  remove: () => Promise<Outcome<unknown>>;
  children: ReactNode;
}) {
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <Stack gap={0} miw={0}>
        <Text size="sm" fw={550}>
          {name}{' '}
          <Text span size="xs" c="dimmed" ff="monospace">
            {key}
          </Text>
        </Text>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
        {description && description !== name && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {description}
          </Text>
        )}
      </Stack>
      <Group gap={4} wrap="nowrap">
        {viewerCan.update && <EditButton label={softwareTypesTexts.editLabel(name)} onClick={onEdit} />}
        {viewerCan.delete && (
          <RemoveButton
            label={softwareTypesTexts.removeLabel(name)}
            text={softwareTypesTexts.removeText}
            told={softwareTypesTexts.removed}
            remove={remove}
          />
        )}
      </Group>
    </Group>
  );
}
