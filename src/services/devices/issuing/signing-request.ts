import type { KeyObject } from 'node:crypto';
import { Attributes } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import type { KeyKind } from '../../../database/tables/enrollment.ts';
import { invalid } from '../../../errors.ts';
import { type DerReader, derReader } from '../../software/content-info/der.ts';
import { COMMON_NAME } from '../certificate-authorities/certificate.ts';
import {
  BIT_STRING,
  EXPLICIT_0,
  enclose,
  INTEGER,
  identifierText,
  OBJECT_IDENTIFIER,
  PRINTABLE_STRING,
  SEQUENCE,
  SET,
  UTF8_STRING,
} from './der.ts';
import { isKnownSignature, isSignedBy, keyKindOf, publicKeyOf } from './keys.ts';

/** What a device asks a certificate for, of a PKCS#10 request (RFC 2986). */
export interface SigningRequest {
  /** As it came, in DER. */
  der: Buffer;
  publicKey: KeyObject;
  /** The same with its algorithm as it came, in DER: a SubjectPublicKeyInfo. */
  keyInfo: Buffer;
  keyKind: KeyKind;
  /** The names in its subject. */
  commonNames: string[];
  /** The further names that it asks for. */
  names: AlternativeName[];
  /** Its challenge passwords, by which EST ties a request to a connection. */
  challenges: string[];
  /** What else it asks for, as people call it: nobody here heeds it, but an authority above may. */
  others: string[];
  /** Whether whoever sent it has the private key. */
  isProven(): Promise<boolean>;
}

export interface AlternativeName {
  /** As policies name it: `DNS:a.example.org`; undefined for a kind that nobody gets. */
  text: string | undefined;
  name: asn1.GeneralName;
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7';
const MOST_NAMES = 20;

const refuse = (rule: string) => invalid(`request: ${rule}`, ['request']);

/** Reads a request in DER; its signature isn't checked yet. @throws INVALID_INPUT */
export function readSigningRequest(der: Buffer): SigningRequest {
  const { info, algorithm, signature, publicKey, keyInfo, commonNames, ...wishes } = parse(der);
  const { names } = wishes;
  if (!isKnownSignature(algorithm))
    throw refuse('must be signed by RSA, ECDSA or Ed25519, over SHA-256 or a longer hash');
  const keyKind = keyKindOf(publicKey);
  if (!keyKind)
    throw refuse(
      'its key must be of the curve P-256, P-384, P-521 or Ed25519, or of RSA with 2048, 3072 or 4096 bits',
    );
  if (names.length > MOST_NAMES) throw refuse(`must ask for at most ${MOST_NAMES} alternative names`);
  return {
    ...{ der, publicKey, keyInfo, keyKind },
    ...wishes,
    names: names.map((name) => ({ name, text: textOf(name) })),
    commonNames,
    isProven: () => isSignedBy(publicKey, algorithm, info, signature).catch(() => false),
  };
}

/** By hand, as far as all requests have it: the library takes most of a millisecond for it. */
function parse(der: Buffer) {
  try {
    const whole = derReader(der);
    const request = whole.enter(SEQUENCE);
    const info = request.whole(SEQUENCE);
    const algorithm = identifierText(request.enter(SEQUENCE).read(OBJECT_IDENTIFIER));
    const bits = request.read(BIT_STRING);
    const fields = derReader(info).enter(SEQUENCE);
    fields.read(INTEGER);
    const subject = namesIn(fields.enter(SEQUENCE));
    const keyInfo = fields.whole(SEQUENCE);
    const publicKey = publicKeyOf(keyInfo);
    // OpenSSL reads more than DER and curves that are spelled out (RFC 5480), and a certificate has the key as it came.
    const key = derReader(keyInfo).enter(SEQUENCE);
    const kind = key.enter(SEQUENCE);
    kind.read(OBJECT_IDENTIFIER);
    if (publicKey.asymmetricKeyType === 'ec') kind.read(OBJECT_IDENTIFIER);
    key.read(BIT_STRING);
    const attributes = fields.isAtEnd() ? [] : attributesIn(fields.read(EXPLICIT_0));
    const isAllRead = [whole, request, fields, key].every((reader) => reader.isAtEnd());
    if (bits[0] !== 0 || !isAllRead) throw new RangeError('something is left over');
    return {
      ...{ info, algorithm, publicKey, keyInfo, signature: bits.subarray(1) },
      commonNames: subject.flatMap(({ type, value }) => (type === COMMON_NAME ? [value] : [])),
      ...wishesIn(subject, attributes),
    };
  } catch {
    throw refuse('is no well-formed PKCS#10 request');
  }
}

interface NameInSubject {
  /** An object identifier. */
  type: string;
  value: string;
}

/** The names in a subject (X.501), in their order. */
function namesIn(subject: DerReader): NameInSubject[] {
  const names: NameInSubject[] = [];
  while (!subject.isAtEnd()) {
    const together = subject.enter(SET);
    do {
      const name = together.enter(SEQUENCE);
      names.push({ type: identifierText(name.read(OBJECT_IDENTIFIER)), value: textIn(name) });
      if (!name.isAtEnd()) throw new RangeError('something is left over');
    } while (!together.isAtEnd());
  }
  return names;
}

/** The next value as text: by hand, where it is of a kind that all requests have. */
function textIn(reader: DerReader): string {
  const tag = reader.tag() ?? 0;
  if (tag === UTF8_STRING || tag === PRINTABLE_STRING) return reader.read(tag).toString('utf8');
  return AsnConvert.parse(reader.whole(tag), asn1.AttributeValue).toString();
}

/** Most requests have none, which takes no time. */
const attributesIn = (content: Buffer): asn1.Attribute[] =>
  content.length ? [...AsnConvert.parse(enclose(SEQUENCE, [content]), Attributes)] : [];

/** Its further names, and whatever it asks for besides. */
function wishesIn(subject: readonly NameInSubject[], attributes: readonly asn1.Attribute[]) {
  const extensions = attributes
    .filter(({ type }) => type === EXTENSION_REQUEST)
    .flatMap(({ values }) => values.flatMap((value) => [...AsnConvert.parse(value, asn1.Extensions)]));
  const isNames = ({ extnID }: asn1.Extension) => extnID === asn1.id_ce_subjectAltName;
  const others = [
    ...subject.flatMap(({ type }) => (type === COMMON_NAME ? [] : [`${type} in its subject`])),
    ...extensions.flatMap((wanted) => (isNames(wanted) ? [] : [`the extension ${wanted.extnID}`])),
    ...attributes.flatMap(({ type }) => (type === EXTENSION_REQUEST ? [] : [`the attribute ${type}`])),
  ];
  const names = extensions
    .filter(isNames)
    .flatMap(({ extnValue }) => [...AsnConvert.parse(extnValue, asn1.SubjectAlternativeName)]);
  const challenges = attributes
    .filter(({ type }) => type === CHALLENGE_PASSWORD)
    .flatMap(({ values }) => values.map((value) => AsnConvert.parse(value, asn1.DirectoryString).toString()));
  return { names, challenges, others };
}

/** A name of a certificate as policies have it; undefined for a kind that nobody gets. */
export function textOf({ dNSName, iPAddress, uniformResourceIdentifier, rfc822Name }: asn1.GeneralName) {
  if (dNSName !== undefined) return `DNS:${dNSName}`;
  if (iPAddress !== undefined) return `IP:${iPAddress}`;
  if (uniformResourceIdentifier !== undefined) return `URI:${uniformResourceIdentifier}`;
  return rfc822Name === undefined ? undefined : `EMAIL:${rfc822Name}`;
}
