/** Reads values encoded by DER (X.690) one after the other. */
export interface DerReader {
  /** The content of the next value, which must have this tag. @throws RangeError */
  read(tag: number): Buffer;
  /** That value whole, with its tag and length. @throws RangeError */
  whole(tag: number): Buffer;
  /** The same, to read the values in it. @throws RangeError */
  enter(tag: number): DerReader;
  /** The tag of the next value; undefined at the end. */
  tag(): number | undefined;
  isAtEnd(): boolean;
}

export function derReader(bytes: Buffer): DerReader {
  let at = 0;
  const read = (tag: number): Buffer => {
    if (bytes[at] !== tag) throw new RangeError(`there is no value with the tag ${tag}`);
    const { length, begin } = lengthAt(bytes, at + 1);
    if (begin + length > bytes.length) throw new RangeError('a value is cut off');
    at = begin + length;
    return bytes.subarray(begin, at);
  };
  const whole = (tag: number): Buffer => {
    const begin = at;
    read(tag);
    return bytes.subarray(begin, at);
  };
  return {
    read,
    whole,
    enter: (tag) => derReader(read(tag)),
    tag: () => bytes[at],
    isAtEnd: () => at >= bytes.length,
  };
}

/** Indefinite lengths are not of DER. */
function lengthAt(bytes: Buffer, at: number): { length: number; begin: number } {
  const first = bytes[at] ?? 0x80;
  if (first < 0x80) return { length: first, begin: at + 1 };
  const digits = first & 0x7f;
  if (digits < 1 || digits > 4) throw new RangeError('a length cannot be read');
  return { length: bytes.readUIntBE(at + 1, digits), begin: at + 1 + digits };
}
