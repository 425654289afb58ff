import type { Transaction, TransactionClient } from './connect.ts';

/** Of a transaction Drizzle shows all but the one thing it has no words for: COPY. */
type WithClient = { session: { client: TransactionClient } };

export type CopyValue = string | number | boolean | null | undefined;

/** Rows as COPY takes them, gathered outside of the JavaScript heap: it would be long before they were cleared away. */
export interface CopyText {
  add(row: readonly CopyValue[]): void;
  readonly isEmpty: boolean;
  blocks(): Buffer[];
}

/** Larger blocks gain nothing. */
const BLOCK = 1 << 16;
const MOST_BYTES_OF_A_UNIT = 3;

export function openCopyText(): CopyText {
  const done: Buffer[] = [];
  let block = Buffer.alloc(0);
  let length = 0;
  const endBlock = () => {
    if (length) done.push(block.subarray(0, length));
    length = 0;
  };
  return {
    add(row) {
      const line = `${row.map(cell).join('\t')}\n`;
      const most = line.length * MOST_BYTES_OF_A_UNIT;
      if (length + most > block.length) {
        endBlock();
        block = Buffer.allocUnsafe(Math.max(BLOCK, most));
      }
      length += block.write(line, length);
    },
    get isEmpty() {
      return length === 0 && done.length === 0;
    },
    blocks() {
      endBlock();
      block = Buffer.alloc(0);
      return done;
    },
  };
}

/** Puts rows into a table by COPY, inside the transaction. */
export async function copyText(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  text: CopyText,
): Promise<void> {
  const { client } = (tx as unknown as WithClient).session;
  const names = columns.map((name) => `"${name}"`).join(', ');
  await client.copy(`COPY "${table}" (${names}) FROM STDIN`, text.blocks());
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A missing value is NULL. */
function cell(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value !== 'string') return String(value);
  return SPECIAL.test(value) ? value.replace(/[\\\n\r\t]/g, (one) => ESCAPES[one]!) : value;
}
