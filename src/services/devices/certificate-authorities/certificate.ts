import type { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import { boundedCache } from '../../shared/bounded-cache.ts';

/** What RFC 5280 wants looked at and `node:crypto` doesn't tell of a certificate. */
export interface CertificateFacts {
  commonNames: readonly string[];
  notBefore: Date;
  notAfter: Date;
  /** By which its issuer signed it: an object identifier. */
  signatureAlgorithm: string;
  isCa: boolean;
  /** How many CAs may come between it and a device. */
  pathLength: number;
  /** What its key may be used for; undefined if it says nothing. */
  keyUsage: readonly asn1.KeyUsageType[] | undefined;
  /** For what it is meant, as object identifiers; undefined if it says nothing. */
  purposes: readonly string[] | undefined;
  /** The first extension that must be understood and isn't. */
  notUnderstood: string | undefined;
}

/** Reading costs as much as half a handshake, and devices come again. */
const known = boundedCache<string, CertificateFacts>(10_000);

/** @throws where the certificate isn't well formed */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const fingerprint = certificate.fingerprint256;
  const facts = known.get(fingerprint) ?? readFacts(certificate);
  known.set(fingerprint, facts);
  return facts;
}

/**
 * In bytes: one with twenty names has half of it. Whoever comes by TLS may show any, and each of its parts takes time to
 * read.
 */
const LARGEST = 8_192;

export const isTooLarge = ({ raw }: X509Certificate): boolean => raw.length > LARGEST;

/** The name in a device's certificate; undefined where there is none, several, or nothing to be read. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  if (isTooLarge(certificate)) return undefined;
  try {
    const { commonNames } = factsOf(certificate);
    return commonNames.length === 1 ? commonNames[0] : undefined;
  } catch {
    return undefined;
  }
}

export const COMMON_NAME = '2.5.4.3';

function readFacts({ raw }: X509Certificate): CertificateFacts {
  const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(raw, asn1.Certificate);
  const { subject, validity, extensions = [] } = tbsCertificate;
  const extension = <T>(id: string, type: new () => T): T | undefined => {
    const found = extensions.find(({ extnID }) => extnID === id);
    return found && AsnConvert.parse(found.extnValue, type);
  };
  const constraints = extension(asn1.id_ce_basicConstraints, asn1.BasicConstraints);
  const purposes = extension(asn1.id_ce_extKeyUsage, asn1.ExtendedKeyUsage);
  return {
    commonNames: subject
      .flat()
      .filter(({ type }) => type === COMMON_NAME)
      .map(({ value }) => value.toString()),
    notBefore: validity.notBefore.getTime(),
    notAfter: validity.notAfter.getTime(),
    signatureAlgorithm: signatureAlgorithm.algorithm,
    isCa: constraints?.cA === true,
    pathLength: constraints?.pathLenConstraint ?? Number.POSITIVE_INFINITY,
    keyUsage: extension(asn1.id_ce_keyUsage, asn1.KeyUsage)?.toJSON(),
    purposes: purposes && [...purposes],
    notUnderstood: extensions.find(({ extnID, critical }) => mustRefuse(extnID, critical))?.extnID,
  };
}

const UNDERSTOOD: readonly string[] = [
  asn1.id_ce_basicConstraints,
  asn1.id_ce_keyUsage,
  asn1.id_ce_extKeyUsage,
  asn1.id_ce_subjectAltName,
  // They limit nothing by themselves, only together with policy constraints.
  asn1.id_ce_certificatePolicies,
];

/** Constraints of names are to be obeyed even where they aren't critical, and we don't. */
const mustRefuse = (id: string, critical: boolean): boolean =>
  id === asn1.id_ce_nameConstraints || (critical && !UNDERSTOOD.includes(id));

/** Why a certificate may not sign those of devices; undefined where it may. */
export function faultOfIssuer(certificate: X509Certificate): string | undefined {
  const { isCa, keyUsage, ...facts } = factsOf(certificate);
  if (!isCa) return 'is not that of a CA (basicConstraints without CA:TRUE)';
  if (keyUsage && !keyUsage.includes('keyCertSign'))
    return 'may not sign certificates (keyUsage without keyCertSign)';
  return faultOfAny(certificate, facts);
}

/** Whether it may sign lists of revoked certificates: else nobody believes them, nor what they are asked about. */
export function maySignLists(certificate: X509Certificate): boolean {
  const { keyUsage } = factsOf(certificate);
  return !keyUsage || keyUsage.includes('crlSign');
}

/** Why no device may sign in with a certificate, no matter who signed it. */
export function faultOfDevice(certificate: X509Certificate): string | undefined {
  const { isCa, keyUsage, ...facts } = factsOf(certificate);
  if (isCa) return 'is that of a CA, not of a device (basicConstraints with CA:TRUE)';
  if (keyUsage && !keyUsage.includes('digitalSignature') && !keyUsage.includes('keyAgreement'))
    return 'may not sign a handshake (keyUsage without digitalSignature and keyAgreement)';
  return faultOfAny(certificate, facts);
}

/** Signatures by RSA, ECDSA and EdDSA over hashes of which no collisions are known. */
const STRONG: readonly string[] = [
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
  '1.3.101.113',
];

/** Whether the signature under a certificate is of a kind that nobody can forge. */
export const isStrongSignature = (certificate: X509Certificate): boolean =>
  STRONG.includes(factsOf(certificate).signatureAlgorithm);

const LEAST_RSA_BITS = 2_048;

function faultOfAny(
  { publicKey }: X509Certificate,
  { purposes, notUnderstood }: Pick<CertificateFacts, 'purposes' | 'notUnderstood'>,
): string | undefined {
  if (purposes && !purposes.includes(asn1.id_kp_clientAuth) && !purposes.includes(asn1.anyExtendedKeyUsage))
    return 'is not meant for clients (extendedKeyUsage without clientAuth)';
  if (notUnderstood) return `has an extension that is not understood (${notUnderstood})`;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS;
  return bits < LEAST_RSA_BITS ? `has a key of ${bits} bits, and ${LEAST_RSA_BITS} are needed` : undefined;
}
