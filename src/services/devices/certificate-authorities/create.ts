import { count, eq } from 'drizzle-orm';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { quotaExceeded } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';
import { parse } from '../../shared/parse.ts';
import { factsOf } from './certificate.ts';
import { CERTIFICATE_AUTHORITY_COLUMNS, type CertificateAuthority } from './find.ts';
import { CertificateAuthorityInput, readCertificate } from './input.ts';

/** Every process keeps them of every tenant whose devices it meets. */
const MOST = 100;

/**
 * Lets devices sign in with the certificates of an authority. Needs CREATE_TENANT_CONFIGURATION, and
 * READ_GATEWAY_SECURITY_TOKEN: who has the authority's key can sign in as any device, as by a gateway token.
 * @throws CERTIFICATE_AUTHORITY_ALREADY_EXISTS, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function createCertificateAuthority(
  context: Context,
  input: CertificateAuthorityInput,
): Promise<CertificateAuthority> {
  const { tenantId } = requirePermission(
    context,
    'CREATE_TENANT_CONFIGURATION',
    'READ_GATEWAY_SECURITY_TOKEN',
  );
  const { name, certificate: pem } = parse(CertificateAuthorityInput, input);
  const now = context.clock();
  const certificate = readCertificate(pem, now);
  const { notBefore, notAfter } = factsOf(certificate);

  return change(context, async (tx, changes) => {
    await lockCreations(tx, 'certificate_authorities', tenantId);
    const [there] = await tx
      .select({ total: count() })
      .from(certificateAuthorities)
      .where(eq(certificateAuthorities.tenantId, tenantId));
    if (there!.total >= MOST) throw quotaExceeded('certificate authorities', MOST);
    const [authority] = await tx
      .insert(certificateAuthorities)
      .values({
        tenantId,
        name,
        certificate: certificate.toString(),
        fingerprint: certificate.fingerprint256,
        subject: certificate.subject.replaceAll('\n', ', '),
        notBefore,
        notAfter,
        revokedSerials: [],
        ...creationStamp(context),
      })
      .returning(CERTIFICATE_AUTHORITY_COLUMNS);
    changes.record({
      type: 'certificate-authority.created',
      subjects: [name],
      changes: { fingerprint: { new: certificate.fingerprint256 } },
    });
    changes.settings();
    return authority!;
  });
}
