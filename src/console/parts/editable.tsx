import { ActionIcon, Group, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconCheck, IconPencil, IconX } from '@tabler/icons-react';
import { type SyntheticEvent, useRef, useState } from 'react';
import { common } from '../texts/common.ts';
import classes from './editable.module.css';
import type { Rule } from './rules.ts';

/** A text that is changed where it stands. `save` answers why it was refused, or nothing. */
export function Editable({
  value,
  label,
  editLabel,
  mayEdit,
  rule,
  save,
  empty = common.none,
}: {
  value: string;
  label: string;
  editLabel: string;
  mayEdit: boolean;
  rule?: Rule | undefined;
  save: (value: string) => Promise<string | undefined>;
  empty?: string;
}) {
  const [draft, setDraft] = useState<string>();
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const wasEdited = useRef(false);
  const broken = draft === undefined ? undefined : rule?.(draft, false);
  const stop = () => {
    wasEdited.current = true;
    setDraft(undefined);
    setFault(undefined);
  };
  const shown = value || (
    <Text span c="dimmed" size="sm">
      {empty}
    </Text>
  );
  if (!mayEdit) return <>{shown}</>;
  if (draft === undefined)
    return (
      <UnstyledButton
        className={classes.value}
        aria-label={`${value || empty} ${editLabel}`}
        onClick={() => setDraft(value)}
        autoFocus={wasEdited.current}
      >
        {shown}
        <IconPencil size={14} className={classes.pencil} aria-hidden />
      </UnstyledButton>
    );

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    if (draft === value) return stop();
    if (broken) return;
    setBusy(true);
    const refused = await save(draft!.trim());
    setBusy(false);
    if (refused === undefined) stop();
    else setFault(refused);
  }
  return (
    <form onSubmit={submit} className={classes.form}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <TextInput
          size="xs"
          flex={1}
          aria-label={label}
          value={draft}
          error={broken ?? fault}
          onChange={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && stop()}
          autoFocus
        />
        <ActionIcon type="submit" variant="light" loading={busy} aria-label={common.save}>
          <IconCheck size={16} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" onClick={stop} aria-label={common.cancel}>
          <IconX size={16} />
        </ActionIcon>
      </Group>
    </form>
  );
}
