import { and, eq, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { type ActionStatus, actions, type ForceType } from '../../../database/tables/actions.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups, rollouts } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { actionNotFound, invalid } from '../../../errors.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { type TargetPermission, targetInScope } from '../../fleet/targets/scope.ts';
import type { Context } from '../../shared/context.ts';
import { actionJoinsGroup, actionJoinsSet, actionJoinsTarget, groupJoinsRollout } from './action.ts';
import { ACTION_FIELDS } from './fields.ts';

/** Which actions a bulk verb means: either those named or all that match a filter. */
export interface ActionSelection {
  actionIds?: readonly number[] | null | undefined;
  filter?: string | null | undefined;
}

/** An action that is locked with its target until the transaction ends. */
export interface LockedAction {
  id: number;
  targetId: number;
  controllerId: string;
  status: ActionStatus;
  active: boolean;
  forceType: ForceType;
}

/**
 * The chosen actions, locked with their targets until the transaction ends, in the order of the targets: whoever changes
 * an action locks its target first. Actions that are out of the permission's scope, or not `among` those, are left out.
 * @throws INVALID_INPUT unless there is either a list or a filter; ACTION_NOT_FOUND for the first that is missing; the
 *   filter's errors
 */
export async function selectActionsToChange(
  tx: Transaction,
  context: Context,
  permission: TargetPermission,
  { actionIds, filter, among }: ActionSelection & { among?: SQL | undefined },
): Promise<LockedAction[]> {
  if ((actionIds == null) === (filter == null))
    throw invalid('actionIds: give either these or a filter', ['actionIds']);
  const chosen = (await askedFilter(context, ACTION_FIELDS, filter)) ?? isAmong(actions.id, actionIds ?? []);
  const found = await lockActions(
    tx,
    context.caller.tenantId,
    and(chosen, among, await targetInScope(context, permission, actions.targetId)),
  );
  if (actionIds) refuseMissing(actionIds, found);
  return found;
}

/** The actions for which a condition holds, as `selectActionsToChange` locks them. */
export const lockActions = (
  tx: Transaction,
  tenantId: number,
  condition: SQL | undefined,
): Promise<LockedAction[]> =>
  tx
    .select({
      id: actions.id,
      targetId: actions.targetId,
      controllerId: targets.controllerId,
      status: actions.status,
      active: actions.active,
      forceType: actions.forceType,
    })
    .from(actions)
    .innerJoin(targets, actionJoinsTarget)
    .innerJoin(distributionSets, actionJoinsSet)
    .leftJoin(rolloutGroups, actionJoinsGroup)
    .leftJoin(rollouts, groupJoinsRollout)
    .where(and(eq(actions.tenantId, tenantId), condition))
    .orderBy(targets.id, actions.id)
    .for('no key update', { of: [targets, actions] });

function refuseMissing(wanted: readonly number[], found: readonly LockedAction[]): void {
  const existing = new Set(found.map(({ id }) => id));
  for (const [index, id] of wanted.entries())
    if (!existing.has(id)) throw actionNotFound(String(id), ['actionIds', String(index)]);
}

/** As one parameter of a statement. */
export const idArrayOf = (selected: readonly { id: number }[]): SQL =>
  sql`${`{${selected.map(({ id }) => id).join(',')}}`}::bigint[]`;
