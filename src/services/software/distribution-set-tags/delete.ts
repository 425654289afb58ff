import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { distributionSetTags } from '../../../database/tables/distribution-sets.ts';
import { distributionSetTagNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireNoScopeOn } from '../../access/scoped-fields.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { requireTaggedSetsInScope } from './scope.ts';

/**
 * Deletes a distribution set tag, also where sets have it. Needs DELETE_DISTRIBUTION_SET.
 * @throws DISTRIBUTION_SET_TAG_NOT_FOUND; FORBIDDEN where a set that has it is out of the scope of
 *   DELETE_DISTRIBUTION_SET
 */
export async function deleteDistributionSetTag(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_DISTRIBUTION_SET');

  await change(context, async (tx, changes) => {
    requireNoScopeOn(context, 'distributionSetTag', ['id', 'name']);
    await requireTaggedSetsInScope(tx, context, 'DELETE_DISTRIBUTION_SET', id);
    const deleted = await tx
      .delete(distributionSetTags)
      .where(and(eq(distributionSetTags.tenantId, tenantId), isAmong(distributionSetTags.id, [id])))
      .returning({ name: distributionSetTags.name });
    if (!deleted.length) throw distributionSetTagNotFound(String(id));
    changes.record({ type: 'distribution-set-tag.deleted', subjects: deleted.map(({ name }) => name) });
  });
}
