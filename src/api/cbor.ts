import { addExtension, decode } from 'cbor-x';
import { malformed } from '../errors.ts';

/** Of integers that are given byte by byte: reading takes the square of their length, so a long one would hold up all. */
const LONGEST_INTEGER = 32;
const POSITIVE = 2;
const NEGATIVE = 3;

const readInteger = (bytes: Uint8Array): bigint => {
  if (!(bytes instanceof Uint8Array) || bytes.length > LONGEST_INTEGER)
    throw new RangeError('no such integer');
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
};
// Its types also ask for what only writing needs.
addExtension({ tag: POSITIVE, decode: readInteger } as never);
addExtension({ tag: NEGATIVE, decode: (bytes: Uint8Array) => -1n - readInteger(bytes) } as never);

/** Reads a body in CBOR. @throws MALFORMED_INPUT */
export function parseCbor(body: Uint8Array): unknown {
  try {
    return decode(body);
  } catch {
    throw malformed('The given request body is not well formed');
  }
}
