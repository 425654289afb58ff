import { isUtf8 } from 'node:buffer';

/** How a file's letters are written: Excel's "Unicode text" is UTF-16. */
export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';

/** The mark that a file can begin with, and how many bytes it takes. */
export interface Mark {
  encoding: Encoding;
  bytes: number;
}

const MARKS: readonly (readonly [encoding: Encoding, mark: Buffer])[] = [
  ['UTF-8', Buffer.from([0xef, 0xbb, 0xbf])],
  ['UTF-16LE', Buffer.from([0xff, 0xfe])],
  ['UTF-16BE', Buffer.from([0xfe, 0xff])],
];
export const LONGEST_MARK = 3;

/** What the first bytes of a file say; without a mark it is UTF-8. */
export function markOf(bytes: Buffer): Mark {
  for (const [encoding, mark] of MARKS)
    if (bytes.subarray(0, mark.length).equals(mark)) return { encoding, bytes: mark.length };
  return { encoding: 'UTF-8', bytes: 0 };
}

export interface TextBlock {
  text: string;
  /** A cell as it was meant; undefined where its bytes are not what the file's encoding has. */
  decode(cell: string): string | undefined;
  /** How many bytes the text has before a place. */
  bytesOf(place: number): number;
}

/** The bytes up to their last line break as text, at the end of the file all of them. */
export function textBlockOf(bytes: Buffer, encoding: Encoding, final: boolean): TextBlock {
  return encoding === 'UTF-8' ? fromUtf8(bytes, final) : fromUtf16(bytes, encoding, final);
}

function fromUtf8(bytes: Buffer, final: boolean): TextBlock {
  const whole = final ? bytes : bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  // Where some bytes are no UTF-8, each stands as one letter, and the cells tell which of them are wrong.
  const encoding = isUtf8(whole) ? 'utf8' : 'latin1';
  const text = ended(whole.toString(encoding));
  return {
    text,
    decode: encoding === 'utf8' ? (cell) => cell : fromBytes,
    bytesOf: (place) =>
      place >= text.length ? whole.length : Buffer.byteLength(text.slice(0, place), encoding),
  };
}

function fromBytes(cell: string): string | undefined {
  const bytes = Buffer.from(cell, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** A line break, and what one of the other order of bytes looks like. */
const LINE_BREAK = { 'UTF-16LE': '\n', 'UTF-16BE': '\u0a00' };
/** What is no letter by itself. */
const HALF = '\ud800';

function fromUtf16(bytes: Buffer, encoding: 'UTF-16LE' | 'UTF-16BE', final: boolean): TextBlock {
  const end = final ? bytes.length : bytes.lastIndexOf(LINE_BREAK[encoding], undefined, 'utf16le') + 2;
  const whole = bytes.subarray(0, Math.max(end - (end % 2), 0));
  const ordered = encoding === 'UTF-16LE' ? whole : Buffer.from(whole).swap16();
  const isCut = final && end % 2 === 1;
  const text = ended(ordered.toString('utf16le') + (isCut ? HALF : ''));
  return {
    text,
    decode: (cell) => (cell.isWellFormed() ? cell : undefined),
    bytesOf: (place) => Math.min(2 * place, final ? bytes.length : whole.length),
  };
}

const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
