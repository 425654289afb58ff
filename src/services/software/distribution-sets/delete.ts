import { and, eq } from 'drizzle-orm';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { removeAutoAssignments } from '../../deployments/auto-assignments/auto-assignment.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { removeOrHide } from '../../shared/removal.ts';
import { titleOf } from '../software-modules/module.ts';
import { lockAnySet } from './set.ts';

/**
 * Deletes a distribution set and its auto-assignments. A set that history refers to is only marked as deleted: it
 * cannot be assigned again. Deleting it again is no error. Needs DELETE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND
 */
export async function deleteDistributionSet(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_DISTRIBUTION_SET');
  const itself = and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id));

  await change(context, async (tx, changes) => {
    const set = await lockAnySet(tx, context, { permission: 'DELETE_DISTRIBUTION_SET', id });
    if (set.deleted) return;
    await removeAutoAssignments(tx, context, eq(autoAssignments.setId, id));
    await removeOrHide(
      tx,
      (inner) => inner.delete(distributionSets).where(itself),
      () =>
        tx
          .update(distributionSets)
          .set({ deleted: true, ...modificationStamp(context) })
          .where(itself),
    );
    changes.record({ type: 'distribution-set.deleted', subjects: [titleOf(set)] });
  });
}
