import { and, eq } from 'drizzle-orm';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { requirePermission } from '../../access/permissions.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { removeOrHide } from '../../shared/removal.ts';
import { lockModuleType } from './find.ts';

/**
 * Deletes a software module type. A type that a module or a distribution set type has is only marked as
 * deleted, and nothing new can use it. Deleting it again is no error. Needs DELETE_SOFTWARE_MODULE_TYPE.
 * @throws SOFTWARE_MODULE_TYPE_NOT_FOUND
 */
export async function deleteSoftwareModuleType(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_SOFTWARE_MODULE_TYPE');
  const itself = and(eq(softwareModuleTypes.tenantId, tenantId), eq(softwareModuleTypes.id, id));

  await change(context, async (tx, changes) => {
    const type = await lockModuleType(tx, context, 'DELETE_SOFTWARE_MODULE_TYPE', id);
    if (type.deleted) return;
    await removeOrHide(
      tx,
      (inner) => inner.delete(softwareModuleTypes).where(itself),
      () =>
        tx
          .update(softwareModuleTypes)
          .set({ deleted: true, ...modificationStamp(context) })
          .where(itself),
    );
    changes.record({ type: 'software-module-type.deleted', subjects: [type.key] });
  });
}
