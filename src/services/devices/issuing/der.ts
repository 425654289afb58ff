import { AsnConvert, AsnObjectIdentifierConverter } from '@peculiar/asn1-schema';

/*
 * Writes DER (X.690). The library would read all that is put into something else, and write it again: a certificate takes
 * it two milliseconds, in which nobody is answered.
 */

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const UTF8_STRING = 0x0c;
export const PRINTABLE_STRING = 0x13;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;
/** A value in the context of another, and a set of them. */
export const EXPLICIT_0 = 0xa0;
export const EXPLICIT_3 = 0xa3;
const NO_UNUSED_BITS = Buffer.from([0]);
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

export const der = (value: unknown): Buffer => Buffer.from(AsnConvert.serialize(value));

const identifiers = new Map<string, Buffer>();

/** An object identifier, from numbers with dots: one of those that the code names, so that they are remembered. */
export function identifier(id: string): Buffer {
  const known = identifiers.get(id) ?? Buffer.from(AsnObjectIdentifierConverter.toASN(id).toBER());
  identifiers.set(id, known);
  return known;
}

/** The content of an object identifier, as numbers with dots. */
export function identifierText(content: Uint8Array): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 0x80 + (byte & 0x7f);
    if (byte & 0x80) continue;
    parts.push(part);
    part = 0;
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - 40 * root, ...rest].join('.');
}

export const bitString = (bytes: Uint8Array): Buffer => enclose(BIT_STRING, [NO_UNUSED_BITS, bytes]);

/** A number that is not negative, from its bytes, the greatest first. */
export const integer = (bytes: Uint8Array): Buffer =>
  enclose(INTEGER, bytes[0]! >= 0x80 ? [NO_UNUSED_BITS, bytes] : [bytes]);

/** A time as RFC 5280 wants it, in whole seconds: until 2049 with two digits of the year. */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return at.getUTCFullYear() < 2_050
    ? enclose(UTC_TIME, [Buffer.from(digits.slice(2), 'latin1')])
    : enclose(GENERALIZED_TIME, [Buffer.from(digits, 'latin1')]);
}

/** An extension of a certificate or a list, of the value in DER. */
export const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  enclose(SEQUENCE, [identifier(id), ...(critical ? [TRUE] : []), enclose(OCTET_STRING, [value])]);

const LONG_FORM = 0x80;

/** A value of that tag that has the parts in it. */
export function enclose(tag: number, parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length < LONG_FORM) return Buffer.concat([Buffer.from([tag, length]), ...parts]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Buffer.from([tag, LONG_FORM | bytes.length]), bytes, ...parts]);
}
