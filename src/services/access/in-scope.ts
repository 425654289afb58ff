import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from '../../database/connect.ts';
import { outOfScope } from '../../errors.ts';
import type { Context } from '../shared/context.ts';
import type { Permission } from './grants.ts';
import { scopeCondition } from './scopes.ts';

/** A permission and the rows that its scope selects. */
export interface ScopedRows {
  permission: Permission;
  table: PgTable & { tenantId: PgColumn; id: PgColumn };
  /** The table with the joins that filters need, if they need any. */
  joined?: SQL;
  /** What people know a row by. */
  title: SQLWrapper;
}

/** A row that is out of scope. */
export interface RowOutOfScope {
  id: number;
  title: string;
}

/**
 * The condition that the row whose id is in `column` is in the scope of the caller's permission; undefined if
 * everything is. Works in any statement.
 */
export async function rowInScope(
  context: Context,
  { permission, table, joined }: ScopedRows,
  column: SQLWrapper,
): Promise<SQL | undefined> {
  const inScope = await scopeCondition(context, permission);
  const itsOwn = and(eq(table.tenantId, context.caller.tenantId), inScope);
  return inScope && sql`${column} IN (SELECT ${table.id} FROM ${joined ?? table} WHERE ${itsOwn})`;
}

/** The rows that match the condition and are out of scope, as the transaction sees them now. */
export async function findOutOfScope(
  tx: Transaction,
  context: Context,
  { permission, table, joined, title }: ScopedRows,
  condition: SQL,
): Promise<RowOutOfScope[]> {
  const inScope = await scopeCondition(context, permission);
  if (!inScope) return [];
  const rows = await tx.execute<{ id: string; title: string }>(sql`
    SELECT ${table.id} AS id, ${title} AS title FROM ${joined ?? table}
    WHERE ${and(eq(table.tenantId, context.caller.tenantId), condition)} AND (${inScope}) IS NOT TRUE
    ORDER BY ${table.id}`);
  return rows.map((row) => ({ id: Number(row.id), title: row.title }));
}

/**
 * Checks that rows that were changed or created are in scope as they are now. Otherwise a change of a type or group
 * could take them away from those they belong to.
 * @throws FORBIDDEN
 */
export async function requireStillInScope(
  tx: Transaction,
  context: Context,
  scoped: ScopedRows,
  changed: SQL,
): Promise<void> {
  const [lost] = await findOutOfScope(tx, context, scoped, changed);
  if (lost) throw outOfScope(scoped.permission, asItWouldBe(lost.title));
}

export const asItWouldBe = (title: string): string => `'${title}' as it would be`;
