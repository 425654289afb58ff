import type { Transaction, TransactionClient } from './connect.ts';

/** The client of a transaction, which Drizzle doesn't show: only the client has COPY. */
type WithClient = { session: { client: TransactionClient } };

export type CopyValue = string | number | boolean | null | undefined;

/** Rows in the format of COPY, outside of the JavaScript heap, which would keep them too long. */
export interface CopyText<Column extends string = string> {
  readonly columns: readonly Column[];
  add(row: Readonly<Record<Column, CopyValue>>): void;
  readonly isEmpty: boolean;
  blocks(): Buffer[];
}

/** Larger blocks are not faster. */
const BLOCK = 1 << 16;
const MOST_BYTES_OF_A_UNIT = 3;

export function openCopyText<const Column extends string>(columns: readonly Column[]): CopyText<Column> {
  const done: Buffer[] = [];
  let block = Buffer.alloc(0);
  let length = 0;
  const endBlock = () => {
    if (length) done.push(block.subarray(0, length));
    length = 0;
  };
  return {
    columns,
    add(row) {
      const line = `${columns.map((column) => cell(row[column])).join('\t')}\n`;
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

/** Writes rows into the columns of a table with COPY, inside the transaction. */
export async function copyText(
  tx: Transaction,
  table: string,
  text: Pick<CopyText, 'columns' | 'blocks'>,
): Promise<void> {
  const { client } = (tx as unknown as WithClient).session;
  const names = text.columns.map((name) => `"${name}"`).join(', ');
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
