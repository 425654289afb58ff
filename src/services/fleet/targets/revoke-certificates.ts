import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import type { Transaction } from '../../../database/connect.ts';
import { issuedCertificates, type RevocationReason } from '../../../database/tables/issued-certificates.ts';
import { issuingAuthorities } from '../../../database/tables/issuing-authorities.ts';
import type { Actor } from '../../shared/context.ts';

/**
 * Revokes those of the tenant's issued certificates that match and are not revoked yet: lists of revoked ones that are
 * built from now on have them. The targets are locked, or are deleted by the same transaction.
 * @returns the ids of those revoked
 */
export async function revokeCertificates(
  tx: Transaction,
  { caller: { tenantId, username }, now }: { caller: Actor; now: Date },
  matching: SQL,
  reason: RevocationReason,
): Promise<number[]> {
  const revoked = await tx
    .update(issuedCertificates)
    .set({ revokedAt: now, revokedBy: username, revocationReason: reason })
    .where(and(eq(issuedCertificates.tenantId, tenantId), isNull(issuedCertificates.revokedAt), matching))
    .returning({ id: issuedCertificates.id, authorityId: issuedCertificates.authorityId });
  const authorityIds = [...new Set(revoked.map(({ authorityId }) => authorityId))];
  if (authorityIds.length)
    await tx
      .update(issuingAuthorities)
      .set({ crlNumber: sql`${issuingAuthorities.crlNumber} + 1` })
      .where(
        and(eq(issuingAuthorities.tenantId, tenantId), isAmong(issuingAuthorities.authorityId, authorityIds)),
      );
  return revoked.map(({ id }) => id);
}
