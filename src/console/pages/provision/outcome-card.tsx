import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Card } from '../../parts/card.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { PageButton } from '../../parts/links.tsx';
import { numberText } from '../../texts/common.ts';
import { importTexts as texts } from '../../texts/import.ts';
import type { FileHead } from './file-head.ts';
import { refusedRows, save } from './refused-rows.ts';
import { faultsAddress, faultsOf, type ImportFault, type ImportResult } from './send-import.ts';

/** How an import or its dry run ended, with the first of its faults. */
export type Outcome = ImportResult & { faults: readonly ImportFault[] };

export interface OutcomeProps {
  outcome: Outcome;
  file: File;
  head: FileHead;
  onAnother: () => void;
}

/** What was made, or would be; and the rows that were refused, to be mended and sent again. */
export function OutcomeCard({ outcome, onAnother, ...of }: OutcomeProps) {
  const { dryRun, rows, warnings } = outcome;
  return (
    <Card
      title={dryRun ? texts.checked : texts.imported}
      hint={texts.rows(rows.read)}
      actions={
        !dryRun && (
          <>
            <Button variant="default" onClick={onAnother}>
              {texts.another}
            </Button>
            <PageButton to="/targets">{texts.toTargets}</PageButton>
          </>
        )
      }
    >
      <Facts>
        <Fact label={dryRun ? texts.wouldCreate : texts.created}>{numberText(rows.created)}</Fact>
        <Fact label={dryRun ? texts.wouldUpdate : texts.updated}>{numberText(rows.updated)}</Fact>
        <Fact label={texts.refused}>{numberText(rows.refused)}</Fact>
        {warnings > 0 && <Fact label={texts.repeated}>{numberText(warnings)}</Fact>}
      </Facts>
      {rows.refused > 0 && <Refused outcome={outcome} {...of} />}
    </Card>
  );
}

function Refused({ outcome: { id, rows, faults }, file, head }: Omit<OutcomeProps, 'onAnother'>) {
  const [busy, setBusy] = useState(false);
  async function download() {
    setBusy(true);
    const blob = await refusedRows(file, head, await faultsOf(id));
    save(blob, texts.refusedFile(file.name));
    setBusy(false);
  }
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {texts.faults}
        </Text>
        <Group gap="sm">
          <Anchor size="sm" href={faultsAddress(id)} download={`faults-${id}.ndjson`}>
            {texts.reasons}
          </Anchor>
          <Button size="xs" variant="default" loading={busy} onClick={() => void download()}>
            {texts.download}
          </Button>
        </Group>
      </Group>
      {faults.map(({ line, controllerId, field, message }) => (
        <Text size="sm" key={`${line} ${field} ${message}`}>
          <Text span c="dimmed" size="sm">
            {texts.line(line)}
          </Text>{' '}
          {controllerId && <b>{controllerId}</b>} {field && `${field}: `}
          {message}
        </Text>
      ))}
      {rows.refused > faults.length && (
        <Text size="xs" c="dimmed">
          {texts.faultsShown(faults.length, rows.refused)}
        </Text>
      )}
    </Stack>
  );
}
