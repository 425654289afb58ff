import type { KeyObject } from 'node:crypto';
import { Attributes } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as asn1 from '@peculiar/asn1-x509';
import type { KeyKind } from '../../../database/tables/enrollment.ts';
import { invalid } from '../../../errors.ts';
import { derReader } from '../../software/content-info/der.ts';
import { COMMON_NAME } from '../certificate-authorities/certificate.ts';
import {
  BIT_STRING,
  EXPLICIT_0,
  enclose,
  INTEGER,
  identifierText,
  OBJECT_IDENTIFIER,
  SEQUENCE,
} from './der.ts';
import { isKnownSignature, isSignedBy, keyKindOf, publicKeyOf } from './keys.ts';

/** What a device asks a certificate for, of a PKCS#10 request (RFC 2986). */
export interface SigningRequest {
  /** As it came, in DER. */
  der: Buffer;
  publicKey: KeyObject;
  keyKind: KeyKind;
  /** The names in its subject. */
  commonNames: string[];
  /** The further names that it asks for. */
  names: AlternativeName[];
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
const MOST_NAMES = 20;

const refuse = (rule: string) => invalid(`request: ${rule}`, ['request']);

/** Reads a request in DER; its signature isn't checked yet. @throws INVALID_INPUT */
export function readSigningRequest(der: Buffer): SigningRequest {
  const { info, algorithm, signature, publicKey, commonNames, names, others } = parse(der);
  if (!isKnownSignature(algorithm))
    throw refuse('must be signed by RSA, ECDSA or Ed25519, over SHA-256 or a longer hash');
  const keyKind = keyKindOf(publicKey);
  if (!keyKind)
    throw refuse(
      'its key must be of the curve P-256, P-384, P-521 or Ed25519, or of RSA with 2048, 3072 or 4096 bits',
    );
  if (names.length > MOST_NAMES) throw refuse(`must ask for at most ${MOST_NAMES} alternative names`);
  return {
    der,
    publicKey,
    keyKind,
    names: names.map((name) => ({ name, text: textOf(name) })),
    others,
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
    const subject = AsnConvert.parse(fields.whole(SEQUENCE), asn1.Name);
    const publicKey = publicKeyOf(fields.whole(SEQUENCE));
    const attributes = fields.isAtEnd() ? [] : attributesIn(fields.read(EXPLICIT_0));
    const isAllRead = [whole, request, fields].every((reader) => reader.isAtEnd());
    if (bits[0] !== 0 || !isAllRead) throw new RangeError('something is left over');
    const own = subject.flat().filter(({ type }) => type === COMMON_NAME);
    return {
      ...{ info, algorithm, publicKey, signature: bits.subarray(1) },
      commonNames: own.map(({ value }) => value.toString()),
      ...wishesIn(subject, attributes),
    };
  } catch {
    throw refuse('is no well-formed PKCS#10 request');
  }
}

/** Most requests have none, which takes no time. */
const attributesIn = (content: Buffer): asn1.Attribute[] =>
  content.length ? [...AsnConvert.parse(enclose(SEQUENCE, [content]), Attributes)] : [];

/** Its further names, and whatever it asks for besides. */
function wishesIn(subject: asn1.Name, attributes: readonly asn1.Attribute[]) {
  const extensions = attributes
    .filter(({ type }) => type === EXTENSION_REQUEST)
    .flatMap(({ values }) => values.flatMap((value) => [...AsnConvert.parse(value, asn1.Extensions)]));
  const isNames = ({ extnID }: asn1.Extension) => extnID === asn1.id_ce_subjectAltName;
  const others = [
    ...subject.flat().flatMap(({ type }) => (type === COMMON_NAME ? [] : [`${type} in its subject`])),
    ...extensions.flatMap((wanted) => (isNames(wanted) ? [] : [`the extension ${wanted.extnID}`])),
    ...attributes.flatMap(({ type }) => (type === EXTENSION_REQUEST ? [] : [`the attribute ${type}`])),
  ];
  const names = extensions
    .filter(isNames)
    .flatMap(({ extnValue }) => [...AsnConvert.parse(extnValue, asn1.SubjectAlternativeName)]);
  return { names, others };
}

/** A name of a certificate as policies have it; undefined for a kind that nobody gets. */
export function textOf({ dNSName, iPAddress, uniformResourceIdentifier, rfc822Name }: asn1.GeneralName) {
  if (dNSName !== undefined) return `DNS:${dNSName}`;
  if (iPAddress !== undefined) return `IP:${iPAddress}`;
  if (uniformResourceIdentifier !== undefined) return `URI:${uniformResourceIdentifier}`;
  return rfc822Name === undefined ? undefined : `EMAIL:${rfc822Name}`;
}
