import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { distributionSets } from '../../database/tables/distribution-sets.ts';
import { requirePermission } from '../access/permissions.ts';
import { modification } from '../authorship.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parse } from '../parse.ts';
import { titleOf } from '../software-modules/module.ts';
import { lockSet } from './set.ts';

/** What becomes of the actions that still run: they go on, their devices are asked to stop, or they end at once. */
export const CANCELLATIONS = ['NONE', 'SOFT', 'FORCE'] as const;

const InvalidateDistributionSet = z.object({ id: z.number(), cancelActions: z.enum(CANCELLATIONS) });
export type InvalidateDistributionSet = z.input<typeof InvalidateDistributionSet>;

/**
 * Makes a set invalid for good: it can be neither changed nor assigned any more. Again is no error. Needs
 * UPDATE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_NOT_FOUND, DISTRIBUTION_SET_DELETED, INVALID_INPUT
 */
export async function invalidateDistributionSet(
  context: Context,
  input: InvalidateDistributionSet,
): Promise<void> {
  const { tenantId } = requirePermission(context, 'UPDATE_DISTRIBUTION_SET');
  const { id, cancelActions } = parse(InvalidateDistributionSet, input);

  await change(context, async (tx, changes) => {
    const set = await lockSet(tx, tenantId, id);
    if (!set.valid) return;
    await tx
      .update(distributionSets)
      .set({ valid: false, ...modification(context) })
      .where(and(eq(distributionSets.tenantId, tenantId), eq(distributionSets.id, id)));
    changes.record({
      type: 'distribution-set.invalidated',
      subjects: [titleOf(set)],
      changes: { cancelActions: { new: cancelActions } },
    });
  });
}
