import { and, eq } from 'drizzle-orm';
import { softwareModuleTypes } from '../../../database/tables/software.ts';
import { softwareModuleTypeNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { modification } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { removeOrHide } from '../../shared/removal.ts';

/**
 * Deletes a software module type. One that a module or a distribution set type has stays for these, and nothing new may
 * use it; again is no error. Needs DELETE_SOFTWARE_MODULE_TYPE.
 * @throws SOFTWARE_MODULE_TYPE_NOT_FOUND
 */
export async function deleteSoftwareModuleType(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_SOFTWARE_MODULE_TYPE');
  if (!Number.isSafeInteger(id)) throw softwareModuleTypeNotFound(String(id));
  const itself = and(eq(softwareModuleTypes.tenantId, tenantId), eq(softwareModuleTypes.id, id));

  await change(context, async (tx, changes) => {
    const [type] = await tx
      .select({ key: softwareModuleTypes.key, deleted: softwareModuleTypes.deleted })
      .from(softwareModuleTypes)
      .where(and(itself, await scopeCondition(context, 'DELETE_SOFTWARE_MODULE_TYPE')))
      .for('update');
    if (!type) throw softwareModuleTypeNotFound(String(id));
    if (type.deleted) return;
    await removeOrHide(
      tx,
      (inner) => inner.delete(softwareModuleTypes).where(itself),
      () =>
        tx
          .update(softwareModuleTypes)
          .set({ deleted: true, ...modification(context) })
          .where(itself),
    );
    changes.record({ type: 'software-module-type.deleted', subjects: [type.key] });
  });
}
