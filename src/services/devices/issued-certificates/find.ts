import { and, desc, eq, getTableColumns, type SQL } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { issuedCertificates, type RevocationReason } from '../../../database/tables/issued-certificates.ts';
import { issuingAuthorities } from '../../../database/tables/issuing-authorities.ts';
import { requirePermission } from '../../access/permissions.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { isIssuingOf } from '../certificate-authorities/trusted.ts';

/** A certificate that a device got from an issuing authority. */
export interface IssuedCertificate {
  id: number;
  targetId: number;
  /** The certificate authority that signed it, which may be gone. */
  authorityId: number;
  /** The enrollment group by whose policy it was issued, which may be gone. */
  groupId: number;
  /** In upper-case hexadecimal, without leading zeros. */
  serial: string;
  notBefore: Date;
  expiresAt: Date;
  /** In PEM. */
  certificate: string;
  issuedAt: Date;
  revokedAt: Date | null;
  revokedBy: string | null;
  revocationReason: RevocationReason | null;
}

const { tenantId: _, ...columns } = getTableColumns(issuedCertificates);
export const ISSUED_CERTIFICATE_COLUMNS = columns;

/** Which of them the caller may read. */
async function readable(context: Context, which: SQL): Promise<SQL | undefined> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const inScope = await targetInScope(context, 'READ_TARGET', issuedCertificates.targetId);
  return and(eq(issuedCertificates.tenantId, tenantId), which, inScope);
}

/**
 * The certificates of many targets, the newest first, the revoked ones included; expired ones only until the next is
 * issued, or, of revoked ones, until no list has them any more. Needs READ_TARGET.
 */
export async function findIssuedCertificates(
  context: Context,
  targetIds: readonly number[],
): Promise<IssuedCertificate[][]> {
  const rows = await context.database
    .select(ISSUED_CERTIFICATE_COLUMNS)
    .from(issuedCertificates)
    .where(await readable(context, isAmong(issuedCertificates.targetId, targetIds)))
    .orderBy(desc(issuedCertificates.id));
  const found = new Map<number, IssuedCertificate[]>(targetIds.map((id) => [id, []]));
  for (const row of rows) found.get(row.targetId)?.push(row);
  return targetIds.map((id) => found.get(id)!);
}

/** The one that counts: the newest that isn't revoked. It may have expired. */
export const currentOf = (certificates: readonly IssuedCertificate[]): IssuedCertificate | undefined =>
  certificates.find(({ revokedAt }) => revokedAt === null);

/** For each id its certificate, or undefined where there is none. Needs READ_TARGET. */
export async function findIssuedCertificatesById(
  context: Context,
  ids: readonly number[],
): Promise<(IssuedCertificate | undefined)[]> {
  const rows = await context.database
    .select(ISSUED_CERTIFICATE_COLUMNS)
    .from(issuedCertificates)
    .where(await readable(context, isAmong(issuedCertificates.id, ids)));
  return inOrderOf(ids, rows);
}

/**
 * For each certificate authority the certificates that lead from a device's to the top, its own first; none where it is
 * gone. Needs READ_TARGET.
 */
export async function findChains(context: Context, authorityIds: readonly number[]): Promise<string[][]> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const rows = await context.database
    .select({
      id: certificateAuthorities.id,
      certificate: certificateAuthorities.certificate,
      above: issuingAuthorities.chain,
    })
    .from(certificateAuthorities)
    .innerJoin(issuingAuthorities, isIssuingOf)
    .where(
      and(eq(certificateAuthorities.tenantId, tenantId), isAmong(certificateAuthorities.id, authorityIds)),
    );
  const found = new Map(rows.map(({ id, certificate, above }) => [id, [certificate, ...above]]));
  return authorityIds.map((id) => found.get(id) ?? []);
}
