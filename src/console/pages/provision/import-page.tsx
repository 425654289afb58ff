import { Button, FileInput, Group, Progress, Stack, Switch, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useClient, useSubscription } from 'urql';
import { askAnew } from '../../api/connection.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { Faults } from '../../parts/faults.tsx';
import { Page, RefusedPage } from '../../parts/page.tsx';
import { common } from '../../texts/common.ts';
import { importTexts as texts } from '../../texts/import.ts';
import { ColumnsTable, guessed, type Mapping, mappingFault } from './columns-table.tsx';
import { type FileHead, headOf } from './file-head.ts';
import { OutcomeCard } from './outcome-card.tsx';
import { ImportMoves, ImportOutcome } from './provision.documents.ts';
import { sendImport } from './send-import.ts';
import { SetupCard } from './setup-card.tsx';

interface Chosen {
  file: File;
  head: FileHead;
}

/** Registers many devices: a file is looked at, checked, and only then imported. */
export function ImportPage() {
  const [chosen, setChosen] = useState<Chosen>();
  const [mapping, setMapping] = useState<Mapping>([]);
  const [upsert, setUpsert] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const { import: sent } = useSearch({ from: '/shell/provision/many' });
  const navigate = useNavigate({ from: '/provision/many' });
  const setSent = (id: string | undefined) =>
    void navigate({ search: id ? { import: id } : {}, replace: true });
  const { data } = useData(ImportOutcome, { id: sent ?? '' }, { pause: !sent });
  const outcome = (sent && data?.import) || undefined;
  const sending = useSending();
  const client = useClient();
  const { can } = useViewer();

  async function choose(file: File | null) {
    setChosen(undefined);
    setSent(undefined);
    setRefusal(undefined);
    const head = file ? await headOf(file) : undefined;
    if (file && !head) setRefusal(texts.emptyFile);
    if (!file || !head) return;
    setChosen({ file, head });
    setMapping(guessed(head));
  }

  async function run({ file, head }: Chosen, dryRun: boolean) {
    setRefusal(undefined);
    try {
      const mode = upsert ? 'UPSERT' : 'CREATE';
      const result = await sending.run((how) =>
        sendImport(client, file, { head, mapping, mode, dryRun, ...how }),
      );
      setSent(result.id);
      if (result.message) setRefusal(result.message);
      if (!dryRun) askAnew();
    } catch (error) {
      setSent(undefined);
      setRefusal((error as Error).message);
    }
  }

  const changed =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setSent(undefined);
    };
  const fault = chosen && mappingFault(mapping);
  const isDone = outcome !== undefined && !outcome.dryRun;
  if (!can.createTargets) return <RefusedPage title={texts.title} />;
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Card title={texts.file} hint={texts.fileHint}>
        <FileInput
          aria-label={texts.fileOf(chosen?.file.name ?? texts.choose)}
          placeholder={texts.choose}
          accept=".csv,.txt,.tsv,.ndjson,.jsonl"
          value={chosen?.file ?? null}
          onChange={(file) => void choose(file)}
          leftSection={<IconUpload size={16} aria-hidden />}
          clearable
          clearButtonProps={{ 'aria-label': common.remove }}
          maw={520}
        />
        {!chosen && <Faults messages={refusal ? [refusal] : []} />}
      </Card>
      {chosen && !isDone && (
        <Card title={texts.columns} hint={texts.columnsHint}>
          <ColumnsTable head={chosen.head} mapping={mapping} onChange={changed(setMapping)} />
          {fault && (
            <Text size="sm" c="red" role="alert">
              {fault}
            </Text>
          )}
          <Switch
            label={texts.upsert}
            checked={upsert}
            onChange={(event) => changed(setUpsert)(event.currentTarget.checked)}
          />
          <Buttons
            ready={outcome ? outcome.rowsCreated + outcome.rowsUpdated : 0}
            mayChange={(outcome?.rowsUpdated ?? 0) > 0}
            disabled={fault !== undefined}
            busy={sending.share !== undefined}
            run={(dryRun) => void run(chosen, dryRun)}
          />
          {sending.share !== undefined && <Sending {...sending} share={sending.share} />}
          <Faults messages={refusal ? [refusal] : []} />
        </Card>
      )}
      {outcome && <OutcomeCard outcome={outcome} onAnother={() => void choose(null)} />}
      {isDone && outcome.rowsCreated > 0 && <SetupCard since={outcome.startedAt} />}
    </Page>
  );
}

/** What is on its way to the server: how much of it is sent, and a way to stop it. */
function useSending() {
  const [share, setShare] = useState<number>();
  const [id, setId] = useState<string>();
  const control = useRef<AbortController>(undefined);
  return {
    share,
    /** Which import it is, once that is known. */
    id,
    stop: () => control.current?.abort(),
    async run<T>(
      send: (how: { onBegun: typeof setId; onProgress: typeof setShare; signal: AbortSignal }) => Promise<T>,
    ): Promise<T> {
      control.current = new AbortController();
      setShare(0);
      return send({ onBegun: setId, onProgress: setShare, signal: control.current.signal }).finally(() => {
        setShare(undefined);
        setId(undefined);
      });
    },
  };
}

/** First the file is checked; what would be made is named on the button that makes it. */
const Buttons = ({
  ready,
  mayChange,
  disabled,
  busy,
  run,
}: {
  ready: number;
  /** Whether some of them are there already. */
  mayChange: boolean;
  disabled: boolean;
  busy: boolean;
  run: (dryRun: boolean) => void;
}) => (
  <Group>
    <Button variant={ready > 0 ? 'default' : 'filled'} disabled={disabled || busy} onClick={() => run(true)}>
      {texts.check}
    </Button>
    {ready > 0 && (
      <Button disabled={disabled || busy} onClick={() => run(false)}>
        {texts.run(ready, mayChange)}
      </Button>
    )}
  </Group>
);

function Sending({ share, id, stop }: { share: number; id: string | undefined; stop: () => void }) {
  const [{ data }] = useSubscription({ query: ImportMoves, variables: { id: id ?? '' }, pause: !id });
  const rows = data?.importProgress.rowsRead ?? 0;
  const said = share < 1 ? texts.sending(Math.floor(share * 100)) : texts.working;
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {[said, rows > 0 && texts.asOf(rows)].filter(Boolean).join(' · ')}
        </Text>
        <Button size="compact-xs" variant="default" onClick={stop}>
          {texts.stop}
        </Button>
      </Group>
      <Progress value={share * 100} aria-label={texts.file} animated={share >= 1} />
    </Stack>
  );
}
