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
 * one node. Does nothing where all are distributed; a table of a later migration joins the others.
 * @returns how many tables were distributed
 */
export async function distribute(client: Client): Promise<number> {
  const [citus] = await client`SELECT 1 FROM pg_extension WHERE extname = 'citus'`;
  if (!citus) return 0;
  return client.begin(async (tx) => {
    const distributed = await namesOf(tx, DISTRIBUTED);
    // Those of an older backup have not all been made yet.
    const missing = (await namesOf(tx, EXISTING, [[TENANTS, ...OF_TENANTS]])).filter(
      (name) => !distributed.includes(name),
    );
    if (!missing.length) return 0;
    // Foreign keys to the table that each node has must be made node by node.
    await tx.unsafe("SET LOCAL citus.multi_shard_modify_mode = 'sequential'");
    await countWhenAsked(tx);
    // Citus takes no table with a foreign key to one that isn't distributed yet.
    const keys = await dropForeignKeys(tx, missing);
    let beside = OF_TENANTS.find((name) => distributed.includes(name));
    for (const name of missing) {
      if (name === TENANTS) {
        await tx.unsafe('SELECT create_reference_table($1)', [TENANTS]);
        continue;
      }
      await tx.unsafe("SELECT create_distributed_table($1, 'tenant_id', colocate_with => $2)", [
        name,
        beside ?? 'none',
      ]);
      beside ??= name;
    }
    for (const { of, name, definition } of keys)
      await tx.unsafe(`ALTER TABLE ${of} ADD CONSTRAINT ${name} ${definition}`);
    return missing.length;
  });
}

const namesOf = async (tx: TransactionClient, query: string, parameters: string[][] = []) =>
  (await tx.unsafe(query, parameters)).map(({ name }) => name as string);

/** Citus lists plain tables, too, once they refer to one that each node has. */
const DISTRIBUTED = `SELECT table_name::text AS name FROM citus_tables WHERE citus_table_type <> 'local'`;
const EXISTING = `
  SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS wanted(name, place)
  WHERE to_regclass(quote_ident(name)) IS NOT NULL ORDER BY place`;

interface ForeignKey {
  of: string;
  name: string;
  definition: string;
}

/** Those from and to these tables. */
async function dropForeignKeys(tx: TransactionClient, tables: string[]): Promise<ForeignKey[]> {
  const keys = (await tx.unsafe(
    `SELECT conrelid::regclass::text AS of, quote_ident(conname) AS name,
            pg_get_constraintdef(pg_constraint.oid) AS definition
     FROM pg_constraint
     WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
       AND (conrelid::regclass::text = ANY ($1::text[]) OR confrelid::regclass::text = ANY ($1::text[]))
     ORDER BY 1, 2`,
    [tables],
  )) as ForeignKey[];
  for (const { of, name } of keys) await tx.unsafe(`ALTER TABLE ${of} DROP CONSTRAINT ${name}`);
  return keys;
}

/** Takes the triggers away, and counts what they counted, with what is counted when it is asked already. */
async function countWhenAsked(tx: TransactionClient): Promise<void> {
  const triggers = await tx.unsafe(`
    SELECT tgrelid::regclass::text AS of, quote_ident(tgname) AS name
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY 1, 2`);
  if (!triggers.length) return;
  for (const { of, name } of triggers) await tx.unsafe(`DROP TRIGGER ${name} ON ${of}`);
  const counted = new Set(triggers.map(({ of }) => of as string));
  const [{ distributed: isView }] = await tx.unsafe(IS_DISTRIBUTED);
  if (isView) for (const table of await namesOf(tx, COUNTED)) counted.add(table);
  const counts = [...counted]
    .sort()
    .map(
      (table) =>
        `SELECT tenant_id, '${table}'::text AS kind, 0 AS share, count(*) AS total FROM ${table} GROUP BY tenant_id`,
    );
  await tx.unsafe(`DROP ${isView ? 'VIEW' : 'TABLE'} ${USAGE}`);
  await tx.unsafe(`CREATE VIEW ${USAGE} AS ${counts.join(' UNION ALL ')}`);
}

/** The tables that the view counts. */
const COUNTED = `
  SELECT DISTINCT refobjid::regclass::text AS name
  FROM pg_depend JOIN pg_rewrite ON pg_depend.classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = pg_depend.objid
  WHERE ev_class = to_regclass('${USAGE}') AND refclassid = 'pg_class'::regclass AND refobjid <> ev_class`;
