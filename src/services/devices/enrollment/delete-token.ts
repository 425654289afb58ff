import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { enrollmentTokens } from '../../../database/tables/enrollment.ts';
import { enrollmentTokenNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';

/**
 * Deletes one token of an enrollment group. It stops working at once; the group's other tokens stay. Needs
 * DELETE_TENANT_CONFIGURATION.
 * @throws ENROLLMENT_TOKEN_NOT_FOUND
 */
export async function deleteEnrollmentToken(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TENANT_CONFIGURATION');

  await change(context, async (tx, changes) => {
    const [deleted] = await tx
      .delete(enrollmentTokens)
      .where(and(eq(enrollmentTokens.tenantId, tenantId), isAmong(enrollmentTokens.id, [id])))
      .returning({ prefix: enrollmentTokens.prefix });
    if (!deleted) throw enrollmentTokenNotFound(String(id));
    changes.settings();
    changes.record({
      type: 'enrollment-token.deleted',
      subjects: [String(id)],
      changes: { prefix: { old: deleted.prefix } },
    });
  });
}
