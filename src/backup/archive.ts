/* The container of a backup: a tar file, which other programs can list and unpack, too. */

export interface Entry {
  name: string;
  size: number;
  body: AsyncIterable<Buffer>;
}

/** A backup that ends too early, or is none. */
export class BrokenBackupError extends Error {}

const BLOCK = 512;
/** Larger sizes don't fit in the octal digits of the header. */
const MOST_OCTAL = 0o77777777777;
const SIZE_AT = 124;
const CHECKSUM_AT = 148;

/** The header and the padding of an entry; its bytes belong in between. */
export function frame(name: string, size: number): { head: Buffer; tail: Buffer } {
  const head = Buffer.alloc(BLOCK);
  if (head.write(name, 0, 100) < Buffer.byteLength(name)) throw new Error(`${name} is too long for a name`);
  head.write('0000600\0', 100);
  head.write('0000000\0'.repeat(2), 108);
  if (size <= MOST_OCTAL) head.write(`${size.toString(8).padStart(11, '0')}\0`, SIZE_AT);
  else head.writeBigUInt64BE(BigInt(size), SIZE_AT + 4);
  if (size > MOST_OCTAL) head[SIZE_AT] = 0x80;
  head.write('00000000000\0', 136);
  head.write('0', 156);
  head.write('ustar\u000000', 257, 'latin1');
  head.write(`${checksumOf(head).toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT);
  return { head, tail: Buffer.alloc(paddingOf(size)) };
}

/** What ends an archive. */
export const END = Buffer.alloc(2 * BLOCK);

/**
 * Reads the entries in their order; what isn't read of a body is skipped.
 * @throws BrokenBackupError
 */
export async function* entriesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  const bytes = openReader(chunks);
  for (;;) {
    const head = await bytes.take(BLOCK);
    // What compressed it checks the whole at its end.
    if (head.every((byte) => byte === 0)) return bytes.drain();
    const { name, size } = readHead(head);
    const body = bytes.pass(size);
    yield { name, size, body };
    for await (const _ of body);
    await bytes.take(paddingOf(size));
  }
}

function readHead(head: Buffer): { name: string; size: number } {
  const said = Number.parseInt(head.toString('latin1', CHECKSUM_AT, CHECKSUM_AT + 6), 8);
  if (said !== checksumOf(head)) throw new BrokenBackupError('this is no backup of Muster, or it is damaged');
  const name = head.toString('utf8', 0, 100).replace(/\0.*$/s, '');
  const size =
    head[SIZE_AT]! & 0x80
      ? Number(head.readBigUInt64BE(SIZE_AT + 4))
      : Number.parseInt(head.toString('latin1', SIZE_AT, SIZE_AT + 11), 8);
  return { name, size };
}

const paddingOf = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;

/** The sum of all bytes, with spaces for the checksum itself. */
function checksumOf(head: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of head.entries()) if (at < CHECKSUM_AT || at >= CHECKSUM_AT + 8) sum += byte;
  return sum;
}

function openReader(chunks: AsyncIterable<Buffer>) {
  const source = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async () => {
    const { value, done } = await source.next();
    if (done) throw new BrokenBackupError('the backup is cut off');
    rest = value;
  };
  async function* pass(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
      if (!rest.length) await more();
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
  return {
    pass,
    async drain() {
      while (!(await source.next()).done);
    },
    async take(size: number): Promise<Buffer> {
      const pieces: Buffer[] = [];
      for await (const piece of pass(size)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
  };
}
