import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import type { TargetSelection } from '../../api/types.documents.ts';
import type { Fault } from '../../api/use-change.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Faults } from '../../parts/faults.tsx';
import { followed } from '../../parts/follow-job.ts';
import { done, failure } from '../../parts/notify.tsx';
import { common, numberText } from '../../texts/common.ts';
import { bulkTexts as texts } from '../../texts/targets.ts';
import { BulkFields, type BulkValues } from './bulk-fields.tsx';
import type { BulkKind } from './bulk-kind.ts';
import type { Released } from './released.tsx';
import { runBulk } from './run-bulk.ts';

/** So many targets can't be deleted by a mere click. */
const MANY = 10;

/** Asks for what a change of many targets needs, and says how many they are. */
export function BulkDialog({
  kind,
  count,
  targets,
  onClose,
  onDone,
}: {
  kind: BulkKind;
  count: number;
  targets: TargetSelection;
  onClose: () => void;
  onDone: (released: Released | undefined) => void;
}) {
  const client = useClient();
  const [values, setValues] = useState<BulkValues>({});
  const [typed, setTyped] = useState('');
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [busy, setBusy] = useState(false);
  const isDelete = kind === 'delete';
  const mustType = isDelete && count >= MANY;
  const isReady = (!mustType || typed.trim() === String(count)) && isComplete(kind, values);

  const title = isDelete ? texts.deleteTitle(count) : texts[kind];

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!isReady || busy) return;
    setBusy(true);
    try {
      const { changed, faults: found, job: begun, released } = await runBulk(client, kind, targets, values);
      setFaults(found);
      if (found.length > 0) return;
      if (released) return onDone(released);
      if (begun) followed.set({ job: begun, title, told: texts.done[kind] });
      else void done(texts.done[kind](changed));
      onDone(undefined);
    } catch (error) {
      void failure(error as CombinedError);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{leadOf(kind, count)}</Text>
          <BulkFields
            kind={kind}
            values={values}
            onChange={(changed) => setValues({ ...values, ...changed })}
          />
          {mustType && (
            <TextInput
              label={common.typeToConfirm(String(count))}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          <Faults messages={faults.map(({ message }) => message)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" color={isDelete ? 'red.8' : undefined} disabled={!isReady} loading={busy}>
              {`${texts[kind]} (${numberText(count)})`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** What comes of it, and to how many targets. */
function leadOf(kind: BulkKind, count: number): string {
  switch (kind) {
    case 'delete':
      return texts.deleteText(count);
    case 'rotate':
      return texts.rotateText(count);
    case 'release':
      return texts.releaseText(count);
    default:
      return texts.willChange(count);
  }
}

function isComplete(kind: BulkKind, { tag, setId }: BulkValues): boolean {
  if (kind === 'tag' || kind === 'untag') return Boolean(tag?.trim());
  return kind !== 'assign' || setId !== undefined;
}
