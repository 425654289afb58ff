import { and, eq } from 'drizzle-orm';
import { distributionSets } from '../../database/tables/distribution-sets.ts';
import { requirePermission } from '../access/permissions.ts';
import { modification } from '../authorship.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { titleOf } from '../software-modules/module.ts';
import { lockSet } from './set.ts';

/**
 * Makes a set invalid for good: it can be neither changed nor assigned any more. Again is no error. Needs
 * UPDATE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED
 */
export async function invalidateDistributionSet(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');

  await change(context, async (tx, changes) => {
    const set = await lockSet(tx, tenantId, id);
    if (!set.valid) return;
    await tx
      .update(distributionSets)
      .set({ valid: false, ...modification(context) })
      .where(and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id)));
    changes.record({ type: 'distribution-set.invalidated', subjects: [titleOf(set)] });
  });
}
