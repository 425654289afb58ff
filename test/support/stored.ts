import { getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../../src/database/connect.ts';
import * as schema from '../../src/database/schema.ts';
import { OF_A_TEST } from './statement.ts';

/** What was done, or refused, is noted there whatever becomes of it. */
const NOTES = ['audit_events', 'audit_event_targets', 'audit_event_names', 'webhook_deliveries'];

const TABLES = Object.values(schema).flatMap((table) =>
  is(table, PgTable) && 'tenantId' in table ? [getTableName(table)] : [],
);
/** As it is asked hundreds of times, its text is made once, with one parameter. */
const ROWS = sql.raw(
  TABLES.map(
    (name) =>
      `SELECT '${name}' AS name, to_jsonb(t)::text AS row FROM "${name}" t WHERE t.tenant_id = (SELECT id FROM tenant)`,
  ).join(' UNION ALL '),
);

type Executor = Pick<Database, 'execute'>;

/** All that is stored of a tenant: the rows of each table, sorted as text. */
export async function storedByTable(database: Executor, tenantId: number): Promise<Record<string, string[]>> {
  const found = await database.execute<{ name: string; row: string }>(
    sql`WITH tenant AS (SELECT ${tenantId}::bigint AS id) ${ROWS} ${sql.raw(OF_A_TEST)}`,
  );
  const byTable: Record<string, string[]> = {};
  for (const { name, row } of found) {
    byTable[name] ??= [];
    byTable[name].push(row);
  }
  for (const rows of Object.values(byTable)) rows.sort();
  return byTable;
}

/** All that is stored of a tenant, but for notes of what was done: rows with the names of their tables. */
export async function stored(database: Executor, tenantId: number): Promise<string[]> {
  const byTable = await storedByTable(database, tenantId);
  return Object.entries(byTable)
    .filter(([name]) => !NOTES.includes(name))
    .flatMap(([name, rows]) => rows.map((row) => `${name} ${row}`))
    .sort();
}
