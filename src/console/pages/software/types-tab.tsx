import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { ModuleTypeRowFragment, SetTypeRowFragment } from '../../api/types.documents.ts';
import { type Outcome, useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Answer } from '../../parts/states.tsx';
import { softwareTypesTexts, softwareTexts as texts } from '../../texts/software.ts';
import { DeleteModuleType, DeleteSetType, SoftwareTypes } from './software.documents.ts';
import { ModuleTypeDialog, SetTypeDialog } from './type-dialogs.tsx';

/** What kinds of modules and sets there are, and which modules a set of a type needs. */
export function TypesTab() {
  const types = useData(SoftwareTypes, {});
  return (
    <Answer of={types}>
      {({ softwareModuleTypes, distributionSetTypes }) => (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <SetTypesCard types={distributionSetTypes.nodes} moduleTypes={softwareModuleTypes.nodes} />
          <ModuleTypesCard types={softwareModuleTypes.nodes} />
        </SimpleGrid>
      )}
    </Answer>
  );
}

const NewButton = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={onClick}>
    {label}
  </Button>
);

function SetTypesCard({
  types,
  moduleTypes,
}: {
  types: readonly SetTypeRowFragment[];
  moduleTypes: readonly ModuleTypeRowFragment[];
}) {
  const { can } = useViewer();
  const [remove] = useChange(DeleteSetType);
  const [edited, setEdited] = useState<SetTypeRowFragment | 'new'>();
  return (
    <Card
      title={texts.setTypes}
      actions={
        can.createDistributionSetTypes && (
          <NewButton label={softwareTypesTexts.newSetType} onClick={() => setEdited('new')} />
        )
      }
    >
      {types.map((type) => (
        <TypeLine
          key={type.id}
          type={type}
          onEdit={() => setEdited(type)}
          remove={() => remove({ input: { id: type.id } })}
        >
          {type.moduleTypes
            ?.map((it) => `${it.mandatory ? texts.mandatory : texts.optional} ${it.moduleType.name}`)
            .join(', ')}
        </TypeLine>
      ))}
      {edited && (
        <SetTypeDialog
          type={edited === 'new' ? undefined : edited}
          moduleTypes={moduleTypes}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Card>
  );
}

function ModuleTypesCard({ types }: { types: readonly ModuleTypeRowFragment[] }) {
  const { can } = useViewer();
  const [remove] = useChange(DeleteModuleType);
  const [edited, setEdited] = useState<ModuleTypeRowFragment | 'new'>();
  return (
    <Card
      title={texts.moduleTypes}
      actions={
        can.createSoftwareModuleTypes && (
          <NewButton label={softwareTypesTexts.newModuleType} onClick={() => setEdited('new')} />
        )
      }
    >
      {types.map((type) => (
        <TypeLine
          key={type.id}
          type={type}
          onEdit={() => setEdited(type)}
          remove={() => remove({ input: { id: type.id } })}
        >
          {texts.perSet(type.maxAssignments)}
        </TypeLine>
      ))}
      {edited && (
        <ModuleTypeDialog type={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
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
