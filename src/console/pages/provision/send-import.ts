import type { Client } from 'urql';
import type { ImportOutcomeQuery } from '../../api/types.documents.ts';
import { reasonOf } from '../../parts/reason.ts';
import { Broken, sendFile } from '../../parts/send-file.ts';
import { importTexts as texts } from '../../texts/import.ts';
import type { Mapping } from './columns-table.tsx';
import { type FileHead, fieldOf } from './file-head.ts';
import { BeginImport, ImportOutcome } from './provision.documents.ts';

export interface ImportOptions {
  head: FileHead;
  mapping: Mapping;
  mode: 'CREATE' | 'UPSERT';
  dryRun: boolean;
  /** Told which import it is, as soon as that is known. */
  onBegun: (id: string) => void;
  /** Told how much of the file is sent, from 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** How an import or its dry run ended, and how the server read the first rows. */
export type Outcome = NonNullable<ImportOutcomeQuery['import']>;

/** So often it goes on by itself where the connection broke. */
const TRIES = 4;
const PAUSE_MS = 1_500;

/** Sends a file of targets, and reads what became of it. @throws Error saying why it was refused */
export async function sendImport(client: Client, file: File, options: ImportOptions): Promise<Outcome> {
  const { dryRun, mode, head, mapping, onBegun, ...how } = options;
  const input = { dryRun, mode, ...asRead(head, mapping) };
  const { data, error } = await client.mutation(BeginImport, { input }).toPromise();
  if (error || !data) throw new Error(reasonOf(error));
  const { import: begun, upload, userErrors } = data.createImportUpload;
  if (!begun || !upload) throw new Error(userErrors.map(({ message }) => message).join(' '));
  onBegun(begun.id);
  await sendAll(upload.url, file, { ...how, headers: upload.headers });
  const answer = await client
    .query(ImportOutcome, { id: begun.id }, { requestPolicy: 'network-only' })
    .toPromise();
  if (!answer.data?.import) throw new Error(reasonOf(answer.error));
  return answer.data.import;
}

/** The same file can be sent again, and goes on where it was. */
async function sendAll(url: string, file: File, how: Parameters<typeof sendFile>[2]): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await sendFile(url, file, how);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      if (error.isStopped) throw new Error(texts.stopped);
      if (tried === TRIES) throw new Error(texts.broken);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tried));
    }
  }
}

/** How the server is to read the file; what is named as the server reads it needs no saying. */
function asRead({ format, separator, headings }: FileHead, mapping: Mapping) {
  // CSV is read whatever the case of its headings.
  const isAsNamed = headings.every((heading, index) =>
    format === 'csv' ? fieldOf(heading, format) === mapping[index] : heading === mapping[index],
  );
  if (format === 'csv')
    return { format: 'CSV' as const, delimiter: separator, columns: isAsNamed ? null : [...mapping] };
  const fields = headings.map((name, index) => ({ name, field: mapping[index] ?? null }));
  return { format: 'NDJSON' as const, fields: isAsNamed ? null : fields };
}
