import { IS_DISTRIBUTED } from './citus.ts';
import type { Client, TransactionClient } from './connect.ts';
import type { Blocks } from './link.ts';
import { type Counter, columnsOf, quoted, type SavedTable } from './snapshot.ts';

/** Rows that are loaded into empty tables, in any order of the tables. */
export interface Load {
  /** Whether the tables are on several nodes: rows go into tables that aren't yet. */
  isDistributed: boolean;
  /** The names of tables that have rows already; not looked for in tables that are on several nodes. */
  filled: string[];
  rows(table: SavedTable, blocks: Blocks): Promise<void>;
  count(counter: Counter): Promise<void>;
}

/**
 * Does work in one transaction without foreign keys. They are made again at its end, which checks all rows at once: that
 * is faster, and tables may refer to one another.
 */
export async function loadRows<T>(
  client: Client,
  tables: readonly SavedTable[],
  work: (load: Load) => Promise<T>,
): Promise<T> {
  return client.begin(async (tx) => {
    // What triggers count is among the rows.
    await tx.unsafe("SET LOCAL muster.loading = 'on'");
    const [{ distributed: isDistributed }] = await tx.unsafe(IS_DISTRIBUTED);
    const filled = isDistributed ? [] : await filledOf(tx, tables);
    const keys = filled.length || isDistributed ? [] : await tx.unsafe(FOREIGN_KEYS);
    for (const { of, name } of keys) await tx.unsafe(`ALTER TABLE ${of} DROP CONSTRAINT ${name}`);
    const done = await work({
      filled,
      isDistributed,
      rows: (table, blocks) => tx.copy(`COPY ${quoted(table.name)} (${columnsOf(table)}) FROM STDIN`, blocks),
      async count({ table, column, value, used }) {
        await tx.unsafe('SELECT setval(pg_get_serial_sequence($1, $2), $3::bigint, $4)', [
          quoted(table),
          column,
          value,
          used,
        ]);
      },
    });
    for (const { of, name, definition } of keys)
      await tx.unsafe(`ALTER TABLE ${of} ADD CONSTRAINT ${name} ${definition}`);
    return done;
  });
}

async function filledOf(tx: TransactionClient, tables: readonly SavedTable[]): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of tables) {
    const [row] = await tx.unsafe(`SELECT EXISTS (SELECT FROM ${quoted(name)}) AS some`);
    if (row.some) filled.push(name);
  }
  return filled;
}

const FOREIGN_KEYS = `
  SELECT conrelid::regclass::text AS of, quote_ident(conname) AS name, pg_get_constraintdef(pg_constraint.oid) AS definition
  FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
  ORDER BY 1, 2`;
