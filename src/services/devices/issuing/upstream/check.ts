import type { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import type { CertificatePolicy } from '../../../../database/tables/enrollment.ts';
import { factsOf, faultOfDevice, isStrongSignature } from '../../certificate-authorities/certificate.ts';
import { isAllowedName } from '../policy.ts';
import { type SigningRequest, textOf } from '../signing-request.ts';

const DAY_MS = 86_400_000;
/** Clocks of servers differ. */
const LEEWAY_MS = 300_000;

/** What a certificate was asked for. */
export interface Asked {
  issuer: X509Certificate;
  controllerId: string;
  request: Pick<SigningRequest, 'publicKey'>;
  policy: CertificatePolicy;
  now: Date;
}

/** Why a certificate from upstream isn't what was asked for; undefined where it is. */
export function faultOfSigned(certificate: X509Certificate, asked: Asked): string | undefined {
  try {
    return faultOfSigner(certificate, asked) ?? faultOfContent(certificate, asked);
  } catch {
    return 'is not well formed';
  }
}

function faultOfSigner(certificate: X509Certificate, { issuer }: Asked): string | undefined {
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
    return 'is not signed by the authority that it named before: update the issuing authority, or create one for it';
  return isStrongSignature(certificate) ? undefined : 'is signed over a hash that is broken';
}

function faultOfContent(
  certificate: X509Certificate,
  { controllerId, policy, now }: Asked,
): string | undefined {
  const { commonNames, notBefore, notAfter } = factsOf(certificate);
  if (commonNames.length !== 1 || commonNames[0] !== controllerId)
    return `is for '${commonNames.join("', '").slice(0, 256)}'`;
  if (notBefore.getTime() > now.getTime() + LEEWAY_MS)
    return `is not valid before ${notBefore.toISOString()}`;
  if (notAfter <= now) return `expired ${notAfter.toISOString()}`;
  if (notAfter.getTime() > now.getTime() + policy.lifetimeDays * DAY_MS + LEEWAY_MS)
    return `is valid until ${notAfter.toISOString()}, and the policy allows ${policy.lifetimeDays} days`;
  const isAllowed = isAllowedName(policy, controllerId);
  for (const text of namesOf(certificate))
    if (text === undefined || !isAllowed(text))
      return `has the alternative name ${text === undefined ? '' : `'${text.slice(0, 256)}', `}which the policy does not allow`;
  return faultOfDevice(certificate);
}

function namesOf({ raw }: X509Certificate) {
  const { extensions = [] } = AsnConvert.parse(raw, asn1.Certificate).tbsCertificate;
  const found = extensions.find(({ extnID }) => extnID === asn1.id_ce_subjectAltName);
  return found ? [...AsnConvert.parse(found.extnValue, asn1.SubjectAlternativeName)].map(textOf) : [];
}
