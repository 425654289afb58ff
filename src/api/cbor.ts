import { isUtf8 } from 'node:buffer';
import { bodyTooDeep, DEEPEST, notWellFormed, tooManyValues } from './body-errors.ts';
import { setOwn } from './json-reader.ts';

/* CBOR (RFC 8949) as devices send it: the values of JSON in other bytes. */

/**
 * Bytes of an integer given byte by byte. Reading takes the square of its length, so a long one would block everybody.
 */
const LONGEST_INTEGER = 32;

/** The eight kinds of items. */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;
const TAG = 6;

/** Instead of a length: a break follows the last part. */
const INDEFINITE = 31;
const BREAK = 0xff;
/**
 * Tags of integers given byte by byte, and the tag that only says that it is CBOR. JSON has nothing like the others.
 */
const BIG_UNSIGNED = 2;
const BIG_NEGATIVE = 3;
const SELF_DESCRIBED = 55_799;
const WORDS = new Map<number, unknown>([
  [20, false],
  [21, true],
  [22, null],
  [23, undefined],
]);

/**
 * Reads a body in CBOR: maps become objects, and integers beyond JavaScript's become bigints. It doesn't use cbor-x,
 * which reads a dozen more things, makes functions from some of them, and has no bounds.
 * @throws MALFORMED_INPUT if it is not CBOR, or beyond the bounds
 */
export function parseCbor(bytes: Uint8Array, { values }: { values: number }): unknown {
  const reader = new CborReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), values);
  try {
    return reader.readAll();
  } catch (error) {
    // Past the end.
    if (error instanceof RangeError) throw notWellFormed();
    throw error;
  }
}

class CborReader {
  private at = 0;
  private values = 0;
  private depth = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly mostValues: number,
  ) {}

  readAll(): unknown {
    const value = this.read();
    if (this.at < this.bytes.length) throw notWellFormed();
    return value;
  }

  private read(): unknown {
    this.count();
    if (++this.depth > DEEPEST) throw bodyTooDeep();
    const value = this.readItem();
    this.depth--;
    return value;
  }

  private count(): void {
    if (++this.values > this.mostValues) throw tooManyValues(this.mostValues);
  }

  private readItem(): unknown {
    const first = this.bytes.readUInt8(this.at++);
    const [kind, detail] = [first >> 5, first & 31];
    switch (kind) {
      case UNSIGNED:
        return this.readNumber(detail);
      case NEGATIVE: {
        const number = this.readNumber(detail);
        return typeof number === 'bigint' ? -1n - number : -1 - number;
      }
      case BYTES:
        return new Uint8Array(this.readBytes(kind, detail));
      case TEXT:
        return this.readText(detail);
      case LIST:
        return this.readList(detail);
      case MAP:
        return this.readMap(detail);
      case TAG:
        return this.readTagged(this.readNumber(detail));
      default:
        return this.readSimple(detail);
    }
  }

  /** A number in the first byte or after it: a length, a tag or a value. */
  private readNumber(detail: number): number | bigint {
    if (detail < 24) return detail;
    if (detail > 27) throw notWellFormed();
    const size = 1 << (detail - 24);
    this.at += size;
    if (size < 8) return this.bytes.readUIntBE(this.at - size, size);
    const number = this.bytes.readBigUInt64BE(this.at - size);
    return number <= Number.MAX_SAFE_INTEGER ? Number(number) : number;
  }

  /** Runs for each part of a list or a map, as often as its length says, or until a break. */
  private forEach(detail: number, readPart: () => void): void {
    if (detail === INDEFINITE) {
      while (this.bytes.readUInt8(this.at) !== BREAK) readPart();
      this.at++;
    } else for (let left = this.readNumber(detail); left > 0; left--) readPart();
  }

  private readBytes(kind: number, detail: number): Buffer {
    if (detail !== INDEFINITE) {
      const length = this.readNumber(detail);
      if (length > this.bytes.length - this.at) throw notWellFormed();
      this.at += Number(length);
      return this.bytes.subarray(this.at - Number(length), this.at);
    }
    const parts: Buffer[] = [];
    this.forEach(detail, () => {
      this.count();
      const first = this.bytes.readUInt8(this.at++);
      if (first >> 5 !== kind || (first & 31) === INDEFINITE) throw notWellFormed();
      parts.push(this.readBytes(kind, first & 31));
    });
    return Buffer.concat(parts);
  }

  private readText(detail: number): string {
    const bytes = this.readBytes(TEXT, detail);
    if (!isUtf8(bytes)) throw notWellFormed();
    return bytes.toString('utf8');
  }

  private readList(detail: number): unknown[] {
    const list: unknown[] = [];
    this.forEach(detail, () => list.push(this.read()));
    return list;
  }

  private readMap(detail: number): object {
    const object: Record<string, unknown> = {};
    this.forEach(detail, () => {
      const key = this.read();
      if (typeof key === 'object') throw notWellFormed();
      setOwn(object, String(key), this.read());
    });
    return object;
  }

  private readTagged(tag: number | bigint): unknown {
    const value = this.read();
    if (tag === SELF_DESCRIBED) return value;
    if (tag !== BIG_UNSIGNED && tag !== BIG_NEGATIVE) throw notWellFormed();
    if (!(value instanceof Uint8Array) || value.length > LONGEST_INTEGER) throw notWellFormed();
    const number = BigInt(`0x0${Buffer.from(value).toString('hex')}`);
    return tag === BIG_UNSIGNED ? number : -1n - number;
  }

  private readSimple(detail: number): unknown {
    if (WORDS.has(detail)) return WORDS.get(detail);
    const at = this.at;
    if (detail === 25) {
      this.at += 2;
      return halfFloat(this.bytes.readUInt16BE(at));
    }
    if (detail === 26) {
      this.at += 4;
      return this.bytes.readFloatBE(at);
    }
    if (detail !== 27) throw notWellFormed();
    this.at += 8;
    return this.bytes.readDoubleBE(at);
  }
}

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
