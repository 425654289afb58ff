import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { actions, targetDeployments } from '../../../database/tables/actions.ts';
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
    const hide = () =>
      tx
        .update(distributionSets)
        .set({ deleted: true, ...modificationStamp(context) })
        .where(itself);
    if (await isInHistory(tx, tenantId, id)) await hide();
    else await removeOrHide(tx, (inner) => inner.delete(distributionSets).where(itself), hide);
    changes.record({ type: 'distribution-set.deleted', subjects: [titleOf(set)] });
  });
}

/** Whether a target has had the locked set, or is to have it: of that the database keeps no foreign keys. */
async function isInHistory(tx: Transaction, tenantId: number, id: number): Promise<boolean> {
  const { assignedSetId, installedSetId } = targetDeployments;
  const [row] = await tx.execute<{ found: boolean }>(sql`
    SELECT EXISTS (SELECT FROM ${actions} WHERE ${actions.tenantId} = ${tenantId} AND ${actions.setId} = ${id})
      OR EXISTS (SELECT FROM ${targetDeployments}
        WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${assignedSetId} = ${id})
      OR EXISTS (SELECT FROM ${targetDeployments}
        WHERE ${targetDeployments.tenantId} = ${tenantId} AND ${installedSetId} = ${id}) AS found`);
  return row!.found;
}
