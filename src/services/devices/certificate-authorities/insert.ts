import type { X509Certificate } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { quotaExceeded } from '../../../errors.ts';
import { creationStamp } from '../../shared/authorship.ts';
import type { Changes } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockCreations } from '../../shared/lock-creations.ts';
import { factsOf } from './certificate.ts';
import { CERTIFICATE_AUTHORITY_COLUMNS, type CertificateAuthority } from './find.ts';

/** Every process keeps them of every tenant whose devices it meets. */
const MOST = 100;

interface NewAuthority {
  name: string;
  certificate: X509Certificate;
  bootstrapOnly: boolean;
}

/** What is stored of the certificate of an authority. */
export function factsToStore(certificate: X509Certificate) {
  const { notBefore, notAfter } = factsOf(certificate);
  const subject = certificate.subject.replaceAll('\n', ', ');
  const fingerprint = certificate.fingerprint256;
  return { certificate: certificate.toString(), fingerprint, subject, notBefore, notAfter };
}

/** Stores an authority, whose devices may then sign in. @throws CERTIFICATE_AUTHORITY_ALREADY_EXISTS, QUOTA_EXCEEDED */
export async function insertAuthority(
  tx: Transaction,
  context: Context,
  changes: Changes,
  { name, certificate, bootstrapOnly }: NewAuthority,
): Promise<CertificateAuthority> {
  const { tenantId } = context.caller;
  await lockCreations(tx, 'certificate_authorities', tenantId);
  const ofTenant = eq(certificateAuthorities.tenantId, tenantId);
  if ((await tx.$count(certificateAuthorities, ofTenant)) >= MOST)
    throw quotaExceeded('certificate authorities', MOST);
  const [authority] = await tx
    .insert(certificateAuthorities)
    .values({
      tenantId,
      name,
      ...factsToStore(certificate),
      revokedSerials: [],
      bootstrapOnly,
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
}
