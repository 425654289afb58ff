import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { enrollmentGroups } from '../../../database/tables/enrollment.ts';
import { certificateAuthorityNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { certificateAuthorityWithId } from './find.ts';

/**
 * Deletes an authority. Its devices' certificates stop working at once, and enrollment groups no longer name it. Needs
 * DELETE_TENANT_CONFIGURATION.
 * @throws CERTIFICATE_AUTHORITY_NOT_FOUND
 */
export async function deleteCertificateAuthority(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TENANT_CONFIGURATION');

  await change(context, async (tx, changes) => {
    await tx
      .update(enrollmentGroups)
      .set({ certificateAuthorityId: null })
      .where(
        and(eq(enrollmentGroups.tenantId, tenantId), isAmong(enrollmentGroups.certificateAuthorityId, [id])),
      );
    const [deleted] = await tx
      .delete(certificateAuthorities)
      .where(certificateAuthorityWithId(tenantId, id))
      .returning({ name: certificateAuthorities.name, fingerprint: certificateAuthorities.fingerprint });
    if (!deleted) throw certificateAuthorityNotFound(String(id));
    changes.record({
      type: 'certificate-authority.deleted',
      subjects: [deleted.name],
      changes: { fingerprint: { old: deleted.fingerprint } },
    });
    changes.settings();
  });
}
