import { addressOf, SCRIPT_HEADERS } from '../../api/base.ts';
import { importTexts as texts } from '../../texts/import.ts';

export interface ImportOptions {
  mode: 'create' | 'upsert';
  dryRun: boolean;
}

export interface ImportResult {
  id: number;
  state: string;
  message: string | null;
  dryRun: boolean;
  rows: { read: number; created: number; updated: number; refused: number };
}

export interface ImportFault {
  line: number;
  controllerId: string | null;
  message: string;
}

const typeOf = ({ name }: File) =>
  /\.(?:ndjson|jsonl|json)$/i.test(name) ? 'application/x-ndjson' : 'text/csv';

/** Sends a file of targets; `fetch` doesn't tell how far it is. @throws Error saying why it was refused */
export function sendImport(
  file: File,
  { mode, dryRun }: ImportOptions,
  onProgress: (share: number) => void,
): Promise<ImportResult> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', addressOf(`imports?mode=${mode}&dryRun=${dryRun}`));
    for (const [name, value] of Object.entries(SCRIPT_HEADERS)) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', typeOf(file));
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 1);
    request.onerror = () => reject(new Error(texts.broken));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300 && answer) resolve(answer as ImportResult);
      else reject(new Error((answer as { message?: string } | undefined)?.message ?? texts.broken));
    };
    request.send(file);
  });
}

export const faultsAddress = (id: number): string => addressOf(`imports/${id}/faults`);

/** The first rows that were refused; the stream of the others is not read. */
export async function firstFaults(id: number, most: number): Promise<ImportFault[]> {
  const answer = await fetch(faultsAddress(id), { headers: SCRIPT_HEADERS });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (reader && text.split('\n').length <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader?.cancel();
  return text
    .split('\n')
    .slice(0, most)
    .map(parsed)
    .filter((fault) => fault !== undefined) as ImportFault[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
