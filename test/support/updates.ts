/** An archive in the format newc of cpio, as an update for SWUpdate is one. */
export function cpioOf(files: Record<string, string | Uint8Array>): Buffer {
  const entries = [...Object.entries(files), ['TRAILER!!!', ''] as const];
  return Buffer.concat(entries.map(([name, content]) => entryOf(name, Buffer.from(content as string))));
}

function entryOf(name: string, content: Buffer): Buffer {
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  const fields = [1, 0o100644, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const head = Buffer.from(`070701${fields.map(hex).join('')}${name}\0`);
  return Buffer.concat([padded(head), padded(content)]);
}

const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

const SIGNED_DATA = '2a864886f70d010702';
const DATA = '2a864886f70d010701';

interface Bundle {
  /** What is signed; without it the signature stands alone, as in the format plain. */
  manifest?: string;
  kind?: string;
  signature?: Buffer;
  /** Bytes of the file system. */
  filesystem?: number;
}

/** A bundle as RAUC makes them: a file system (here only its magic number), a signature, and its length. */
export function raucOf({ manifest, kind = SIGNED_DATA, signature, filesystem = 4_096 }: Bundle): Buffer {
  const content = manifest === undefined ? [] : [der(0xa0, der(0x04, Buffer.from(manifest)))];
  const signedData = der(
    0x30,
    der(0x02, Buffer.from([1])),
    der(0x31),
    der(0x30, der(0x06, Buffer.from(DATA, 'hex')), ...content),
    der(0x31),
  );
  const cms = signature ?? der(0x30, der(0x06, Buffer.from(kind, 'hex')), der(0xa0, signedData));
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(cms.length));
  const squashfs = Buffer.alloc(filesystem, 1);
  squashfs.write('hsqs');
  return Buffer.concat([squashfs, cms, length]);
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const digits =
    content.length < 128
      ? Buffer.from([content.length])
      : Buffer.from([0x82, content.length >> 8, content.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), digits, content]);
}
