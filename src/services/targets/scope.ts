import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { outOfScope } from '../../errors.ts';
import type { Permission } from '../access/permissions.ts';
import { reach } from '../access/scopes.ts';
import type { Acting, Context } from '../context.ts';
import type { SelectedTarget } from './selection.ts';
import { joinedPolls, joinedTypes } from './target.ts';

/** Those whose scope is a filter of targets. */
export type TargetPermission = Extract<Permission, `${string}_TARGET`>;

/**
 * The condition, for any statement, that the caller's permission reaches the target of the id in `column`; undefined
 * where it reaches all.
 */
export async function reachesTargetOf(
  context: Context,
  permission: TargetPermission,
  column: SQLWrapper,
): Promise<SQL | undefined> {
  const reached = await reach(context, permission);
  return (
    reached &&
    sql`${column} IN (
      SELECT ${targets.id} FROM ${targets}
      LEFT JOIN ${targetPolls} ON ${joinedPolls} LEFT JOIN ${targetTypes} ON ${joinedTypes}
      WHERE ${and(eq(targets.tenantId, context.caller.tenantId), reached)})`
  );
}

/** Those of the targets under a condition that the permission doesn't reach, as the transaction sees them now. */
export async function findUnreached(
  tx: Transaction,
  context: Context,
  permission: TargetPermission,
  condition: SQL,
): Promise<SelectedTarget[]> {
  const reached = await reach(context, permission);
  if (!reached) return [];
  return tx
    .select({ id: targets.id, controllerId: targets.controllerId })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(and(eq(targets.tenantId, context.caller.tenantId), condition, sql`(${reached}) IS NOT TRUE`))
    .orderBy(targets.id);
}

/**
 * Checks of changed targets that a caller who may change only some can still do so: otherwise they could be taken, by
 * a change of their type or group, from whom they belong to. Devices and the server have no scope.
 * @throws FORBIDDEN
 */
export async function requireStillReached(
  tx: Transaction,
  context: Acting,
  controllerIds: readonly string[],
): Promise<void> {
  if (!controllerIds.length || !isSignedIn(context) || !context.caller.permissions.has('UPDATE_TARGET'))
    return;
  const changed = sql`${targets.controllerId} = ANY(${arrayOf(controllerIds)}::text[])`;
  const [lost] = await findUnreached(tx, context, 'UPDATE_TARGET', changed);
  if (lost) throw outOfScope('UPDATE_TARGET', `'${lost.controllerId}' as it would be`);
}

const isSignedIn = (context: Acting): context is Context => 'permissions' in context.caller;
