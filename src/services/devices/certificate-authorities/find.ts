import { and, eq, getTableColumns } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { certificateAuthorityNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';

/** Who signs the certificates of a tenant's devices. */
export interface CertificateAuthority {
  id: number;
  name: string;
  /** In PEM. */
  certificate: string;
  /** SHA-256, as OpenSSL prints it. */
  fingerprint: string;
  subject: string;
  notBefore: Date;
  notAfter: Date;
  revokedSerials: string[];
  /** Whether its certificates only enroll, and sign in no device that polls. */
  bootstrapOnly: boolean;
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

const { tenantId: _, ...columns } = getTableColumns(certificateAuthorities);
export const CERTIFICATE_AUTHORITY_COLUMNS = columns;

export const certificateAuthorityWithId = (tenantId: number, id: number) =>
  and(eq(certificateAuthorities.tenantId, tenantId), isAmong(certificateAuthorities.id, [id]));

/** For each id its authority, or null where there is none. Needs READ_TENANT_CONFIGURATION. */
export async function findCertificateAuthorities(
  context: Context,
  ids: readonly number[],
): Promise<(CertificateAuthority | null)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select(CERTIFICATE_AUTHORITY_COLUMNS)
    .from(certificateAuthorities)
    .where(and(eq(certificateAuthorities.tenantId, tenantId), isAmong(certificateAuthorities.id, ids)));
  return ids.map((id) => rows.find((row) => row.id === id) ?? null);
}

/** The authority of that id. Needs READ_TENANT_CONFIGURATION. @throws CERTIFICATE_AUTHORITY_NOT_FOUND */
export async function findCertificateAuthority(context: Context, id: number): Promise<CertificateAuthority> {
  const [authority] = await findCertificateAuthorities(context, [id]);
  if (!authority) throw certificateAuthorityNotFound(String(id));
  return authority;
}
