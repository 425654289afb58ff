import { importTexts as texts } from '../../texts/import.ts';
import type { FileHead } from './file-head.ts';
import type { ImportFault } from './send-import.ts';

/** A quoted cell goes over no more lines than these; otherwise its quote was never closed. */
const LONGEST_ROW_LINES = 200;

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const hasOpenQuote = (text: string) => (text.match(/"/g)?.length ?? 0) % 2 === 1;

/** The lines of a file, read piece by piece: it may be large. */
async function* linesOf(file: File, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  const reader = file.stream().getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (done) break;
  }
  if (rest) yield rest;
}

/** The rows of a file that begin at these lines. */
async function rowsAt(
  file: File,
  encoding: string,
  wanted: ReadonlySet<number>,
): Promise<Map<number, string>> {
  const rows = new Map<number, string>();
  let number = 0;
  let open: { line: number; first: string; text: string; lines: number } | undefined;
  const close = (isWhole: boolean) => {
    if (open) rows.set(open.line, isWhole ? open.text : open.first);
    open = undefined;
  };
  for await (const raw of linesOf(file, encoding)) {
    const line = raw.replace(/\r$/, '');
    number++;
    if (open) {
      open.text += `\n${line}`;
      open.lines++;
      if (!hasOpenQuote(open.text)) close(true);
      else if (open.lines > LONGEST_ROW_LINES) close(false);
    } else if (wanted.has(number)) {
      open = { line: number, first: line, text: line, lines: 1 };
      if (!hasOpenQuote(line)) close(true);
    }
  }
  close(false);
  return rows;
}

/**
 * The refused rows as a file of the same kind, to be mended and sent again. In CSV a last column says what is wrong; it
 * is left out when the file is sent.
 */
export async function refusedRows(file: File, head: FileHead, faults: readonly ImportFault[]): Promise<Blob> {
  const reasons = new Map<number, string[]>();
  for (const { line, field, message } of faults)
    reasons.set(line, [...(reasons.get(line) ?? []), field ? `${field}: ${message}` : message]);
  const isCsv = head.format === 'csv';
  const rows = await rowsAt(file, head.encoding, new Set(reasons.keys()));
  const withReason = (row: string, line: number) =>
    isCsv ? `${row}${head.separator}${quoted(reasons.get(line)!.join('; '))}` : row;
  const heading = [...head.headings.map(quoted), quoted(texts.faultColumn)].join(head.separator);
  const lines = [...rows].map(([line, row]) => withReason(row, line));
  const text = `${[...(isCsv ? [heading] : []), ...lines].join('\n')}\n`;
  return new Blob([text], { type: isCsv ? 'text/csv' : 'application/x-ndjson' });
}

/** Hands a file to the reader. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
