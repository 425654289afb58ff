import { createPublicKey, hash, type KeyObject, randomBytes, type X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import { derReader } from '../../software/content-info/der.ts';
import { COMMON_NAME } from '../certificate-authorities/certificate.ts';
import {
  BIT_STRING,
  bitString,
  der,
  EXPLICIT_0,
  EXPLICIT_3,
  enclose,
  extension,
  identifier,
  integer,
  OCTET_STRING,
  SEQUENCE,
  SET,
  time,
  UTF8_STRING,
} from './der.ts';
import { algorithmOf, signBytes } from './keys.ts';

/** Who signs, as certificates that it signs name it, in DER. */
export interface Issuer {
  name: Buffer;
  /** By which it signs. */
  algorithm: Buffer;
  /** The extension by which its key is found among several of the same name; none where its certificate names none. */
  authorityKeyId: readonly Buffer[];
  key: KeyObject;
}

export function issuerOf({ raw }: X509Certificate, key: KeyObject): Issuer {
  const { subject, extensions = [] } = AsnConvert.parse(raw, asn1.Certificate).tbsCertificate;
  const keyId = extensions.find(({ extnID }) => extnID === asn1.id_ce_subjectKeyIdentifier);
  return {
    name: der(subject),
    algorithm: der(algorithmOf(key)),
    authorityKeyId: keyId
      ? [authorityKeyId(Buffer.from(AsnConvert.parse(keyId.extnValue, asn1.SubjectKeyIdentifier).buffer))]
      : [],
    key,
  };
}

/** Clocks of devices may be behind. */
const EARLIER_MS = 300_000;

interface Wish {
  commonName: string;
  /** Its public key with the algorithm, in DER: a SubjectPublicKeyInfo. */
  keyInfo: Buffer;
  now: Date;
  notAfter: Date;
}

/** It is not read again: that would take longer than to sign it. */
export interface SignedCertificate {
  der: Buffer;
  /** In upper-case hexadecimal, without leading zeros. */
  serial: string;
  notBefore: Date;
  notAfter: Date;
}

const FOR_DEVICES = [
  extension(asn1.id_ce_basicConstraints, der(new asn1.BasicConstraints({ cA: false })), true),
  extension(asn1.id_ce_keyUsage, der(new asn1.KeyUsage(asn1.KeyUsageFlags.digitalSignature)), true),
  extension(asn1.id_ce_extKeyUsage, der(new asn1.ExtendedKeyUsage([asn1.id_kp_clientAuth]))),
];
const USAGE_OF_AUTHORITIES = asn1.KeyUsageFlags.keyCertSign | asn1.KeyUsageFlags.cRLSign;
/** No other authority may stand below. */
const FOR_AUTHORITIES = [
  extension(
    asn1.id_ce_basicConstraints,
    der(new asn1.BasicConstraints({ cA: true, pathLenConstraint: 0 })),
    true,
  ),
  extension(asn1.id_ce_keyUsage, der(new asn1.KeyUsage(USAGE_OF_AUTHORITIES)), true),
];

/** The certificate of a device: good for signing in, and for nothing else. */
export function signDevice(
  issuer: Issuer,
  { names, crlUrl, ...wish }: Wish & { names: readonly asn1.GeneralName[]; crlUrl: string | undefined },
): Promise<SignedCertificate> {
  return sign(issuer, wish, [
    ...FOR_DEVICES,
    ...(names.length
      ? [extension(asn1.id_ce_subjectAltName, der(new asn1.SubjectAlternativeName([...names])))]
      : []),
    ...(crlUrl === undefined ? [] : [extension(asn1.id_ce_cRLDistributionPoints, listAt(crlUrl))]),
  ]);
}

/** The certificate of a new authority that nobody stands above. */
export function signAuthority(key: KeyObject, wish: Omit<Wish, 'keyInfo'>): Promise<SignedCertificate> {
  const keyInfo = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const itself = {
    name: nameOf(wish.commonName),
    algorithm: der(algorithmOf(key)),
    authorityKeyId: [authorityKeyId(keyIdOf(keyInfo))],
    key,
  };
  return sign(itself, { ...wish, keyInfo }, FOR_AUTHORITIES);
}

const VERSION_3 = Buffer.from([EXPLICIT_0, 0x03, 0x02, 0x01, 0x02]);

async function sign(
  { name, algorithm, authorityKeyId, key }: Issuer,
  { commonName, keyInfo, now, notAfter: end }: Wish,
  extensions: readonly Buffer[],
): Promise<SignedCertificate> {
  const serial = newSerial();
  const notBefore = wholeSeconds(now.getTime() - EARLIER_MS);
  const notAfter = wholeSeconds(end.getTime());
  const signed = enclose(SEQUENCE, [
    ...[VERSION_3, integer(serial), algorithm, name],
    enclose(SEQUENCE, [time(notBefore), time(notAfter)]),
    nameOf(commonName),
    keyInfo,
    enclose(EXPLICIT_3, [
      enclose(SEQUENCE, [
        ...extensions,
        extension(asn1.id_ce_subjectKeyIdentifier, enclose(OCTET_STRING, [keyIdOf(keyInfo)])),
        ...authorityKeyId,
      ]),
    ]),
  ]);
  const der = enclose(SEQUENCE, [signed, algorithm, bitString(await signBytes(key, signed))]);
  return { der, serial: serial.toString('hex').toUpperCase(), notBefore, notAfter };
}

const KEY_IDENTIFIER = 0x80;

/** By which the issuer's key is found. */
const authorityKeyId = (keyId: Uint8Array): Buffer =>
  extension(asn1.id_ce_authorityKeyIdentifier, enclose(SEQUENCE, [enclose(KEY_IDENTIFIER, [keyId])]));

/** Certificates have no fractions of a second. */
const wholeSeconds = (time: number) => new Date(Math.floor(time / 1_000) * 1_000);

const COMMON_NAME_ID = identifier(COMMON_NAME);

const nameOf = (commonName: string): Buffer =>
  enclose(SEQUENCE, [
    enclose(SET, [
      enclose(SEQUENCE, [COMMON_NAME_ID, enclose(UTF8_STRING, [Buffer.from(commonName, 'utf8')])]),
    ]),
  ]);

const SERIAL_BYTES = 16;

/** At random, so that nobody can foretell what is signed; positive, and without leading zeros. */
function newSerial(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}

/** As RFC 5280 says in 4.2.1.2: of the key's bits, which come after the number of unused ones. */
function keyIdOf(keyInfo: Buffer): Buffer {
  const fields = derReader(keyInfo).enter(SEQUENCE);
  fields.read(SEQUENCE);
  return hash('sha1', fields.read(BIT_STRING).subarray(1), 'buffer');
}

const URI = 0x86;

/** The one place where a list is. */
const listAt = (url: string): Buffer =>
  [SEQUENCE, SEQUENCE, EXPLICIT_0, EXPLICIT_0, URI].reduceRight<Buffer>(
    (inner, tag) => enclose(tag, [inner]),
    Buffer.from(url, 'latin1'),
  );
