import { and, eq, sql } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import type { Database, Transaction } from '../../database/connect.ts';
import type { Context } from '../shared/context.ts';
import type { Permission, Role } from './grants.ts';
import type { ScopedRows } from './in-scope.ts';
import { scopeCondition } from './scopes.ts';

/**
 * Says to which of the things with these ids the caller may do something, by permissions and scopes alone. Asks the
 * database only where something limits the caller.
 */
export type Right = (context: Context, ids: readonly number[]) => Promise<(id: number) => boolean>;

/** The same answer for all things. */
export const always = (may: boolean) => () => may;

/** The right of who has all of these permissions, whatever their scopes. */
export const having =
  (...permissions: Permission[]): Right =>
  async ({ caller }) =>
    always(permissions.every((permission) => caller.permissions.has(permission)));

/** The right of who has the built-in role. */
export const being =
  (role: Role): Right =>
  async ({ caller }) =>
    always(caller.roles.has(role));

/** The right of who has the permission of these rows, to those in its scope. */
export const within =
  (rows: ScopedRows): Right =>
  (context, ids) =>
    permittedAmong(context, rows, ids);

/** Says which of the rows with these ids are in the scope of their permission, if the caller has it. */
export async function permittedAmong(
  context: Context,
  { permission, table, joined }: ScopedRows,
  ids: readonly number[],
  database: Database | Transaction = context.database,
): Promise<(id: number) => boolean> {
  const { permissions, tenantId } = context.caller;
  if (!permissions.has(permission)) return always(false);
  const inScope = await scopeCondition(context, permission);
  if (!inScope) return always(true);
  const found = await database.execute<{ id: string }>(sql`
    SELECT ${table.id} AS id FROM ${joined ?? table}
    WHERE ${and(eq(table.tenantId, tenantId), isAmong(table.id, ids), inScope)}`);
  const seen = new Set(found.map(({ id }) => Number(id)));
  return (id) => seen.has(id);
}
