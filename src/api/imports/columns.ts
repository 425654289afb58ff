import type { Entry, Fault, ImportedTarget } from '../../services/imports/source.ts';

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

/** How a cell goes into a target. */
export type Column = (cell: string, target: Draft, faults: Fault[]) => void;

/** A target while it is read. */
export type Draft = { -readonly [K in keyof ImportedTarget]: ImportedTarget[K] } & {
  attributes?: Entry[];
  metadata?: Entry[];
};

/** The column of that name; undefined where there is none. */
export function columnOf(name: string): Column | undefined {
  const field = TEXT_FIELDS.find((one) => one === name);
  if (field)
    return (cell, target) => {
      target[field] = cell;
    };
  if (name === 'requestAttributes') return readFlag;
  if (name === 'tags')
    return (cell, target) => {
      target.tags = splitTags(cell);
    };
  for (const [prefix, map] of Object.entries(MAP_FIELDS))
    if (name.startsWith(prefix)) return entryColumn(map, name.slice(prefix.length));
  return undefined;
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

/** Tags stand with `;` between them; `\;` is a semicolon in a name, and `\\` a backslash. */
function splitTags(cell: string): string[] {
  const names = cell.match(/(?:[^;\\]|\\.?)+/gs) ?? [];
  return names.map((name) => name.replace(/\\([;\\])/g, '$1')).filter((name) => name.trim());
}

/** @see splitTags */
export const joinTags = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[;\\]/g, '\\$&')).join(';');
