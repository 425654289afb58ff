/** How a file of targets begins: what the reader is shown before it is sent. */
export interface FileHead {
  format: 'csv' | 'ndjson';
  /** What stands between the cells of a CSV file. */
  separator: string;
  encoding: string;
  headings: readonly string[];
  /** The first rows: a cell for each heading. */
  rows: readonly (readonly string[])[];
}

const HEAD_BYTES = 64 << 10;
const SHOWN_ROWS = 3;
const MOST_NDJSON_FIELDS = 60;
const SEPARATORS = [',', ';', '\t', '|'];
const SEPARATOR_WITHIN = /^"?sep=([^"\r\n])"?\r?\n/i;

const isNdjson = ({ name }: File) => /\.(?:ndjson|jsonl|json)$/i.test(name);

/** Reads the beginning of a file; undefined where there is nothing to read in it. */
export async function headOf(file: File): Promise<FileHead | undefined> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  // The last line may be cut.
  const whole = file.size > HEAD_BYTES ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  return isNdjson(file) ? ndjsonHead(whole) : csvHead(whole, encoding);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}

function csvHead(text: string, encoding: string): FileHead | undefined {
  const [mark = '', within] = SEPARATOR_WITHIN.exec(text) ?? [];
  const body = text.slice(mark.length);
  if (body.trim() === '') return undefined;
  const found = (within ? [within] : SEPARATORS)
    .map((separator) => ({ separator, cells: cellsOf(body, separator, SHOWN_ROWS + 1) }))
    .sort((a, b) => b.cells[0]!.length - a.cells[0]!.length);
  const namesTheId = ({ cells }: { cells: string[][] }) =>
    cells[0]!.some((it) => fieldOf(it, 'csv') === 'controllerId');
  const { separator, cells } = found.find(namesTheId) ?? found[0]!;
  const [headings = [], ...rows] = cells;
  return { format: 'csv', separator, encoding, headings, rows };
}

/** The cells of the first rows. What is broken is shown as it is: the server tells what is wrong. */
function cellsOf(text: string, separator: string, most: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endRow = () => {
    rows.push([...row, cell]);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length && rows.length < most; at++) {
    const letter = text[at]!;
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') cell += text[at++];
      else isQuoted = false;
    } else if (letter === '"' && cell === '') isQuoted = true;
    else if (letter === separator) {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') endRow();
    else if (letter !== '\r') cell += letter;
  }
  if (rows.length < most && (cell !== '' || row.length > 0)) endRow();
  return rows;
}

function ndjsonHead(text: string): FileHead | undefined {
  const objects = text
    .split('\n')
    .filter((line) => line.trim())
    .slice(0, SHOWN_ROWS)
    .map(objectOf);
  if (objects.length === 0) return undefined;
  const headings = [...new Set(objects.flatMap(Object.keys))].slice(0, MOST_NDJSON_FIELDS);
  const rows = objects.map((object) => headings.map((name) => textOf(object[name])));
  return { format: 'ndjson', separator: '', encoding: 'utf-8', headings, rows };
}

function objectOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { '': value };
  } catch {
    return { '': line };
  }
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** The fields of a target that a column can be. */
export const FIELDS = [
  'controllerId',
  'name',
  'description',
  'group',
  'address',
  'targetType',
  'securityToken',
  'tags',
  'requestAttributes',
] as const;
export type Field = (typeof FIELDS)[number];

const plain = (heading: string) => heading.replace(/[\s_-]/g, '').toLowerCase();
const BY_PLAIN = new Map<string, Field>(FIELDS.map((name) => [plain(name), name]));

/** Fields of NDJSON that are objects of many texts. */
export const MAPS = ['attributes', 'metadata'] as const;

/** The field that a heading names; undefined where it names none. */
export function fieldOf(heading: string, format: FileHead['format']): string | undefined {
  if (format === 'ndjson' && MAPS.includes(heading as never)) return heading;
  const found = BY_PLAIN.get(plain(heading));
  if (found) return found;
  const [, map, key] = /^\s*(attribute|metadata)\.(.+)$/is.exec(heading) ?? [];
  return map && `${map.toLowerCase()}.${key}`;
}
