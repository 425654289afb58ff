import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { enrollmentDerivationKeys, enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { derivationKeyNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';

/**
 * Deletes a key that tokens of devices are derived from. They stop working at once; those of the group's other key still
 * do. Needs DELETE_TENANT_CONFIGURATION.
 * @throws DERIVATION_KEY_NOT_FOUND
 */
export async function deleteDerivationKey(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TENANT_CONFIGURATION');

  await change(context, async (tx, changes) => {
    const [deleted] = await tx
      .delete(enrollmentDerivationKeys)
      .where(and(eq(enrollmentDerivationKeys.tenantId, tenantId), isAmong(enrollmentDerivationKeys.id, [id])))
      .returning({
        groupId: enrollmentDerivationKeys.groupId,
        slot: enrollmentDerivationKeys.slot,
        fingerprint: enrollmentDerivationKeys.fingerprint,
      });
    if (!deleted) throw derivationKeyNotFound(String(id));
    const [group] = await tx
      .select({ name: enrollmentGroups.name })
      .from(enrollmentGroups)
      .where(and(eq(enrollmentGroups.tenantId, tenantId), eq(enrollmentGroups.id, deleted.groupId)));
    changes.settings();
    changes.record({
      type: 'enrollment-group.derivation-key-deleted',
      subjects: [group!.name],
      changes: { [deleted.slot]: { old: deleted.fingerprint } },
    });
  });
}
