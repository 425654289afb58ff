import type { KeptRow, RefusedRows } from '../../services/fleet/imports/refused.ts';
import { REASON } from './columns.ts';
import { quoted } from './csv.ts';

/**
 * The refused rows as a file like that which was sent, with what was wrong with each. A cell is as it was, even where a
 * spreadsheet takes it for a formula, as in exports: it is to come in again unchanged. What is added is never one.
 */
export async function* refusedFile({ format, layout, rows }: RefusedRows): AsyncGenerator<string> {
  if (format === 'ndjson') {
    for await (const row of rows) yield `${withReason(row)}\n`;
    return;
  }
  if (!layout) return;
  yield `${layout.header}${layout.separator}${REASON}\r\n`;
  for await (const row of rows) yield `${row.row}${layout.separator}${quoted(reasonOf(row))}\r\n`;
}

/** Begins with a word of ours, which no spreadsheet takes for a formula. */
const reasonOf = ({ line, faults }: KeptRow): string =>
  `line ${line}: ${faults.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')}`;

function withReason(row: KeptRow): string {
  const reason = `${JSON.stringify(REASON)}:${JSON.stringify(reasonOf(row))}`;
  const [, inner] = /^\s*\{(.*)\}\s*$/s.exec(row.row) ?? [];
  if (inner === undefined || !isObject(row.row)) return `{"row":${JSON.stringify(row.row)},${reason}}`;
  return inner.trim() ? `{${inner},${reason}}` : `{${reason}}`;
}

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
