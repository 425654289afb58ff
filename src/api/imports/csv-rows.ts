import { MOST_COLUMNS } from './columns.ts';

/** A cell: null where nothing stands between the separators, `''` for `""`, as PostgreSQL has it. */
export type Cell = string | null;

export interface ReadRow {
  /** What is wrong with it instead of its cells. */
  problem?: string;
  /** No more than `MOST_COLUMNS`, and one. */
  cells: Cell[];
  /** Where the next row begins, and how many lines this one has. */
  end: number;
  lines: number;
}

/** Reads the row that begins at a place; undefined where its end isn't there yet and may still come. */
export type RowReader = (text: string, begin: number, isAll: boolean) => ReadRow | undefined;

/** A whole quoted cell: its last quote is not the first of two. */
const QUOTED = /"[^"]*(?:""[^"]*)*"(?!")/y;
const TOO_MANY = `has more than ${MOST_COLUMNS} cells`;
const UNCLOSED = 'a quote is opened and never closed';

const NAMES: Readonly<Record<string, string>> = { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab' };
/** A separator, for people. */
export const shownSeparator = (separator: string): string => NAMES[separator] ?? `'${separator}'`;

/** Reads rows with this between their cells. Quotes may hold anything, and a quote as two. */
export function rowReader(separator: string): RowReader {
  const code = `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`;
  /** One cell and what ends it. */
  const cell = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"|([^${code}"\\r\\n]*))(${code}|\\r?\\n)`, 'y');
  const isQuoteWithin = new RegExp(`^[^${code}"\\r\\n]*"`);

  const problemAt = (text: string, at: number): string => {
    if (text[at] === '"') {
      QUOTED.lastIndex = at;
      return QUOTED.test(text)
        ? `after a closing quote there must be ${shownSeparator(separator)} or the end of the row`
        : UNCLOSED;
    }
    return isQuoteWithin.test(text.slice(at, at + 5_000))
      ? 'a cell with a quote in it must stand in quotes, with the quote written twice'
      : 'a cell with a carriage return in it must stand in quotes';
  };

  return (text, begin, isAll) => {
    const cells: Cell[] = [];
    let lines = 1;
    for (let at = begin; ; ) {
      cell.lastIndex = at;
      const match = cell.exec(text);
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
      at = cell.lastIndex;
      if (match[3] !== separator) return { cells, end: at, lines };
      if (cells.length > MOST_COLUMNS)
        return { problem: TOO_MANY, cells, end: text.indexOf('\n', at) + 1 || text.length, lines };
    }
  };
}
