import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import { distributionSetTags } from '../../database/tables/distribution-sets.ts';
import { distributionSetTagNotFound } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';

/**
 * Deletes a distribution set tag, also where sets have it. Needs DELETE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_TAG_NOT_FOUND
 */
export async function deleteDistributionSetTag(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_DISTRIBUTION_SET');

  await change(context, async (tx, changes) => {
    const deleted = await tx
      .delete(distributionSetTags)
      .where(and(eq(distributionSetTags.tenantId, tenantId), isAmong(distributionSetTags.id, [id])))
      .returning({ name: distributionSetTags.name });
    if (!deleted.length) throw distributionSetTagNotFound(String(id));
    changes.record({ type: 'distribution-set-tag.deleted', subjects: deleted.map(({ name }) => name) });
  });
}
