import { enrollmentHooks } from '../../../database/tables/enrollment.ts';
import { enrollmentHookNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import type { EnrollmentGroup } from '../enrollment/find.ts';
import { lockGroup } from '../enrollment/update.ts';
import { hookOfGroup } from './find.ts';

/**
 * Takes the hook from an enrollment group: from now on its devices are registered without a question. Needs
 * DELETE_TENANT_CONFIGURATION.
 * @throws ENROLLMENT_GROUP_NOT_FOUND, ENROLLMENT_HOOK_NOT_FOUND
 */
export async function clearEnrollmentHook(
  context: Context,
  { groupId }: { groupId: number },
): Promise<EnrollmentGroup> {
  const { tenantId } = requirePermission(context, 'DELETE_TENANT_CONFIGURATION');

  return change(context, async (tx, changes) => {
    const group = await lockGroup(tx, tenantId, groupId, ['groupId']);
    const [deleted] = await tx
      .delete(enrollmentHooks)
      .where(hookOfGroup(tenantId, groupId))
      .returning({ url: enrollmentHooks.url });
    if (!deleted) throw enrollmentHookNotFound(String(groupId));
    changes.settings();
    changes.record({
      type: 'enrollment-hook.cleared',
      subjects: [group.name],
      changes: { url: { old: deleted.url } },
    });
    return group;
  });
}
