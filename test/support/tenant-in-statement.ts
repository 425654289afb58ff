import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { loadModule, parseSync } from 'libpg-query';
import * as schema from '../../src/database/schema.ts';

await loadModule();

/** Tables whose rows each belong to a tenant. */
export const TENANT_TABLES: ReadonlySet<string> = new Set(
  Object.values(schema).flatMap((table) =>
    is(table, PgTable) && 'tenantId' in getTableColumns(table) && table !== schema.tenants
      ? [getTableName(table)]
      : [],
  ),
);

// The tree of PostgreSQL's own parser: https://github.com/constructive-io/libpg-query-node
// biome-ignore lint/suspicious/noExplicitAny: a node has one key, its kind
type Node = any;

/** The statements of a text. */
export const parsed = (text: string): Node[] => parseSync(text).stmts.map(({ stmt }: Node) => stmt);

/**
 * The tables of tenants that a statement reads or changes without naming the tenant as a value, sub-queries by
 * themselves: a planner that sees only `a.tenant_id = b.tenant_id` doesn't know which tenant it is, and an engine with
 * shards asks all of them. Empty where all is well.
 */
export function tablesWithoutTenant(stmts: readonly Node[]): string[] {
  const found: string[] = [];
  // Who asks a view says of which tenant.
  for (const stmt of stmts) if (!stmt.ViewStmt) visit(stmt, { ctes: new Set(), found });
  return [...new Set(found)];
}

interface Scope {
  /** Names of WITH that stand before tables of the same name. */
  ctes: ReadonlySet<string>;
  found: string[];
}

/** Looks at each query in the tree by itself. */
function visit(node: Node, scope: Scope): void {
  if (Array.isArray(node)) {
    for (const part of node) visit(part, scope);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const [kind = ''] = Object.keys(node);
  if (/^(Select|Insert|Update|Delete)Stmt$/.test(kind)) visitQuery(kind, node[kind], scope);
  else visitParts(node, scope);
}

function visitParts(node: Node, scope: Scope): void {
  // Branches of UNION are queries without their kind; so are the sides of JOIN called, which aren't.
  for (const key in node)
    if ((key === 'larg' || key === 'rarg') && 'op' in node[key]) visitQuery('SelectStmt', node[key], scope);
    else visit(node[key], scope);
}

function visitQuery(kind: string, query: Node, outer: Scope): void {
  const ctes = new Set(outer.ctes);
  for (const { CommonTableExpr } of query.withClause?.ctes ?? []) ctes.add(CommonTableExpr.ctename);
  const scope = { ...outer, ctes };
  const { tables, conditions } = fromOf(query, ctes);
  const withTenant = tablesWithTenant(tables, [...conditions, query.whereClause]);
  if (kind !== 'InsertStmt')
    for (const { name, alias } of tables)
      if (TENANT_TABLES.has(name) && !withTenant.has(alias)) scope.found.push(name);
  if (kind === 'InsertStmt' && TENANT_TABLES.has(query.relation.relname) && !insertsTenant(query))
    scope.found.push(query.relation.relname);
  visitParts(query, scope);
}

interface Table {
  name: string;
  alias: string;
}

function fromOf(query: Node, ctes: ReadonlySet<string>): { tables: Table[]; conditions: Node[] } {
  const tables: Table[] = [];
  const conditions: Node[] = [];
  const add = (node: Node): void => {
    if (node?.JoinExpr) {
      add(node.JoinExpr.larg);
      add(node.JoinExpr.rarg);
      conditions.push(node.JoinExpr.quals);
    } else if (node?.RangeVar) addTable(node.RangeVar);
  };
  const addTable = ({ relname, alias }: Node) => {
    if (!ctes.has(relname)) tables.push({ name: relname, alias: alias?.aliasname ?? relname });
  };
  if (query.relation) addTable(query.relation);
  for (const node of [...(query.fromClause ?? []), ...(query.usingClause ?? [])]) add(node);
  return { tables, conditions };
}

/** The aliases whose tenant is a value: by itself, or by what it is equal to in the same query. */
function tablesWithTenant(tables: readonly Table[], conditions: readonly Node[]): Set<string> {
  const owners = tables.filter(({ name }) => TENANT_TABLES.has(name));
  const equal: [string, string][] = [];
  const sideOf = (node: Node): string | undefined => {
    if (isValue(node)) return VALUE;
    const names = node?.ColumnRef?.fields?.map((field: Node) => field.String?.sval);
    if (names?.at(-1) !== 'tenant_id') return undefined;
    return names.length > 1 ? names.at(-2) : owners.length === 1 ? owners[0]?.alias : undefined;
  };
  for (const condition of conditions.flatMap(conjunctsOf)) {
    const { kind, name, lexpr, rexpr } = condition.A_Expr ?? {};
    if (kind !== 'AEXPR_OP' || name[0].String.sval !== '=') continue;
    const rows = [lexpr.RowExpr?.args ?? [lexpr], rexpr.RowExpr?.args ?? [rexpr]];
    for (const [at, left] of rows[0].entries()) {
      const sides = [sideOf(left), sideOf(rows[1][at])] as const;
      if (sides[0] !== undefined && sides[1] !== undefined) equal.push(sides as [string, string]);
    }
  }
  const known = new Set([VALUE]);
  for (let before = 0; before < known.size; ) {
    before = known.size;
    for (const [left, right] of equal)
      if (known.has(left) || known.has(right)) {
        known.add(left);
        known.add(right);
      }
  }
  return known;
}
const VALUE = '$';

/** The conditions of which each must hold. */
export function conjunctsOf(node: Node): Node[] {
  if (!node) return [];
  if (node.BoolExpr?.boolop === 'AND_EXPR') return node.BoolExpr.args.flatMap(conjunctsOf);
  return [node];
}

const isValue = (node: Node): boolean =>
  Boolean(node?.ParamRef || node?.A_Const) || (node?.TypeCast ? isValue(node.TypeCast.arg) : false);

function insertsTenant({ cols, selectStmt }: Node): boolean {
  const at = (cols ?? []).findIndex(({ ResTarget }: Node) => ResTarget.name === 'tenant_id');
  const fits = (select: Node): boolean => {
    if (select.valuesLists) return select.valuesLists.every(({ List }: Node) => isValue(List.items[at]));
    if (select.op && select.op !== 'SETOP_NONE') return fits(select.larg) && fits(select.rarg);
    return isValue(select.targetList?.[at]?.ResTarget.val);
  };
  return at >= 0 && selectStmt?.SelectStmt !== undefined && fits(selectStmt.SelectStmt);
}
