import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { loadModule, parseSync } from 'libpg-query';
import { isOverAllTenants } from '../../src/database/all-tenants.ts';
import * as schema from '../../src/database/schema.ts';
import { tablesWithoutTenant } from './tenant-in-statement.ts';

await loadModule();

// biome-ignore lint/suspicious/noExplicitAny: a node has one key, its kind
type Node = any;

/** By the name of each table the column that is drawn where none is given, if there is one. */
const IDENTITIES: ReadonlyMap<string, string | undefined> = new Map(
  Object.values(schema).flatMap((table) => {
    if (!is(table, PgTable)) return [];
    const drawn = Object.values(getTableColumns(table)).find(({ generatedIdentity }) => generatedIdentity);
    return [[getTableName(table), drawn?.name] as const];
  }),
);

/** What is wrong with a statement, for a database with shards or for the planner; nothing where all is well. */
export function faultsOf(text: string): string[] {
  const tables = isOverAllTenants(text) ? [] : tablesWithoutTenant(text);
  const stmts: Node[] = parseSync(text).stmts.map(({ stmt }: Node) => stmt);
  return [
    ...tables.map((table) => `no tenant as a parameter where it takes ${table}`),
    ...stmts.flatMap(drawnElsewhere),
    ...stmts.flatMap(slicesStored),
  ];
}

/**
 * Rows that come from a table are made where that table's shard is, and so are their ids: from another range, and in
 * another order than time. From lists or values they are drawn where the statement was sent to.
 */
const drawnElsewhere = (stmt: Node): string[] =>
  nodesOf(stmt, 'InsertStmt').flatMap((insert) => {
    const table: string = insert.relation.relname;
    const drawn = IDENTITIES.get(table);
    if (!drawn || insert.cols?.some(({ ResTarget }: Node) => ResTarget.name === drawn)) return [];
    const isAlone = stmt.InsertStmt === insert && !insert.withClause;
    const reads = nodesOf(insert.selectStmt, 'RangeVar').some(({ relname }) => IDENTITIES.has(relname));
    return isAlone && !reads ? [] : [`the ids of ${table} are drawn from rows of a table, or inside of WITH`];
  });

/** The coordinator of Citus crashes by them; there is `trim_array`. */
const slicesStored = (stmt: Node): string[] =>
  ['UpdateStmt', 'InsertStmt'].flatMap((kind) =>
    nodesOf(stmt, kind).flatMap((change) => {
      const stored = change.onConflictClause?.targetList ?? change.targetList ?? [];
      return nodesOf(stored, 'A_Indices').some(({ is_slice }) => is_slice)
        ? ['a slice of an array in SET']
        : [];
    }),
  );

/** All nodes of a kind in a tree. */
function nodesOf(tree: Node, kind: string): Node[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries<Node>(tree).flatMap(([key, part]) =>
    key === kind ? [part, ...nodesOf(part, kind)] : nodesOf(part, kind),
  );
}
