import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { isOverAllTenants } from '../../src/database/all-tenants.ts';
import * as schema from '../../src/database/schema.ts';
import { conjunctsOf, parsed, TENANT_TABLES, tablesWithoutTenant } from './tenant-in-statement.ts';

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
  const stmts = parsed(text);
  const tables = isOverAllTenants(text) ? [] : tablesWithoutTenant(stmts);
  return [
    ...tables.map((table) => `no tenant as a parameter where it takes ${table}`),
    ...stmts.flatMap(drawnElsewhere),
    ...stmts.flatMap(slicesStored),
    ...stmts.flatMap(notOfOneMoment),
    ...stmts.flatMap(tenantsChanged),
    ...stmts.flatMap(joinsTemporary),
    ...stmts.flatMap(isOverAllTenants(text) ? locksOfAll : readsAllOfTenant),
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

/** By the names of all that the statements have used so far: what a row becomes must not depend on where it is computed. */
const NOT_IMMUTABLE =
  /^(clock_timestamp|random|gen_random_uuid|timeofday|convert_to|convert_from|date_trunc|date_part|to_char|concat|concat_ws|format)$/;

const notOfOneMoment = (stmt: Node): string[] =>
  ['UpdateStmt', 'DeleteStmt'].flatMap((kind) =>
    nodesOf(stmt, kind)
      .filter(({ relation }) => IDENTITIES.has(relation.relname))
      .flatMap((change) => nodesOf(change, 'FuncCall'))
      .map(({ funcname }) => funcname.at(-1).String.sval as string)
      .filter((name) => NOT_IMMUTABLE.test(name))
      .map((name) => `${name}() where rows are changed`),
  );

/** The row would have to move to another shard. */
const tenantsChanged = (stmt: Node): string[] =>
  ['UpdateStmt', 'InsertStmt'].flatMap((kind) =>
    nodesOf(stmt, kind).flatMap((change) =>
      (change.onConflictClause?.targetList ?? (kind === 'UpdateStmt' ? change.targetList : [])).some(
        ({ ResTarget }: Node) => ResTarget?.name === 'tenant_id',
      )
        ? ['SET tenant_id']
        : [],
    ),
  );

/** A temporary table is where the statement was sent to only: read in a sub-query, its rows are sent along. */
function joinsTemporary(stmt: Node): string[] {
  const named = new Set(nodesOf(stmt, 'CommonTableExpr').map(({ ctename }) => ctename));
  const tablesIn = (node: Node): string[] => {
    if (node?.JoinExpr) return [...tablesIn(node.JoinExpr.larg), ...tablesIn(node.JoinExpr.rarg)];
    return node?.RangeVar && !node.RangeVar.schemaname ? [node.RangeVar.relname] : [];
  };
  return ['SelectStmt', 'UpdateStmt', 'DeleteStmt'].flatMap((kind) =>
    nodesOf(stmt, kind).flatMap(({ relation, fromClause, usingClause }) => {
      const from = [...(fromClause ?? []), ...(usingClause ?? [])].flatMap(tablesIn);
      const tables = [...(relation ? [relation.relname] : []), ...from].filter((name) => !named.has(name));
      const temporary = tables.filter((name) => name.startsWith('import_') && !IDENTITIES.has(name));
      const isMixed = temporary.length > 0 && tables.some((name) => IDENTITIES.has(name));
      return isMixed ? [`the temporary table ${temporary[0]} joined with one of tenants`] : [];
    }),
  );
}

/** Of which a tenant has no more than some hundreds: the sources count them when one is made. */
const FEW: ReadonlySet<string> = new Set([
  'enrollment_derivation_keys',
  'enrollment_groups',
  'enrollment_tokens',
  'issuing_authorities',
  'tenant_configuration',
]);
const GIVES_ONE_ROW = /^(count|sum|min|max|bool_or|bool_and)$/;

/** A tenant may have a million rows: to read them all takes a condition, a LIMIT, or an aggregate. */
function readsAllOfTenant({ SelectStmt: select }: Node): string[] {
  if (!select || select.limitCount || select.groupClause) return [];
  const names = nodesOf(select.targetList, 'FuncCall').map(
    ({ funcname }) => funcname.at(-1).String.sval as string,
  );
  if (names.some((name) => GIVES_ONE_ROW.test(name))) return [];
  const isOfTenant = ({ A_Expr }: Node) =>
    A_Expr && nodesOf(A_Expr, 'String').some(({ sval }) => sval === 'tenant_id');
  if (!conjunctsOf(select.whereClause).every(isOfTenant)) return [];
  const tables = (select.fromClause ?? []).map(({ RangeVar }: Node) => RangeVar?.relname);
  return tables.every((name: string) => TENANT_TABLES.has(name) && !FEW.has(name)) && tables.length
    ? [`all rows of ${tables} that a tenant has`]
    : [];
}

/** Rows of several shards can't be locked by one statement. */
const locksOfAll = (stmt: Node): string[] =>
  nodesOf(stmt, 'SelectStmt').some(({ lockingClause }) => lockingClause)
    ? ['rows of all tenants are locked']
    : [];

/** All nodes of a kind in a tree. */
function nodesOf(tree: Node, kind: string, found: Node[] = []): Node[] {
  if (typeof tree !== 'object' || tree === null) return found;
  if (Array.isArray(tree)) for (const part of tree) nodesOf(part, kind, found);
  else
    for (const key in tree) {
      if (key === kind) found.push(tree[key]);
      nodesOf(tree[key], kind, found);
    }
  return found;
}
