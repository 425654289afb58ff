import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { common } from '../texts/common.ts';
import { targetTexts as texts } from '../texts/target.ts';
import { Card } from './card.tsx';
import { FocusHome } from './dialog.tsx';
import { Editable } from './editable.tsx';
import { Fact, Facts } from './fact.tsx';
import { done, failure } from './notify.tsx';
import { RuledInput } from './ruled-input.tsx';
import { RULES } from './rules.ts';

interface Entry {
  key: string;
  value: string;
}

export interface EntriesProps {
  title: string;
  hint: string;
  entries: readonly Entry[];
  mayEdit: boolean;
  /** Answers why it was refused, or nothing. */
  save: (entry: Entry) => Promise<string | undefined>;
  remove: (key: string) => Promise<string | undefined>;
  /** What stands beside an entry. */
  beside?: (entry: Entry) => ReactNode;
}

/** Keys and values, each to be changed where it stands; a removed one can be taken back. */
export function EntriesCard({ title, hint, entries, mayEdit, save, remove, beside }: EntriesProps) {
  const [isAdding, setAdding] = useState(false);
  async function onChange({ key, value }: Entry, changed: string) {
    const refused = await save({ key, value: changed });
    if (refused === undefined) void done(texts.entrySaved(key), () => void save({ key, value }));
    return refused;
  }
  async function onRemove({ key, value }: Entry) {
    const refused = await remove(key);
    if (refused === undefined) void done(texts.entryRemoved(key), () => void save({ key, value }));
    else if (refused) void failure(refused);
  }
  return (
    <Card
      title={title}
      hint={hint}
      actions={
        mayEdit && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setAdding(true)}
          >
            {texts.addEntry}
          </Button>
        )
      }
    >
      {entries.length === 0 && !isAdding && (
        <Text size="sm" c="dimmed">
          {texts.noEntries}
        </Text>
      )}
      {entries.length > 0 && (
        <Facts>
          {entries.map((entry) => (
            <Fact key={entry.key} label={entry.key}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Editable
                  value={entry.value}
                  label={entry.key}
                  editLabel={texts.changeEntry(entry.key)}
                  mayEdit={mayEdit}
                  rule={RULES.value}
                  save={(value) => onChange(entry, value)}
                />
                {beside?.(entry)}
                {mayEdit && (
                  <ActionIcon
                    size="sm"
                    variant="subtle"
                    color="gray"
                    aria-label={texts.removeEntry(entry.key)}
                    onClick={() => void onRemove(entry)}
                  >
                    <IconTrash size={14} />
                  </ActionIcon>
                )}
              </Group>
            </Fact>
          ))}
        </Facts>
      )}
      {isAdding && (
        <FocusHome>
          <NewEntry save={save} onClose={() => setAdding(false)} />
        </FocusHome>
      )}
    </Card>
  );
}

function NewEntry({ save, onClose }: Pick<EntriesProps, 'save'> & { onClose: () => void }) {
  const [fault, setFault] = useState<string>();
  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = String(form.get('key')).trim();
    const refused = await save({ key, value: String(form.get('value')) });
    setFault(refused);
    if (refused !== undefined) return;
    void done(texts.entrySaved(key));
    onClose();
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Group gap="xs" align="flex-start" grow>
          <RuledInput
            rule={RULES.key}
            name="key"
            size="xs"
            label={texts.key}
            error={fault}
            required
            withAsterisk={false}
          />
          <RuledInput rule={RULES.value} name="value" size="xs" label={texts.value} />
        </Group>
        <Group gap="xs">
          <Button type="submit" size="xs">
            {common.save}
          </Button>
          <Button size="xs" variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
