import { getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { openPool } from '../../src/database/connect.ts';
import type { Connection } from '../../src/database/connection.ts';
import * as schema from '../../src/database/schema.ts';

export const TABLES = Object.values(schema).flatMap((it) => (is(it, PgTable) ? [getTableName(it)] : []));

/** All rows of all tables, and what is beside them: counters, keys, columns. */
export async function everythingOf(connection: Connection): Promise<Record<string, unknown>> {
  const { client, close } = openPool(connection, { connections: 1, prepare: false });
  const found: Record<string, unknown> = {};
  for (const name of TABLES)
    found[name] = (await client.unsafe(`SELECT to_jsonb(t)::text AS row FROM "${name}" t ORDER BY 1`)).map(
      ({ row }) => row,
    );
  // From version 18 PostgreSQL counts NOT NULL among them.
  found['keys'] = await client`
    SELECT conrelid::regclass::text AS of, conname, convalidated, pg_get_constraintdef(oid) AS is FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2`;
  found['counters'] = await client`
    SELECT sequencename, last_value::text FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`;
  return close().then(() => found);
}
