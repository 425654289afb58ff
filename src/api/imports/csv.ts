import { invalid } from '../../errors.ts';
import type { Fault, ImportRow } from '../../services/fleet/imports/source.ts';
import type { Draft } from './columns.ts';
import { type CsvOptions, END_OF_ROW, type Header, readHeader } from './csv-header.ts';
import type { ReadRow } from './csv-rows.ts';
import { LONGEST_MARK, type Mark, markOf, type TextBlock, textBlockOf } from './csv-text.ts';
import { LONGEST_ROW, ROWS_AT_ONCE, type RowParser } from './read-rows.ts';

/**
 * Reads CSV as RFC 4180 has it, with a header, and as people have it: with another separator, in UTF-16, with a byte
 * order mark. Not by csv-parse: it tells `""` from nothing only by a call for every cell, at fifteen times the cost,
 * counts a quoted `\r\n` as two lines, and loses the rows after a misplaced quote.
 */
export function csvParser(options: CsvOptions = {}): RowParser {
  let mark: Mark;
  let header: Header;
  return {
    header(bytes, final) {
      if (!bytes.length && final) throw invalid('the file has no header', ['file']);
      if (bytes.length < LONGEST_MARK && !final) return undefined;
      mark = markOf(bytes);
      const block = textBlockOf(bytes.subarray(mark.bytes), mark.encoding, final);
      const found = readHeader(block, options, final);
      if (!found) return undefined;
      header = found;
      return {
        bytes: mark.bytes + block.bytesOf(header.end),
        lines: header.lines,
        layout: header.layout,
      };
    },
    rows(bytes, firstLine, final) {
      const { text, decode, bytesOf } = textBlockOf(bytes, mark.encoding, final);
      const found: ImportRow[] = [];
      const isTooLong = (from: number) => bytes.length - bytesOf(from) > LONGEST_ROW;
      let at = 0;
      let line = firstLine;
      while (at < text.length && found.length < ROWS_AT_ONCE) {
        const row = header.read(text, at, final) ?? (isTooLong(at) ? header.read(text, at, true) : undefined);
        if (!row) break;
        const isBlank = row.cells.length === 1 && row.cells[0] === null && !row.problem;
        if (!isBlank)
          found.push({ ...rowOf(row, line, decode), text: textOf(row, text.slice(at, row.end), decode) });
        at = row.end;
        line += row.lines;
      }
      return { found, bytes: bytesOf(at), lines: line - firstLine };
    },
  };

  /** The row as it is; of one whose cells can't be told apart, and of one with too few, as one with a cell for each column. */
  function textOf({ cells, problem }: ReadRow, raw: string, decode: TextBlock['decode']): string {
    const { columns, layout } = header;
    const row = raw.replace(END_OF_ROW, '');
    const text = decode(row) ?? Buffer.from(row, 'latin1').toString();
    const missing = columns.length - (problem ? 1 : cells.length);
    return (problem ? quoted(text) : text) + layout.separator.repeat(Math.max(missing, 0));
  }

  function rowOf(
    { cells, problem }: ReadRow,
    line: number,
    decode: TextBlock['decode'],
  ): Omit<ImportRow, 'text'> {
    const { columns } = header;
    if (problem) return unreadable(line, problem);
    if (cells.length !== columns.length)
      return unreadable(line, `has ${cells.length} cells where the header has ${columns.length}`);
    const target: Draft = {};
    const faults: Fault[] = [];
    for (const [index, raw] of cells.entries()) {
      if (raw === null) continue;
      const cell = decode(raw);
      if (cell === undefined)
        return unreadable(line, `cell ${index + 1} is not ${mark.encoding.slice(0, 6)}`);
      columns[index]!(cell, target, faults);
    }
    return { line, target, faults };
  }
}

/** A text as a cell in quotes. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const unreadable = (line: number, message: string): Omit<ImportRow, 'text'> => ({
  line,
  faults: [{ field: '', code: 'MALFORMED_INPUT', message }],
});
