import { ActionIcon, Button, Group, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { type SyntheticEvent, useState } from 'react';
import type { SavedFiltersQuery } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { FocusHome } from '../../parts/dialog.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { FilterInput } from '../../parts/filter-input.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { common } from '../../texts/common.ts';
import { filterTexts as texts } from '../../texts/targets.ts';
import { ChangeFilter, ForgetFilter, SavedFilters, SaveFilter } from './targets.documents.ts';

type SavedFilter = SavedFiltersQuery['targetFilters']['nodes'][number];

/** The filters that were saved under a name: choose one, save the current one, change or delete one. */
export function TargetFilters({
  filter,
  isValid,
  onChoose,
}: {
  filter: string;
  isValid: boolean;
  onChoose: (filter: string) => void;
}) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const [edited, setEdited] = useState<SavedFilter>();
  const { can } = useViewer();
  const { data } = useData(SavedFilters, {}, { pause: !opened });
  const saved = data?.targetFilters.nodes ?? [];
  return (
    <>
      <Popover opened={opened} onDismiss={close} position="bottom-end" width={320} trapFocus withRoles>
        <Popover.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} />} onClick={toggle}>
            {texts.saved}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={texts.saved}>
          <FocusHome>
            <Stack gap="sm">
              {data && saved.length === 0 && (
                <Text size="sm" c="dimmed">
                  {texts.noneSaved}
                </Text>
              )}
              {saved.map((it) => (
                <Group key={it.id} justify="space-between" wrap="nowrap" gap="xs">
                  <UnstyledButton
                    miw={0}
                    onClick={() => {
                      onChoose(it.filter);
                      close();
                    }}
                  >
                    <Text size="sm" fw={550} truncate>
                      {it.name}
                    </Text>
                    <Text size="xs" c="dimmed" ff="monospace" truncate>
                      {it.filter}
                    </Text>
                  </UnstyledButton>
                  <Group gap={0} wrap="nowrap">
                    {it.viewerCan.update && (
                      <EditButton
                        label={texts.editLabel(it.name)}
                        onClick={() => {
                          close();
                          setEdited(it);
                        }}
                      />
                    )}
                    {it.viewerCan.delete && <Forget id={it.id} name={it.name} filter={it.filter} />}
                  </Group>
                </Group>
              ))}
              {can.createTargetFilters && isValid && <Save filter={filter} />}
            </Stack>
          </FocusHome>
        </Popover.Dropdown>
      </Popover>
      {edited && <FilterDialog saved={edited} onClose={() => setEdited(undefined)} />}
    </>
  );
}

/** Changes the name or the text of a saved filter. */
function FilterDialog({
  saved: { id, name, filter: before },
  onClose,
}: {
  saved: SavedFilter;
  onClose: () => void;
}) {
  const [update] = useChange(ChangeFilter);
  const [filter, setFilter] = useState(before);
  return (
    <FormDialog
      title={texts.editLabel(name)}
      action={texts.save}
      fields={['name', 'filter']}
      onClose={onClose}
      size="lg"
      run={async (form) => {
        const changed = typedIn(form, 'name') ?? '';
        const outcome = await update({ input: { id, name: changed, filter: filter.trim() } });
        if (outcome?.faults.length === 0) void done(texts.saved1(changed));
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <>
          {/* What it offers lies over what is below it: not over the buttons. */}
          <FilterInput
            of="TARGET"
            label={texts.label}
            value={filter}
            onChange={setFilter}
            error={faultOf('filter')}
            required
          />
          <NameField label={texts.saveName} defaultValue={name} faultOf={faultOf} />
        </>
      )}
    </FormDialog>
  );
}

function Save({ filter }: { filter: string }) {
  const [save, saving] = useChange(SaveFilter);
  const [fault, setFault] = useState<string>();
  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get('name'));
    const outcome = await save({ input: { name, filter } });
    if (!outcome) return;
    setFault(outcome.faults[0]?.message);
    if (outcome.faults.length > 0) return;
    form.reset();
    void done(texts.saved1(name));
  }
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <RuledInput
          rule={RULES.name}
          name="name"
          size="xs"
          flex={1}
          label={texts.saveName}
          required
          withAsterisk={false}
          error={fault}
        />
        <Button type="submit" size="xs" loading={saving}>
          {common.save}
        </Button>
      </Group>
    </form>
  );
}

function Forget({ id, name, filter }: { id: string; name: string; filter: string }) {
  const [forget, forgetting] = useChange(ForgetFilter);
  const [save] = useChange(SaveFilter);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={texts.forget(name)}
      loading={forgetting}
      onClick={async () => {
        const outcome = await forget({ input: { id } });
        if (outcome && outcome.faults.length === 0)
          void done(texts.forgotten(name), () => void save({ input: { name, filter } }));
      }}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}
