import { addressOf, SCRIPT_HEADERS } from '../../api/base.ts';
import { importTexts as texts } from '../../texts/import.ts';
import type { Mapping } from './columns-table.tsx';
import { type FileHead, fieldOf } from './file-head.ts';

export interface ImportOptions {
  head: FileHead;
  mapping: Mapping;
  mode: 'create' | 'upsert';
  dryRun: boolean;
  /** Told how much of the file is sent, from 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

export interface ImportResult {
  id: number;
  state: string;
  message: string | null;
  dryRun: boolean;
  rows: { read: number; created: number; updated: number; refused: number };
  warnings: number;
  startedAt: number;
}

export interface ImportFault {
  line: number;
  controllerId: string | null;
  field: string;
  message: string;
}

/** Sends a file of targets; `fetch` doesn't tell how far it is. @throws Error saying why it was refused */
export function sendImport(file: File, options: ImportOptions): Promise<ImportResult> {
  const { head, mapping, mode, dryRun, onProgress, signal } = options;
  const query = new URLSearchParams({ mode, dryRun: String(dryRun) });
  if (head.format === 'csv') {
    query.set('delimiter', head.separator);
    if (!isAsNamed(head, mapping)) query.set('columns', JSON.stringify(mapping));
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', addressOf(`imports?${query}`));
    for (const [name, value] of Object.entries(SCRIPT_HEADERS)) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', head.format === 'csv' ? 'text/csv' : 'application/x-ndjson');
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 1);
    request.onerror = () => reject(new Error(texts.broken));
    request.onabort = () => reject(new Error(texts.stopped));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300 && answer) resolve(answer as ImportResult);
      else reject(new Error((answer as { message?: string } | undefined)?.message ?? texts.broken));
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** The server reads the headings in the same way. */
const isAsNamed = ({ headings }: FileHead, mapping: Mapping) =>
  headings.every((heading, index) => fieldOf(heading) === mapping[index]);

export const faultsAddress = (id: number): string => addressOf(`imports/${id}/faults`);

/** What is wrong with the refused rows: with `most`, only so many, and the stream of the others is not read. */
export async function faultsOf(id: number, most = Number.POSITIVE_INFINITY): Promise<ImportFault[]> {
  const answer = await fetch(faultsAddress(id), { headers: SCRIPT_HEADERS });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const faults: ImportFault[] = [];
  let rest = '';
  while (reader && faults.length < most) {
    const { done, value = '' } = await reader.read();
    const lines = (rest + value).split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) {
      const fault = line && parsed(line);
      if (fault) faults.push(fault as ImportFault);
    }
    if (done) break;
  }
  await reader?.cancel();
  return faults.slice(0, most);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
