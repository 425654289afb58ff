import { getTableName, is, type SQL, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../../src/database/connect.ts';
import * as schema from '../../src/database/schema.ts';

/** What was done, or refused, is noted there whatever becomes of it. */
const NOTES = ['audit_events', 'webhook_deliveries'];

const TABLES = Object.values(schema).flatMap((table) => (is(table, PgTable) ? [table as PgTable] : []));

/** All that is stored of a tenant, but for notes of what was done: rows with the names of their tables. */
export async function stored(database: Database, tenantId: number): Promise<string[]> {
  const rows = TABLES.filter((table) => !NOTES.includes(getTableName(table))).map(
    (table): SQL =>
      sql`SELECT ${getTableName(table)} || ' ' || to_jsonb(t)::text AS row FROM ${table} t WHERE t.tenant_id = ${tenantId}`,
  );
  const found = await database.execute<{ row: string }>(sql.join(rows, sql` UNION ALL `));
  return found.map(({ row }) => row).sort();
}
