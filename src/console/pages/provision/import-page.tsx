import { Anchor, Button, FileInput, Group, Progress, Stack, Switch, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { Card } from '../../parts/card.tsx';
import { CodeLines } from '../../parts/copy.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { Faults } from '../../parts/faults.tsx';
import { PageButton } from '../../parts/links.tsx';
import { Page } from '../../parts/page.tsx';
import { common, numberText } from '../../texts/common.ts';
import { importTexts as texts } from '../../texts/import.ts';
import {
  faultsAddress,
  firstFaults,
  type ImportFault,
  type ImportResult,
  sendImport,
} from './send-import.ts';

const PREVIEW_BYTES = 4_000;
const PREVIEW_LINES = 6;
const SHOWN_FAULTS = 50;

type Outcome = ImportResult & { faults: ImportFault[] };

async function previewOf(file: File): Promise<string> {
  const text = await file.slice(0, PREVIEW_BYTES).text();
  return text.split(/\r?\n/).slice(0, PREVIEW_LINES).join('\n');
}

/** Puts many devices on the roll: a file is looked at, checked, and only then imported. */
export function ImportPage() {
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState('');
  const [upsert, setUpsert] = useState(false);
  const [share, setShare] = useState<number>();
  const [refusal, setRefusal] = useState<string>();
  const [outcome, setOutcome] = useState<Outcome>();

  function begin(next: File | null) {
    setFile(next);
    setOutcome(undefined);
    setRefusal(undefined);
    setPreview('');
    if (next) void previewOf(next).then(setPreview);
  }

  async function run(dryRun: boolean) {
    if (!file) return;
    setShare(0);
    setRefusal(undefined);
    try {
      const result = await sendImport(file, { mode: upsert ? 'upsert' : 'create', dryRun }, setShare);
      const faults = result.rows.refused > 0 ? await firstFaults(result.id, SHOWN_FAULTS) : [];
      setOutcome({ ...result, faults });
      if (result.message) setRefusal(result.message);
    } catch (error) {
      setRefusal((error as Error).message);
    }
    setShare(undefined);
  }

  const ready = outcome?.dryRun ? outcome.rows.created + outcome.rows.updated : 0;
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Card title={texts.file}>
        <FileInput
          aria-label={texts.file}
          description={texts.fileHint}
          placeholder={texts.choose}
          accept=".csv,.txt,.ndjson,.jsonl"
          value={file}
          onChange={begin}
          leftSection={<IconUpload size={16} aria-hidden />}
          clearable
          clearButtonProps={{ 'aria-label': common.remove }}
          maw={520}
        />
        {preview && (
          <Stack gap={4}>
            <Text size="sm">{texts.preview}</Text>
            <CodeLines text={preview} label={common.copy} />
          </Stack>
        )}
        <Switch
          label={texts.upsert}
          checked={upsert}
          onChange={(event) => {
            setUpsert(event.currentTarget.checked);
            setOutcome(undefined);
          }}
        />
        <Group>
          <Button
            variant={ready > 0 ? 'default' : 'filled'}
            disabled={!file}
            loading={share !== undefined}
            onClick={() => void run(true)}
          >
            {texts.check}
          </Button>
          {ready > 0 && (
            <Button loading={share !== undefined} onClick={() => void run(false)}>
              {texts.run(ready)}
            </Button>
          )}
        </Group>
        {share !== undefined && <Sending share={share} />}
        <Faults messages={refusal ? [refusal] : []} />
      </Card>
      {outcome && <OutcomeCard outcome={outcome} />}
    </Page>
  );
}

const Sending = ({ share }: { share: number }) => (
  <Stack gap={4} role="status">
    <Text size="sm">{share < 1 ? texts.sending(Math.floor(share * 100)) : texts.working}</Text>
    <Progress value={share * 100} aria-label={texts.file} animated={share >= 1} />
  </Stack>
);

function OutcomeCard({ outcome: { id, dryRun, rows, faults } }: { outcome: Outcome }) {
  return (
    <Card
      title={dryRun ? texts.checked : texts.imported}
      hint={texts.rows(rows.read)}
      actions={!dryRun && <PageButton to="/targets">{texts.toTargets}</PageButton>}
    >
      <Facts>
        <Fact label={dryRun ? texts.wouldCreate : texts.created}>{numberText(rows.created)}</Fact>
        <Fact label={dryRun ? texts.wouldUpdate : texts.updated}>{numberText(rows.updated)}</Fact>
        <Fact label={texts.refused}>{numberText(rows.refused)}</Fact>
      </Facts>
      {rows.refused > 0 && (
        <Stack gap="xs">
          <Group justify="space-between">
            <Text size="sm" fw={600}>
              {texts.faults}
            </Text>
            <Anchor size="sm" href={faultsAddress(id)} download={`refused-${id}.ndjson`}>
              {texts.download}
            </Anchor>
          </Group>
          {faults.map(({ line, controllerId, message }) => (
            <Text size="sm" key={line}>
              <Text span c="dimmed" size="sm">
                {texts.line(line)}
              </Text>{' '}
              {controllerId && <b>{controllerId}</b>} {message}
            </Text>
          ))}
          {rows.refused > faults.length && (
            <Text size="xs" c="dimmed">
              {texts.faultsShown(faults.length, rows.refused)}
            </Text>
          )}
        </Stack>
      )}
    </Card>
  );
}
