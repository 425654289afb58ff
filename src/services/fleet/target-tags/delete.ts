import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { targetTags } from '../../../database/tables/target-data.ts';
import { targetTagNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireNoScopeOn } from '../../access/scoped-fields.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { requireTaggedTargetsInScope } from './scope.ts';

/**
 * Deletes a target tag; the targets that have it lose it. Needs DELETE_TARGET.
 * @throws TARGET_TAG_NOT_FOUND; FORBIDDEN where DELETE_TARGET doesn't cover all of these
 */
export async function deleteTargetTag(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TARGET');

  await change(context, async (tx, changes) => {
    requireNoScopeOn(context, 'targetTag', ['id', 'name']);
    await requireTaggedTargetsInScope(tx, context, 'DELETE_TARGET', id);
    const deleted = await tx
      .delete(targetTags)
      .where(and(eq(targetTags.tenantId, tenantId), isAmong(targetTags.id, [id])))
      .returning({ name: targetTags.name });
    if (!deleted.length) throw targetTagNotFound(String(id));
    changes.everything();
    changes.record({ type: 'target-tag.deleted', subjects: deleted.map(({ name }) => name) });
  });
}
