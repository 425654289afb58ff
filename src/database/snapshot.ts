import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { IS_DISTRIBUTED } from './citus.ts';
import type { Database, Transaction } from './connect.ts';
import type { Connection } from './connection.ts';
import { openLink } from './link.ts';
import { newestKnown } from './migrate.ts';
import * as schema from './schema.ts';

/** Any number; held while somebody reads a snapshot, whose contents must stay in the store. */
const SNAPSHOT = 0x6d757362;
const LOCKED_WITHIN_MS = 10_000;
const TRY_EVERY_MS = 250;

export interface SavedTable {
  name: string;
  /** Without those that the database computes. */
  columns: string[];
}

/** The counter behind a column. */
export interface Counter {
  table: string;
  column: string;
  value: string;
  used: boolean;
}

/** All tables as they were at one moment. */
export interface Snapshot {
  /** When the newest migration of the database was made. */
  migration: number;
  tables: SavedTable[];
  counters: Counter[];
  /** How many contents the store should have. */
  contents: { location: string; size: number }[];
  /** The rows of a table, as COPY writes them. */
  rows(table: SavedTable): Promise<Readable>;
  close(): Promise<void>;
}

/** The rows of several nodes can't be read as they were at one moment. */
export class SeveralNodesError extends Error {}

/** Says that another one is being read. */
export class SnapshotTakenError extends Error {}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const columnsOf = ({ columns }: SavedTable): string => columns.map(quoted).join(', ');

/**
 * Reads the database as it is now, however long that takes; nobody has to wait for it.
 * @throws SnapshotTakenError if another one is open, SeveralNodesError
 */
export async function openSnapshot(direct: Connection): Promise<Snapshot> {
  const link = await openLink(direct, { name: 'muster backup' });
  try {
    const [found] = await link.ask(IS_DISTRIBUTED);
    if (found.distributed)
      throw new SeveralNodesError(
        'The tables are on several nodes of Citus, whose rows cannot be read as of one moment: use a backup of the nodes, see docs/scale.md.',
      );
    // Before the snapshot: contents whose rows it has are not removed then.
    await lock(async () => (await link.ask('SELECT pg_try_advisory_lock($1) AS ok', [SNAPSHOT]))[0].ok);
    await link.ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const tables = await Promise.all(
      ownTables().map(async (name) => {
        const found = await link.ask(COLUMNS, [name]);
        return { name, columns: found.map(({ column }) => String(column)) };
      }),
    );
    const contents = await link.ask(
      'SELECT location, size::float8 AS size FROM artifact_contents ORDER BY 1',
    );
    const counted = (await link.ask(COUNTED)).map(({ table, column }) => ({ table, column }));
    const counters: Counter[] = [];
    for (const { table, column } of counted) {
      const [sequence] = await link.ask('SELECT pg_get_serial_sequence($1, $2) AS name', [
        quoted(table),
        column,
      ]);
      const [last] = await link.ask(
        `SELECT last_value::text AS value, is_called AS used FROM ${sequence.name}`,
      );
      counters.push({ table, column, value: last.value, used: last.used });
    }
    return {
      migration: newestKnown(),
      tables,
      counters,
      contents: contents.map(({ location, size }) => ({ location, size })),
      rows: (table) => link.copyOut(`COPY ${quoted(table.name)} (${columnsOf(table)}) TO STDOUT`),
      close: () => link.end(),
    };
  } catch (error) {
    await link.end();
    throw error;
  }
}

/** Whether a snapshot may be open, so that its contents must stay in the store. */
export async function isSnapshotOpen(database: Database | Transaction): Promise<boolean> {
  const [row] = await database.execute<{ free: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock_shared(${SNAPSHOT}) AS free`,
  );
  return !row!.free;
}

async function lock(tryIt: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + LOCKED_WITHIN_MS;
  while (!(await tryIt())) {
    if (performance.now() > until)
      throw new SnapshotTakenError(
        'another backup of this database is being made; try again when it is done',
      );
    await pause(TRY_EVERY_MS);
  }
}

const ownTables = () =>
  Object.values(schema as Record<string, unknown>)
    .filter((value) => is(value, PgTable))
    .map((table) => getTableName(table))
    .sort();

const COLUMNS = `
  SELECT attname::text AS column FROM pg_attribute
  WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  ORDER BY attnum`;

const COUNTED = `
  SELECT relname::text AS table, attname::text AS column
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  WHERE attidentity <> '' AND relkind = 'r' AND relnamespace = current_schema()::regnamespace AND NOT attisdropped
  ORDER BY 1, 2`;
