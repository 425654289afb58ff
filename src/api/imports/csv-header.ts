import { type DomainError, invalid } from '../../errors.ts';
import type { ImportLayout } from '../../services/fleet/imports/source.ts';
import { cutText, storableText } from '../../services/shared/text.ts';
import { type Column, columnOf, isReason, MOST_COLUMNS } from './columns.ts';
import { type ReadRow, type RowReader, rowReader, shownSeparator } from './csv-rows.ts';
import type { TextBlock } from './csv-text.ts';

/** What people's programs put between cells, the usual first. */
const SEPARATORS = [',', ';', '\t', '|'];
/** What Excel writes, and reads, before the headings. */
const CHOSEN_WITHIN = /^"?sep=([^"\r\n])"?\r?\n/i;

export interface Header {
  /** Reads the rows after it. */
  read: RowReader;
  columns: Column[];
  layout: ImportLayout;
  /** Where the first row begins, and how many lines are before it. */
  end: number;
  lines: number;
}

/** How a file is to be read. */
export interface CsvOptions {
  /** What stands between cells; null: what the file shows. */
  delimiter?: string | null;
  /** What each column is, whatever its heading; one that is null is left out. */
  columns?: readonly (string | null)[] | null | undefined;
}

/**
 * Reads the headings, and finds out what stands between them unless it is known: that with which one of them is
 * `controllerId`, or with which there are as many as were told. Undefined where the end of the line isn't there yet.
 * @throws INVALID_INPUT for headings that can't be meant so
 */
export function readHeader(
  block: TextBlock,
  { delimiter = null, columns }: CsvOptions,
  final: boolean,
): Header | undefined {
  const { text } = block;
  const [line = '', within] = CHOSEN_WITHIN.exec(text) ?? [];
  const known = delimiter ?? within;
  const tried = (known ? [known] : SEPARATORS).flatMap((separator) => {
    const read = rowReader(separator);
    const row = text.length > line.length ? read(text, line.length, final) : undefined;
    return row ? [{ separator, read, row, names: namesOf(row, block) }] : [];
  });
  const isMeant = (names: readonly string[]) =>
    columns ? names.length === columns.length : namesTheId(names);
  const best =
    tried.find(({ names }) => isMeant(names)) ?? tried.toSorted((a, b) => b.names.length - a.names.length)[0];
  if (!best) {
    if (final) throw invalid('the file has no header', ['file']);
    return undefined;
  }
  const { separator, read, row, names } = best;
  const lines = line ? 1 : 0;
  const wrong = (what: string) => wrongHeader(what, separator, names);
  if (names.length > MOST_COLUMNS) throw wrong(`a file has ${MOST_COLUMNS} columns at the most`);
  if (row.problem) throw wrong(`line ${lines + 1}: ${row.problem}`);
  if (columns && columns.length !== names.length)
    throw wrong(`columns: ${columns.length} are told where the file has ${names.length}`);
  if (columns && !namesTheId(columns)) throw invalid("columns: one must be 'controllerId'", ['columns']);
  if (!columns && !namesTheId(names))
    throw wrong("the first line must name the columns, and 'controllerId' must be one of them");
  const found = columnsOf(columns ?? names, wrong);
  const header = text.slice(line.length, row.end).replace(END_OF_ROW, '');
  const layout: ImportLayout = {
    header: storableText(block.decode(header) ?? header),
    separator,
    headings: names.map(shownName),
    fields: found.map(({ name }) => (name === null ? null : storableText(name))),
  };
  return {
    read,
    columns: found.map(({ read }) => read),
    layout,
    end: row.end,
    lines: lines + row.lines,
  };
}

const namesTheId = (names: readonly (string | null)[]) =>
  names.some((name) => name !== null && columnOf(name)?.name === 'controllerId');

const LEFT_OUT = { name: null, read: (() => {}) satisfies Column };
/** What ends a row. */
export const END_OF_ROW = /\r?\n$/;

const namesOf = ({ cells }: ReadRow, { decode }: TextBlock) =>
  cells.map((cell) => decode(cell ?? '') ?? '\ufffd');

function columnsOf(
  names: readonly (string | null)[],
  wrong: (what: string) => DomainError,
): { name: string | null; read: Column }[] {
  const seen = new Set<string>();
  return names.map((heading) => {
    if (heading === null || isReason(heading)) return LEFT_OUT;
    const column = columnOf(heading);
    const shown = `column '${shownName(heading)}'`;
    if (!column) throw wrong(`there is no ${shown} of a target`);
    if (seen.has(column.name)) throw wrong(`${shown} is there twice`);
    seen.add(column.name);
    return column;
  });
}

const SHOWN = 8;

/** Tells how the headings were read, too: the separator may not be the one that was meant. */
function wrongHeader(what: string, separator: string, names: readonly string[]): DomainError {
  const shown = names.slice(0, SHOWN).map((name) => `'${shownName(name)}'`);
  const more = names.length > SHOWN ? ' and more' : '';
  return invalid(
    `${what}; with ${shownSeparator(separator)} as separator it names ${shown.join(', ')}${more}`,
    ['file'],
  );
}

const shownName = (name: string) => storableText(cutText(name, 100));
