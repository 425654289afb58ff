import type { Entry, Fault, ImportedTarget } from '../../services/fleet/imports/source.ts';

/** The fields of a target that are one text each, by their names in a file. */
export const TEXT_FIELDS = [
  'controllerId',
  'name',
  'description',
  'group',
  'address',
  'targetType',
  'securityToken',
] as const;
/** Columns of attributes and metadata in a file, of exports and imports: more would make a table nobody reads. */
export const MOST_ENTRY_COLUMNS = 2_000;
/** With `requestAttributes` and `tags`. */
export const MOST_COLUMNS = TEXT_FIELDS.length + 2 + MOST_ENTRY_COLUMNS;
export const MAP_FIELDS = { 'attribute.': 'attributes', 'metadata.': 'metadata' } as const;

/** Files of refused rows say in it what was wrong. Such a file can be mended and sent as it is: it is passed over. */
export const REASON = 'refusedBecause';

/** How a cell goes into a target. */
export type Column = (cell: string, target: Draft, faults: Fault[]) => void;

/** A target while it is read. */
export type Draft = { -readonly [K in keyof ImportedTarget]: ImportedTarget[K] } & {
  attributes?: Entry[];
  metadata?: Entry[];
};

/** Headings as people write them: in any case, with blanks, `_` or `-`. */
const plain = (heading: string) => heading.replace(/[\s_-]/g, '').toLowerCase();

export const isReason = (heading: string): boolean => plain(heading) === plain(REASON);

/** The column of a heading, with its proper name; undefined where there is none. A key stays as it is written. */
export function columnOf(heading: string): { name: string; read: Column } | undefined {
  const name = FIELDS.get(plain(heading));
  if (name) return name;
  const dot = heading.indexOf('.') + 1;
  const prefix = dot ? (`${plain(heading.slice(0, dot - 1))}.` as keyof typeof MAP_FIELDS) : undefined;
  if (!prefix || !Object.hasOwn(MAP_FIELDS, prefix)) return undefined;
  const key = heading.slice(dot);
  return { name: prefix + key, read: entryColumn(MAP_FIELDS[prefix], key) };
}

const entryColumn =
  (map: 'attributes' | 'metadata', key: string): Column =>
  (cell, target) => {
    target[map] ??= [];
    target[map].push([key, cell]);
  };

const readFlag: Column = (cell, target, faults) => {
  const text = cell.trim().toLowerCase();
  if (text === '') return;
  if (text === 'true' || text === 'false') target.requestAttributes = text === 'true';
  else faults.push({ field: 'requestAttributes', code: 'MALFORMED_INPUT', message: 'must be true or false' });
};

const FIELDS = new Map<string, { name: string; read: Column }>(
  [
    ...TEXT_FIELDS.map((name) => ({
      name,
      read: ((cell, target) => {
        target[name] = cell;
      }) satisfies Column,
    })),
    { name: 'requestAttributes', read: readFlag },
    {
      name: 'tags',
      read: ((cell, target) => {
        target.tags = splitTags(cell);
      }) satisfies Column,
    },
  ].map((column) => [plain(column.name), column]),
);

/** Tags stand with `;` between them; `\;` is a semicolon in a name, and `\\` a backslash. */
function splitTags(cell: string): string[] {
  const names = cell.match(/(?:[^;\\]|\\.?)+/gs) ?? [];
  return names.map((name) => name.replace(/\\([;\\])/g, '$1')).filter((name) => name.trim());
}

/** @see splitTags */
export const joinTags = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[;\\]/g, '\\$&')).join(';');
