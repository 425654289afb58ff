import { and, isNotNull, lt, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { issuedCertificates, TOLD_AFTER_END_MS } from '../../../database/tables/issued-certificates.ts';

/** Deletes the revoked certificates that no list has any more: those of deleted targets would stay for ever. */
export async function forgetExpiredCertificates(database: Database | Transaction, now: Date): Promise<void> {
  const isForgotten = and(
    isNotNull(issuedCertificates.revokedAt),
    lt(issuedCertificates.expiresAt, new Date(now.getTime() - TOLD_AFTER_END_MS)),
  );
  await database
    .delete(issuedCertificates)
    .where(sql`${isForgotten} ${overAllTenants('expired certificates')}`);
}
