import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { CertificateAuthority } from './find.ts';
import { CertificateAuthorityInput, readCertificate } from './input.ts';
import { insertAuthority } from './insert.ts';

/**
 * Lets devices sign in with the certificates of an authority. Needs CREATE_TENANT_CONFIGURATION, and
 * READ_GATEWAY_SECURITY_TOKEN: who has the authority's key can sign in as any device, as by a gateway token.
 * @throws CERTIFICATE_AUTHORITY_ALREADY_EXISTS, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function createCertificateAuthority(
  context: Context,
  input: CertificateAuthorityInput,
): Promise<CertificateAuthority> {
  requirePermission(context, 'CREATE_TENANT_CONFIGURATION', 'READ_GATEWAY_SECURITY_TOKEN');
  const { name, certificate: pem, bootstrapOnly } = parse(CertificateAuthorityInput, input);
  const certificate = readCertificate(pem, context.clock());
  return change(context, (tx, changes) =>
    insertAuthority(tx, context, changes, { name, certificate, bootstrapOnly: bootstrapOnly ?? false }),
  );
}
