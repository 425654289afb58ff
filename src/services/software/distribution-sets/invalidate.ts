import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { requireStillInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askToCancel, quitActions } from '../../deployments/actions/cancel.ts';
import { lockActions } from '../../deployments/actions/select.ts';
import { removeAutoAssignments } from '../../deployments/auto-assignments/auto-assignment.ts';
import { stopRolloutsOfSet } from '../../deployments/rollouts/stop-of-set.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import { added } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { titleOf } from '../software-modules/module.ts';
import type { DistributionSet } from './distribution-set.ts';
import { lockSet, readSets, setsAs } from './set.ts';

/** What happens to running actions: they continue, their devices are asked to stop, or they end at once. */
export const CANCELLATIONS = ['NONE', 'SOFT', 'FORCE'] as const;

const InvalidateDistributionSet = z.object({ id: z.number(), cancelActions: z.enum(CANCELLATIONS) });
export type InvalidateDistributionSet = z.input<typeof InvalidateDistributionSet>;

/**
 * Makes a set invalid, which cannot be undone: it can no longer be changed or assigned, and its auto-assignments end.
 * Repeating it is no error. Needs UPDATE_DISTRIBUTION_SET. Canceling the set's actions needs UPDATE_TARGET, too:
 * actions of targets out of its scope continue, except those of rollouts. The set's rollouts stop then; where there are
 * any, this needs HANDLE_ROLLOUT.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, INVALID_INPUT
 */
export async function invalidateDistributionSet(
  context: Context,
  input: InvalidateDistributionSet,
): Promise<DistributionSet> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, cancelActions } = parse(InvalidateDistributionSet, input);
  if (cancelActions !== 'NONE') requirePermission(context, 'UPDATE_TARGET');

  return change(context, async (tx, changes) => {
    const set = await lockSet(tx, context, {
      permission: 'UPDATE_DISTRIBUTION_SET',
      id,
      strength: 'no key update',
    });
    if (set.valid)
      await tx
        .update(distributionSets)
        .set({ valid: false, ...modificationStamp(context) })
        .where(and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id)));
    await removeAutoAssignments(tx, context, eq(autoAssignments.setId, id));
    // Rollouts before targets, as their steps lock them.
    const stopped = cancelActions === 'NONE' ? [] : await stopRolloutsOfSet(tx, context, id);
    if (stopped.length) requirePermission(context, 'HANDLE_ROLLOUT');
    const controllerIds = cancelActions === 'NONE' ? [] : await cancelAll(tx, context, id, cancelActions);
    changes.rollouts(stopped.map((rollout) => rollout.id));
    if (!set.valid && !controllerIds.length && !stopped.length) return set;
    changes.targetsInScope(controllerIds);
    await requireStillInScope(tx, context, setsAs('UPDATE_DISTRIBUTION_SET'), eq(distributionSets.id, id));
    changes.record({
      type: 'distribution-set.invalidated',
      subjects: [titleOf(set)],
      changes: added({ cancelActions, stoppedRollouts: stopped.length || null }),
    });
    return (await readSets(tx, tenantId, [id])).get(id)!;
  });
}

/** @returns the controllerIds of the targets whose actions are different now */
async function cancelAll(
  tx: Transaction,
  context: Context,
  setId: number,
  how: 'SOFT' | 'FORCE',
): Promise<string[]> {
  const ofSet = and(
    eq(actions.setId, setId),
    actions.active,
    await targetInScope(context, 'UPDATE_TARGET', actions.targetId),
  );
  const running = await lockActions(tx, context.caller.tenantId, ofSet);
  const selected = how === 'FORCE' ? running : running.filter(({ status }) => status !== 'canceling');
  await (how === 'FORCE' ? quitActions : askToCancel)(tx, context, selected);
  return [...new Set(selected.map(({ controllerId }) => controllerId))];
}
