import { enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { enrollmentGroupWithId } from './find.ts';
import { lockGroup } from './update.ts';

/**
 * Deletes an enrollment group with its tokens and pending targets; the targets that it registered stay. Needs
 * DELETE_TENANT_CONFIGURATION.
 * @throws ENROLLMENT_GROUP_NOT_FOUND; INVALID_INPUT for the default group, which every tenant has
 */
export async function deleteEnrollmentGroup(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TENANT_CONFIGURATION');

  await change(context, async (tx, changes) => {
    const group = await lockGroup(tx, tenantId, id);
    if (group.isDefault)
      throw invalid('id: the default group stays; remove the gateway token or disable it instead', ['id']);
    await tx.delete(enrollmentGroups).where(enrollmentGroupWithId(tenantId, id));
    changes.settings();
    changes.pending();
    changes.record({ type: 'enrollment-group.deleted', subjects: [group.name] });
  });
}
