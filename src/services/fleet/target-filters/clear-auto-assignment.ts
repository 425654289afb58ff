import { eq } from 'drizzle-orm';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { requirePermission } from '../../access/permissions.ts';
import { removeAutoAssignments } from '../../deployments/auto-assignments/auto-assignment.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockTargetFilter } from './find.ts';

/**
 * Ends the auto-assignment of a target filter, if it has one; its actions stay. Needs UPDATE_TARGET.
 * @throws TARGET_FILTER_NOT_FOUND
 */
export async function clearAutoAssignment(
  context: Context,
  { targetFilterId }: { targetFilterId: number },
): Promise<void> {
  requirePermission(context, 'UPDATE_TARGET');

  await change(context, async (tx, changes) => {
    const { name } = await lockTargetFilter(tx, context, targetFilterId, ['targetFilterId']);
    const ended = await removeAutoAssignments(
      tx,
      context,
      eq(autoAssignments.targetFilterId, targetFilterId),
    );
    changes.record({ type: 'target-filter.set-cleared', subjects: ended.map(() => name) });
  });
}
