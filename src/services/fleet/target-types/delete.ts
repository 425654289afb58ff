import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetTypeNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';

/**
 * Deletes a target type that no target has. Needs DELETE_TARGET_TYPE.
 * @throws TARGET_TYPE_NOT_FOUND, TARGET_TYPE_IN_USE
 */
export async function deleteTargetType(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TARGET_TYPE');

  await change(context, async (tx, changes) => {
    // That no target has it is the foreign key's to say: asked before, the answer could be out of date.
    const deleted = await tx
      .delete(targetTypes)
      .where(
        and(
          eq(targetTypes.tenantId, tenantId),
          isAmong(targetTypes.id, [id]),
          await scopeCondition(context, 'DELETE_TARGET_TYPE'),
        ),
      )
      .returning({ key: targetTypes.key });
    if (!deleted.length) throw targetTypeNotFound(String(id));
    changes.everything();
    changes.record({ type: 'target-type.deleted', subjects: deleted.map(({ key }) => key) });
  });
}
