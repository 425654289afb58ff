import { Button, Group, Stack } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import type { Fault } from '../api/use-change.ts';
import { common } from '../texts/common.ts';
import { Dialog } from './dialog.tsx';
import { Faults } from './faults.tsx';

export interface FormDialogProps {
  title: string;
  /** The word on the button. */
  action: string;
  /** The names of the fields that show their own faults. */
  fields: readonly string[];
  onClose: () => void;
  size?: 'md' | 'lg';
  /** Whether all is there that it needs. */
  isReady?: boolean;
  /** It can't be taken back. */
  danger?: boolean;
  /** Does it; what it answers as faults is shown, nothing at all if that was told already. */
  run: (form: FormData) => Promise<readonly Fault[] | undefined>;
  children: (faultOf: (field: string) => string | undefined) => ReactNode;
}

/** A form in a dialog, which closes when all went well. */
export function FormDialog({
  title,
  action,
  fields,
  onClose,
  size,
  isReady = true,
  danger,
  run,
  children,
}: FormDialogProps) {
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [busy, setBusy] = useState(false);

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    setBusy(true);
    const found = await run(new FormData(event.currentTarget));
    setBusy(false);
    if (!found) return;
    setFaults(found);
    if (found.length === 0) onClose();
  }

  const isFieldOf = (fault: Fault, field: string) => fault.path.some((part) => part === field);
  const others = faults.filter((fault) => !fields.some((field) => isFieldOf(fault, field)));
  return (
    <Dialog onClose={onClose} title={title} size={size}>
      <form onSubmit={submit}>
        <Stack>
          {children((field) => faults.find((fault) => isFieldOf(fault, field))?.message)}
          <Faults messages={others.map(({ message }) => message)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" color={danger ? 'red.8' : undefined} loading={busy} disabled={!isReady}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** What was typed into a field; undefined if nothing was. */
export const typedIn = (form: FormData, field: string): string | undefined =>
  String(form.get(field) ?? '').trim() || undefined;
