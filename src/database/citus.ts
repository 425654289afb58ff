import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import type { Client, TransactionClient } from './connect.ts';
import * as schema from './schema.ts';

const TABLES = Object.values(schema).filter((table) => is(table, PgTable)) as unknown as PgTable[];
/** The one that all others refer to: each node has all of it. */
const TENANTS = getTableName(schema.tenants);
/** Triggers count it, which tables of several nodes can't have: there it is a view that counts when it is asked. */
const USAGE = getTableName(schema.tenantUsage);
const OF_TENANTS = TABLES.filter((table) => 'tenantId' in getTableColumns(table))
  .map((table) => getTableName(table))
  .filter((name) => name !== TENANTS && name !== USAGE);

/** Whether `distribute` has done its work here. */
export const IS_DISTRIBUTED = `
  SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('${USAGE}') AND relkind = 'v') AS distributed`;

/**
 * Distributes the tables of tenants over the nodes, if the database has the extension of Citus: each tenant's rows are on
 * one node. Does nothing where all are distributed, so that a table of a later migration joins the others.
 * @returns how many tables were distributed
 */
export async function distribute(client: Client): Promise<number> {
  const [citus] = await client`SELECT 1 FROM pg_extension WHERE extname = 'citus'`;
  if (!citus) return 0;
  return client.begin(async (tx) => {
    const there = await tx.unsafe('SELECT table_name::text AS name FROM citus_tables');
    const distributed = new Set(there.map(({ name }) => name));
    const missing = OF_TENANTS.filter((name) => !distributed.has(name));
    if (!missing.length && distributed.has(TENANTS)) return 0;
    // Foreign keys to the table that each node has must be made node by node.
    await tx.unsafe("SET LOCAL citus.multi_shard_modify_mode = 'sequential'");
    await countWhenAsked(tx);
    // Citus takes no table with a foreign key to one that isn't distributed yet.
    const keys = await dropForeignKeys(tx);
    if (!distributed.has(TENANTS)) await tx.unsafe('SELECT create_reference_table($1)', [TENANTS]);
    const first = OF_TENANTS.find((name) => distributed.has(name));
    for (const name of missing) {
      const beside = first ?? (name === missing[0] ? 'none' : missing[0]);
      await tx.unsafe("SELECT create_distributed_table($1, 'tenant_id', colocate_with => $2)", [
        name,
        beside,
      ]);
    }
    for (const { of, name, definition } of keys)
      await tx.unsafe(`ALTER TABLE ${of} ADD CONSTRAINT ${name} ${definition}`);
    return missing.length;
  });
}

interface ForeignKey {
  of: string;
  name: string;
  definition: string;
}

async function dropForeignKeys(tx: TransactionClient): Promise<ForeignKey[]> {
  const keys = (await tx.unsafe(`
    SELECT conrelid::regclass::text AS of, quote_ident(conname) AS name, pg_get_constraintdef(pg_constraint.oid) AS definition
    FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
    ORDER BY 1, 2`)) as ForeignKey[];
  for (const { of, name } of keys) await tx.unsafe(`ALTER TABLE ${of} DROP CONSTRAINT ${name}`);
  return keys;
}

async function countWhenAsked(tx: TransactionClient): Promise<void> {
  const triggers = await tx.unsafe(`
    SELECT tgrelid::regclass::text AS of, quote_ident(tgname) AS name
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY 1, 2`);
  if (!triggers.length) return;
  for (const { of, name } of triggers) await tx.unsafe(`DROP TRIGGER ${name} ON ${of}`);
  const counts = [...new Set(triggers.map((trigger) => trigger.of as string))].map(
    (table) =>
      `SELECT tenant_id, '${table}'::text AS kind, 0 AS share, count(*) AS total FROM ${table} GROUP BY tenant_id`,
  );
  await tx.unsafe(`DROP TABLE ${USAGE}`);
  await tx.unsafe(`CREATE VIEW ${USAGE} AS ${counts.join(' UNION ALL ')}`);
}
