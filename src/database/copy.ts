import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type postgres from 'postgres';
import type { Transaction } from './connect.ts';

/** Of a transaction Drizzle shows all but the one thing it has no words for: COPY. */
type WithClient = { session: { client: postgres.TransactionSql } };

export type CopyValue = string | number | boolean | null | undefined;

/** Sent at once: larger blocks gain nothing. */
const BLOCK = 1 << 16;

/** Streams rows into a table by COPY, inside the transaction. A missing value is NULL. */
export async function copyRows(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly CopyValue[]>,
): Promise<void> {
  const { client } = (tx as unknown as WithClient).session;
  const names = columns.map((name) => `"${name}"`).join(', ');
  const into = await client.unsafe(`COPY "${table}" (${names}) FROM STDIN`).writable();
  await pipeline(Readable.from(blocks(rows), { objectMode: true, highWaterMark: 2 }), into);
}

function* blocks(rows: Iterable<readonly CopyValue[]>): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    text += `${row.map(cell).join('\t')}\n`;
    if (text.length < BLOCK) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text) yield Buffer.from(text);
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function cell(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value !== 'string') return String(value);
  return /[\\\n\r\t]/.test(value) ? value.replace(/[\\\n\r\t]/g, (one) => ESCAPES[one]!) : value;
}
