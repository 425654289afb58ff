import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { arrayOf } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import type { Permission } from '../../access/grants.ts';
import { requireStillInScope, rowInScope, type ScopedRows } from '../../access/in-scope.ts';
import type { ActorContext, Context } from '../../shared/context.ts';
import { joinedPolls, joinedTypes } from './target.ts';

/** Those whose scope is a filter of targets. */
export type TargetPermission = Extract<Permission, `${string}_TARGET`>;

/** The targets as the scope of a permission meets them. */
export const targetsAs = (permission: TargetPermission): ScopedRows => ({
  permission,
  table: targets,
  joined: sql`${targets} LEFT JOIN ${targetPolls} ON ${joinedPolls} LEFT JOIN ${targetTypes} ON ${joinedTypes}`,
  title: targets.controllerId,
});

/**
 * The condition, for any statement, that the caller's permission reaches the target of the id in `column`; undefined
 * where it reaches all.
 */
export const targetInScope = (
  context: Context,
  permission: TargetPermission,
  column: SQLWrapper,
): Promise<SQL | undefined> => rowInScope(context, targetsAs(permission), column);

/** Checks changed targets as `requireStillInScope` does. Devices and the server have no scope. @throws FORBIDDEN */
export async function requireTargetsStillInScope(
  tx: Transaction,
  context: ActorContext,
  controllerIds: readonly string[],
): Promise<void> {
  if (!controllerIds.length || !isSignedIn(context) || !context.caller.permissions.has('UPDATE_TARGET'))
    return;
  const changed = sql`${targets.controllerId} = ANY(${arrayOf(controllerIds)}::text[])`;
  await requireStillInScope(tx, context, targetsAs('UPDATE_TARGET'), changed);
}

const isSignedIn = (context: ActorContext): context is Context => 'permissions' in context.caller;
