import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from '../../database/connect.ts';
import { outOfScope } from '../../errors.ts';
import type { Context } from '../shared/context.ts';
import type { Permission } from './grants.ts';
import { scopeCondition } from './scopes.ts';

/** A permission with the rows that its scope is about. */
export interface ScopedRows {
  permission: Permission;
  table: PgTable & { tenantId: PgColumn; id: PgColumn };
  /** The table with all that filters of its rows join, where that is more. */
  joined?: SQL;
  /** What people know a row by. */
  title: SQLWrapper;
}

/** A row that is out of a permission's reach. */
export interface RowOutOfScope {
  id: number;
  title: string;
}

/**
 * The condition, for any statement, that the caller's permission reaches the row of the id in `column`; undefined where
 * it reaches all.
 */
export async function rowInScope(
  context: Context,
  { permission, table, joined }: ScopedRows,
  column: SQLWrapper,
): Promise<SQL | undefined> {
  const reached = await scopeCondition(context, permission);
  const itsOwn = and(eq(table.tenantId, context.caller.tenantId), reached);
  return reached && sql`${column} IN (SELECT ${table.id} FROM ${joined ?? table} WHERE ${itsOwn})`;
}

/** The rows under a condition that the permission doesn't reach, as the transaction sees them now. */
export async function findOutOfScope(
  tx: Transaction,
  context: Context,
  { permission, table, joined, title }: ScopedRows,
  condition: SQL,
): Promise<RowOutOfScope[]> {
  const reached = await scopeCondition(context, permission);
  if (!reached) return [];
  const rows = await tx.execute<{ id: string; title: string }>(sql`
    SELECT ${table.id} AS id, ${title} AS title FROM ${joined ?? table}
    WHERE ${and(eq(table.tenantId, context.caller.tenantId), condition)} AND (${reached}) IS NOT TRUE
    ORDER BY ${table.id}`);
  return rows.map((row) => ({ id: Number(row.id), title: row.title }));
}

/**
 * Checks of rows that were changed, or made, that the permission reaches them as they are now: otherwise they could be taken,
 * by a change of their type or group, from whom they belong to.
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
