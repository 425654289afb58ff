import { eq } from 'drizzle-orm';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import {
  CERTIFICATE_AUTHORITY_FIELDS,
  CERTIFICATE_AUTHORITY_ORDER,
  type CertificateAuthorityOrderField,
} from './fields.ts';
import { CERTIFICATE_AUTHORITY_COLUMNS, type CertificateAuthority } from './find.ts';

/**
 * Lists certificate authorities, by id unless ordered otherwise. Needs READ_TENANT_CONFIGURATION.
 * @throws what `listMatching` throws
 */
export async function listCertificateAuthorities(
  context: Context,
  request: PageRequest<CertificateAuthorityOrderField>,
): Promise<Listing<CertificateAuthority>> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const { database } = context;
  return listMatching(
    context,
    request,
    {
      fields: CERTIFICATE_AUTHORITY_FIELDS,
      order: CERTIFICATE_AUTHORITY_ORDER,
      scope: eq(certificateAuthorities.tenantId, tenantId),
    },
    sourceOf(database, () =>
      database.select(CERTIFICATE_AUTHORITY_COLUMNS).from(certificateAuthorities).$dynamic(),
    ),
  );
}
