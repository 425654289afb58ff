import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import type { KeyKind } from '../../../database/tables/enrollment.ts';

const signAsync = promisify<Hash, Uint8Array, KeyObject, Buffer>(sign);
const verifyAsync = promisify<Hash, Uint8Array, KeyObject, Uint8Array, boolean>(verify);
type Hash = string | null;

const CURVES: Readonly<Record<string, KeyKind>> = {
  prime256v1: 'EC_P256',
  secp384r1: 'EC_P384',
  secp521r1: 'EC_P521',
};
const RSA_SIZES: Readonly<Record<number, KeyKind>> = { 2048: 'RSA_2048', 3072: 'RSA_3072', 4096: 'RSA_4096' };
/** FIPS 186-5 wants no smaller exponent of RSA, and a larger one only makes others calculate. */
const LEAST_EXPONENT = 65_537n;
const LARGEST_EXPONENT = 2n ** 32n;

/** What kind of key it is; undefined for one that nobody should have. */
export function keyKindOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): KeyKind | undefined {
  const { namedCurve = '', modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'ed25519') return 'ED25519';
  if (asymmetricKeyType === 'ec') return CURVES[namedCurve];
  const isGood = publicExponent >= LEAST_EXPONENT && publicExponent <= LARGEST_EXPONENT;
  return asymmetricKeyType === 'rsa' && isGood ? RSA_SIZES[modulusLength] : undefined;
}

interface Signature {
  keyType: 'rsa' | 'ec' | 'ed25519';
  hash: Hash;
}

const RSA_SHA256 = '1.2.840.113549.1.1.11';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const ECDSA_SHA384 = '1.2.840.10045.4.3.3';
const ECDSA_SHA512 = '1.2.840.10045.4.3.4';
const ED25519 = '1.3.101.112';

/** By the object identifier. */
const SIGNATURES: Readonly<Record<string, Signature>> = {
  [RSA_SHA256]: { keyType: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { keyType: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { keyType: 'rsa', hash: 'sha512' },
  [ECDSA_SHA256]: { keyType: 'ec', hash: 'sha256' },
  [ECDSA_SHA384]: { keyType: 'ec', hash: 'sha384' },
  [ECDSA_SHA512]: { keyType: 'ec', hash: 'sha512' },
  [ED25519]: { keyType: 'ed25519', hash: null },
};

/** Whether signatures of that algorithm are checked here: none over hashes that are broken. */
export const isKnownSignature = (algorithm: string): boolean => algorithm in SIGNATURES;

/** Whether the key has signed the bytes. Calculated beside the event loop. */
export async function isSignedBy(
  key: KeyObject,
  algorithm: string,
  bytes: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const known = SIGNATURES[algorithm];
  if (!known || known.keyType !== key.asymmetricKeyType) return false;
  return verifyAsync(known.hash, bytes, key, signature);
}

/** With what an issuing authority signs, by the kind of its key. */
const SIGNS_WITH: Readonly<Record<KeyKind, string>> = {
  EC_P256: ECDSA_SHA256,
  EC_P384: ECDSA_SHA384,
  EC_P521: ECDSA_SHA512,
  ED25519,
  RSA_2048: RSA_SHA256,
  RSA_3072: RSA_SHA256,
  RSA_4096: RSA_SHA256,
};

/** The algorithm that a private key signs with. */
export function algorithmOf(key: KeyObject): AlgorithmIdentifier {
  const kind = keyKindOf(key);
  if (!kind) throw new Error('no key to sign with');
  const algorithm = SIGNS_WITH[kind];
  // RFC 4055 wants NULL as parameters of RSA's, and RFC 5758 and 8410 want none.
  return new AlgorithmIdentifier({ algorithm, ...(algorithm === RSA_SHA256 && { parameters: null }) });
}

/** Signs beside the event loop. */
export const signBytes = (key: KeyObject, bytes: Uint8Array): Promise<Buffer> =>
  signAsync(SIGNATURES[algorithmOf(key).algorithm]!.hash, bytes, key);

/** The key of a SubjectPublicKeyInfo in DER. @throws where it is none */
export const publicKeyOf = (spki: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
