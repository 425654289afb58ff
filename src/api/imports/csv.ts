import { isUtf8 } from 'node:buffer';
import { invalid } from '../../errors.ts';
import type { Fault, ImportRow } from '../../services/imports/source.ts';
import { type Column, columnOf, type Draft, MOST_COLUMNS } from './columns.ts';
import { LONGEST_ROW, ROWS_AT_ONCE, type RowParser } from './read-rows.ts';

/** One cell and what ends it. Quotes may hold anything, and a quote as two. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^,"\r\n]*))(,|\r?\n)/y;
/** A whole quoted cell: its last quote is not the first of two. */
const QUOTED = /"[^"]*(?:""[^"]*)*"(?!")/y;

/** A cell: null where nothing stands between the commas, `''` for `""`, as PostgreSQL has it. */
type Cell = string | null;

interface ReadRow {
  /** What is wrong with it instead of its cells. */
  problem?: string;
  /** No more than `MOST_COLUMNS`, and one. */
  cells: Cell[];
  /** Where the next row begins, and how many lines this one has. */
  end: number;
  lines: number;
}

/**
 * Reads CSV as RFC 4180 has it, with a header. Not by csv-parse: it tells `""` from nothing only by a call for every
 * cell, at fifteen times the cost, counts a quoted `\r\n` as two lines, and loses the rows after a misplaced quote.
 */
export function csvParser(): RowParser {
  let columns: Column[] = [];
  return {
    header(bytes, final) {
      if (!bytes.length && final) throw invalid('the file has no header', ['file']);
      const block = textOf(bytes, final);
      const row = block.text === '' ? undefined : readRow(block.text, 0, final);
      if (!row) return undefined;
      if (row.cells.length > MOST_COLUMNS)
        throw invalid(`a file has ${MOST_COLUMNS} columns at the most`, ['file']);
      if (row.problem) throw invalid(`line 1: ${row.problem}`, ['file']);
      columns = columnsOf(row.cells.map((cell) => block.decode(cell ?? '') ?? '\ufffd'));
      return { bytes: block.bytesOf(row.end), lines: row.lines };
    },
    rows(bytes, firstLine, final) {
      const { text, decode, bytesOf } = textOf(bytes, final);
      const found: ImportRow[] = [];
      const isTooLong = (from: number) => bytes.length - bytesOf(from) > LONGEST_ROW;
      let at = 0;
      let line = firstLine;
      while (at < text.length && found.length < ROWS_AT_ONCE) {
        const row = readRow(text, at, final) ?? (isTooLong(at) ? readRow(text, at, true) : undefined);
        if (!row) break;
        const isBlank = row.cells.length === 1 && row.cells[0] === null && !row.problem;
        if (!isBlank) found.push(rowOf(row, line, columns, decode));
        at = row.end;
        line += row.lines;
      }
      return { found, bytes: bytesOf(at), lines: line - firstLine };
    },
  };
}

interface TextBlock {
  text: string;
  /** A cell as it was meant; undefined where its bytes are no UTF-8. */
  decode(cell: string): string | undefined;
  /** How many bytes the text has before a place. */
  bytesOf(place: number): number;
}

/** The bytes up to their last line break as text, at the end of the file all of them. */
function textOf(bytes: Buffer, final: boolean): TextBlock {
  const whole = final ? bytes : bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  // Where some bytes are no UTF-8, each stands as one letter, and the cells tell which of them are wrong.
  const encoding = isUtf8(whole) ? 'utf8' : 'latin1';
  const decoded = whole.toString(encoding);
  const text = decoded === '' || decoded.endsWith('\n') ? decoded : `${decoded}\n`;
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

/** The row that begins at a place; undefined where its end isn't there yet and may still come. */
function readRow(text: string, begin: number, isAll: boolean): ReadRow | undefined {
  const cells: Cell[] = [];
  let lines = 1;
  for (let at = begin; ; ) {
    CELL.lastIndex = at;
    const match = CELL.exec(text);
    if (!match) {
      const problem = problemAt(text, at);
      if (problem === UNCLOSED && !isAll) return undefined;
      // Only its first line is given up: an unclosed quote isn't to swallow the rows after it.
      return { problem, cells, end: text.indexOf('\n', begin) + 1 || text.length, lines: 1 };
    }
    const quoted = match[1];
    if (quoted === undefined) cells.push(match[2] || null);
    else {
      cells.push(quoted.includes('"') ? quoted.replaceAll('""', '"') : quoted);
      if (quoted.includes('\n')) lines += quoted.split('\n').length - 1;
    }
    at = CELL.lastIndex;
    if (match[3] !== ',') return { cells, end: at, lines };
    if (cells.length > MOST_COLUMNS)
      return { problem: TOO_MANY, cells, end: text.indexOf('\n', at) + 1 || text.length, lines };
  }
}

const TOO_MANY = `has more than ${MOST_COLUMNS} cells`;
const UNCLOSED = 'a quote is opened and never closed';

function problemAt(text: string, at: number): string {
  if (text[at] === '"') {
    QUOTED.lastIndex = at;
    return QUOTED.test(text) ? 'after a closing quote there must be a comma or the end of the row' : UNCLOSED;
  }
  return /^[^,"\r\n]*"/.test(text.slice(at, at + 5_000))
    ? 'a cell with a quote in it must stand in quotes, with the quote written twice'
    : 'a cell with a carriage return in it must stand in quotes';
}

/** @throws INVALID_INPUT for a header that can't be meant so */
function columnsOf(header: string[]): Column[] {
  const names = header.map((cell, index) => {
    const name = index ? cell : cell.replace(/^\ufeff/, '');
    // A key may end in a space; a name of ours can't.
    return columnOf(name) ? name : name.trim();
  });
  if (!names.includes('controllerId'))
    throw invalid("the first line must name the columns, and 'controllerId' must be one of them", ['file']);
  const seen = new Set<string>();
  return names.map((name) => {
    const column = columnOf(name);
    if (column && !seen.has(name)) {
      seen.add(name);
      return column;
    }
    const shown = `column '${name.slice(0, 100).toWellFormed()}'`;
    throw invalid(column ? `${shown} is there twice` : `there is no ${shown} of a target`, ['file']);
  });
}

function rowOf(
  { cells, problem }: ReadRow,
  line: number,
  columns: readonly Column[],
  decode: TextBlock['decode'],
): ImportRow {
  if (problem) return unreadable(line, problem);
  if (cells.length !== columns.length)
    return unreadable(line, `has ${cells.length} cells where the header has ${columns.length}`);
  const target: Draft = {};
  const faults: Fault[] = [];
  for (const [index, raw] of cells.entries()) {
    if (raw === null) continue;
    const cell = decode(raw);
    if (cell === undefined) return unreadable(line, `cell ${index + 1} is not UTF-8`);
    columns[index]!(cell, target, faults);
  }
  return { line, target, faults };
}

const unreadable = (line: number, message: string): ImportRow => ({
  line,
  faults: [{ field: '', code: 'MALFORMED_INPUT', message }],
});
