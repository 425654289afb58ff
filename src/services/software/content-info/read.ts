import { type ContentInfo, unreadable } from './content-info.ts';
import { readRaucManifest } from './rauc.ts';
import { readSwuDescription } from './swu.ts';

/** Reads what a file tells about itself while its pieces pass. Of a file of any size it keeps little. */
export interface ContentReader {
  take(piece: Uint8Array): void;
  /** Undefined for a file of neither format. */
  finish(): ContentInfo | undefined;
}

/** What is kept of the beginning: the first file of an archive must be in it. */
const HEAD_BYTES = 132 << 10;
/** What is kept of the end: the signature of a bundle must be in it. */
const TAIL_BYTES = 132 << 10;

const CPIO = ['070701', '070702'];
const SQUASHFS = 'hsqs';

export function readContent(): ContentReader {
  const head = keepHead();
  const tail = keepTail();
  return {
    take(piece) {
      head.take(piece);
      if (head.begins([SQUASHFS])) tail.take(piece);
    },
    finish() {
      if (head.begins(CPIO)) return guarded('swu', () => readSwuDescription(head.bytes()));
      if (head.begins([SQUASHFS])) return guarded('rauc', () => readRaucManifest(tail.bytes(), tail.size()));
      return undefined;
    },
  };
}

/** Whatever a hostile file does to a reader: it is no reason to refuse the file. */
function guarded(format: ContentInfo['format'], read: () => ContentInfo): ContentInfo {
  try {
    return read();
  } catch {
    return unreadable(format, 'it is malformed');
  }
}

function keepHead() {
  const kept = Buffer.alloc(HEAD_BYTES);
  let length = 0;
  return {
    take(piece: Uint8Array) {
      if (length === HEAD_BYTES) return;
      const part = piece.subarray(0, HEAD_BYTES - length);
      kept.set(part, length);
      length += part.length;
    },
    begins: (magics: readonly string[]) =>
      magics.some((magic) => length >= magic.length && kept.toString('latin1', 0, magic.length) === magic),
    bytes: () => kept.subarray(0, length),
  };
}

function keepTail() {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let size = 0;
  const compact = () => {
    const all = Buffer.concat(pieces);
    const rest = all.subarray(Math.max(0, all.length - TAIL_BYTES));
    pieces = [rest];
    length = rest.length;
    return rest;
  };
  return {
    take(piece: Uint8Array) {
      const part = piece.subarray(Math.max(0, piece.length - TAIL_BYTES));
      // Copied: the sender may use its buffer again.
      pieces.push(Buffer.from(part));
      length += part.length;
      size += piece.length;
      if (length > 2 * TAIL_BYTES) compact();
    },
    bytes: compact,
    size: () => size,
  };
}
