import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { targetFilters } from '../../../database/tables/target-data.ts';
import { targetFilterNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireAutoAssignmentsInScope } from '../../deployments/auto-assignments/auto-assignment.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';

/**
 * Deletes a target filter, and its auto-assignment with it. Needs DELETE_TARGET.
 * @throws TARGET_FILTER_NOT_FOUND; FORBIDDEN where that may find targets out of the caller's scope
 */
export async function deleteTargetFilter(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TARGET');

  await change(context, async (tx, changes) => {
    const itsOwn = isAmong(autoAssignments.targetFilterId, [id]);
    await requireAutoAssignmentsInScope(tx, context, itsOwn, 'DELETE_TARGET');
    const deleted = await tx
      .delete(targetFilters)
      .where(and(eq(targetFilters.tenantId, tenantId), isAmong(targetFilters.id, [id])))
      .returning({ name: targetFilters.name });
    if (!deleted.length) throw targetFilterNotFound(String(id));
    changes.record({ type: 'target-filter.deleted', subjects: deleted.map(({ name }) => name) });
  });
}
