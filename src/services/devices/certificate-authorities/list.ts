import { and, count, eq } from 'drizzle-orm';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import {
  CERTIFICATE_AUTHORITY_FIELDS,
  CERTIFICATE_AUTHORITY_ORDER,
  type CertificateAuthorityOrderField,
} from './fields.ts';
import { CERTIFICATE_AUTHORITY_COLUMNS, type CertificateAuthority } from './find.ts';

/**
 * Lists certificate authorities, by id unless ordered otherwise. Needs READ_TENANT_CONFIGURATION.
 * @throws the filter's errors, and those of `list`.
 */
export async function listCertificateAuthorities(
  context: Context,
  request: PageRequest<CertificateAuthorityOrderField>,
): Promise<Listing<CertificateAuthority>> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const matching = and(
    eq(certificateAuthorities.tenantId, tenantId),
    await askedFilter(context, CERTIFICATE_AUTHORITY_FIELDS, request.filter),
  );
  return list(request, CERTIFICATE_AUTHORITY_ORDER, 'id', {
    rows: async (where, orderBy, limit, offset) =>
      context.database
        .select(CERTIFICATE_AUTHORITY_COLUMNS)
        .from(certificateAuthorities)
        .where(and(matching, where))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
    async count() {
      const [row] = await context.database
        .select({ total: count() })
        .from(certificateAuthorities)
        .where(matching);
      return row?.total ?? 0;
    },
  });
}
