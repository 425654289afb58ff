import { createHash } from 'node:crypto';
import { invalid } from '../../errors.ts';
import { LONGEST_TARGET } from '../../services/fleet/imports/check.ts';
import {
  BEGINNING,
  type ImportLayout,
  type ImportRow,
  type Position,
  type RowBatch,
} from '../../services/fleet/imports/source.ts';
import { takeTurns } from '../../services/shared/turns.ts';

const BYTES_OF_A_CHARACTER = 3;
/** In bytes: reading holds one row in memory at the least. What is more than a target takes is for quotes and names. */
export const LONGEST_ROW = BYTES_OF_A_CHARACTER * LONGEST_TARGET + (1 << 16);
/** A parser gives no more rows than these at once, so that others have their turn. */
export const ROWS_AT_ONCE = 200;

/** So few bytes are read at once that their rows are gone before the collector takes them for lasting ones. */
const PIECE = 8 << 10;

export interface Taken {
  /** Bytes and lines that are done with. */
  bytes: number;
  lines: number;
}

/** What knows a format. It is given bytes that begin with a row, and all there are when `final`. */
export interface RowParser {
  /** Takes the header, or nothing where it isn't complete yet; there is none in formats without. */
  header?(bytes: Buffer, final: boolean): (Taken & { layout: ImportLayout }) | undefined;
  /** Takes complete rows, as many as may be at once; the first begins at `line`. */
  rows(bytes: Buffer, line: number, final: boolean): Taken & { found: ImportRow[] };
}

/**
 * Reads the rows of a body that come after a position, block by block. The bytes before it are only compared by their
 * digest with those that were sent before.
 * @throws INVALID_INPUT for what isn't the same file, has no proper header or has a row that is far too long
 */
export async function* readRows(
  body: AsyncIterable<Buffer>,
  parser: RowParser,
  from: Position = BEGINNING,
): AsyncGenerator<RowBatch> {
  const hash = createHash('sha256');
  let { bytes, lines } = BEGINNING;
  let buffer: Buffer = Buffer.alloc(0);
  let hasHeader = !parser.header;
  let layout: ImportLayout | undefined;
  const digest = () => hash.copy().digest('base64');
  const take = (taken: Taken) => {
    hash.update(buffer.subarray(0, taken.bytes));
    buffer = buffer.subarray(taken.bytes);
    bytes += taken.bytes;
    lines += taken.lines;
  };
  /** Passes over what was taken in before. Tells whether it is all behind. */
  const pass = (): boolean => {
    if (bytes >= from.bytes) return true;
    take({ bytes: Math.min(from.bytes - bytes, buffer.length), lines: 0 });
    if (bytes < from.bytes) return false;
    if (digest() !== from.digest) throw differs(from);
    lines = from.lines;
    return true;
  };
  const read = (final: boolean): RowBatch | undefined => {
    if (!hasHeader) {
      const taken = parser.header!(buffer, final);
      if (!taken) return undefined;
      take(taken);
      hasHeader = true;
      layout = taken.layout;
    }
    if (!pass()) return undefined;
    const { found, ...taken } = parser.rows(buffer, lines + 1, final);
    take(taken);
    return { rows: found, end: { bytes, lines, digest: digest() }, ...(layout && { layout }) };
  };
  const turns = takeTurns();
  /** Reads what there is, and lets others have their turn meanwhile. */
  async function* readAll(final: boolean): AsyncGenerator<RowBatch> {
    for (let isMore = true; isMore; ) {
      const batch = read(final);
      if (batch) yield batch;
      else if (final) throw differs(from);
      isMore = batch?.rows.length === ROWS_AT_ONCE;
      if (turns.isOver()) await turns.next();
    }
  }

  for await (const block of body) {
    for (let at = 0; at < block.length; ) {
      const piece = block.subarray(at, at + Math.max(PIECE, buffer.length));
      at += piece.length;
      buffer = buffer.length ? Buffer.concat([buffer, piece]) : piece;
      yield* readAll(false);
      if (buffer.length > LONGEST_ROW)
        throw invalid(`line ${lines + 1}: a row has ${LONGEST_ROW} bytes at the most`, ['file']);
    }
  }
  yield* readAll(true);
}

const differs = ({ lines }: Position) =>
  invalid(`resume: this is not the file whose first ${lines} lines are taken in`, ['resume']);
