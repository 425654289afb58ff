import { type CopyText, openCopyText } from '../../../database/copy.ts';
import type { ImportLayout, ImportPreviewRow } from '../../../database/tables/imports.ts';
import type { Secrets } from '../../shared/secrets.ts';
import { defaultName, generateToken } from '../targets/input.ts';
import { type CheckedTarget, isRefused, type RefusedRow } from './check.ts';
import type { Position } from './source.ts';

/** What rows can bring beside the target itself: most files have little of it. */
export type Kind = 'type' | 'group' | 'address' | 'attribute' | 'metadata' | 'tag';

/** Rows that are committed together, and where the file stands after them. */
export interface Chunk {
  /** The good rows, numbered from 0, and what each has many of: ready to be sent. */
  rows: CopyText<(typeof ROW_COLUMNS)[number]>;
  values: CopyText<(typeof VALUE_COLUMNS)[number]>;
  /** The line of each of them, and its text as it is in the file. */
  lines: number[];
  texts: (string | undefined)[];
  kinds: Set<Kind>;
  /** The most that one row has of them. */
  longest: { attribute: number; metadata: number };
  refused: RefusedRow[];
  /** The first rows of the file, if they are among these. */
  preview: ImportPreviewRow[];
  layout: ImportLayout | undefined;
  end: Position;
}

const ROW_COLUMNS = [
  'n',
  'controller_id',
  'name',
  'new_name',
  'description',
  'group',
  'target_type',
  'security_token',
  'new_token',
  'request_attributes',
  'address',
] as const;
const VALUE_COLUMNS = ['n', 'kind', 'key', 'value'] as const;
/** How `import_values` tells kinds apart: by one byte. */
export const LETTERS = { attribute: 'a', metadata: 'm', tag: 't' } as const;

export const openChunk = (end: Position): Chunk => ({
  rows: openCopyText(ROW_COLUMNS),
  values: openCopyText(VALUE_COLUMNS),
  lines: [],
  texts: [],
  kinds: new Set(),
  longest: { attribute: 0, metadata: 0 },
  refused: [],
  preview: [],
  layout: undefined,
  end,
});

export function addRow(
  chunk: Chunk,
  secrets: Pick<Secrets, 'sealToken'>,
  row: CheckedTarget | RefusedRow,
  text?: string,
): void {
  if (isRefused(row)) return void chunk.refused.push(row);
  const { rows, values, lines, kinds } = chunk;
  const n = lines.push(row.line) - 1;
  chunk.texts.push(text);
  // An existing target keeps its name and its token unless one is given.
  const newName = row.name === null ? defaultName(row.controllerId) : null;
  const newToken = row.securityToken === null ? secrets.sealToken(generateToken()) : null;
  rows.add({
    n,
    controller_id: row.controllerId,
    name: row.name,
    new_name: newName === row.controllerId ? null : newName,
    description: row.description,
    group: row.group,
    target_type: row.targetType,
    security_token: row.securityToken === null ? null : secrets.sealToken(row.securityToken),
    new_token: newToken,
    request_attributes: row.requestAttributes,
    address: row.address,
  });
  if (row.targetType !== null) kinds.add('type');
  if (row.group) kinds.add('group');
  if (row.address !== null) kinds.add('address');
  for (const [key, value] of row.attributes) values.add({ n, kind: LETTERS.attribute, key, value });
  for (const [key, value] of row.metadata) values.add({ n, kind: LETTERS.metadata, key, value });
  for (const name of row.tags) values.add({ n, kind: LETTERS.tag, key: name, value: null });
  chunk.longest.attribute = Math.max(chunk.longest.attribute, row.attributes.length);
  chunk.longest.metadata = Math.max(chunk.longest.metadata, row.metadata.length);
  if (row.attributes.length) kinds.add('attribute');
  if (row.metadata.length) kinds.add('metadata');
  if (row.tags.length) kinds.add('tag');
}
