import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';
import { type CopyValue, copyRows } from '../../database/copy.ts';
import { generateToken } from '../targets/input.ts';
import type { CheckedTarget } from './check.ts';

/** A checked target whose type is known. */
export interface StagedTarget extends CheckedTarget {
  targetTypeId: number | null;
}

const ROW_COLUMNS = [
  'n',
  'controller_id',
  'name',
  'description',
  'group',
  'target_type_id',
  'security_token',
  'new_token',
  'request_attributes',
  'address',
];

/**
 * Puts rows where one statement can take them all: `import_rows` numbered as in the list, `import_values` with what
 * each has many of, and `import_ids`, still empty, for the targets they become. All are gone with the transaction.
 */
export async function stageRows(tx: Transaction, rows: readonly StagedTarget[]): Promise<void> {
  await tx.execute(sql`
    CREATE TEMPORARY TABLE import_rows (
      n integer, controller_id text COLLATE "C", name text, description text, "group" text, target_type_id bigint,
      security_token text, new_token text, request_attributes boolean, address text
    ) ON COMMIT DROP`);
  await tx.execute(
    sql`CREATE TEMPORARY TABLE import_values (n integer, kind "char", key text, value text) ON COMMIT DROP`,
  );
  await tx.execute(
    sql`CREATE TEMPORARY TABLE import_ids (n integer, id bigint, is_new boolean) ON COMMIT DROP`,
  );
  await copyRows(tx, 'import_rows', ROW_COLUMNS, targetLines(rows));
  if (rows.some(hasValues))
    await copyRows(tx, 'import_values', ['n', 'kind', 'key', 'value'], valueLines(rows));
}

export type Kind = 'address' | 'attribute' | 'metadata' | 'tag';
/** As `import_values` has it: one byte. */
export const LETTERS: Record<Exclude<Kind, 'address'>, string> = { attribute: 'a', metadata: 'm', tag: 't' };

/** What beside the target itself is to be written: most files have little. */
export function kindsOf(rows: readonly StagedTarget[]): Set<Kind> {
  const kinds = new Set<Kind>();
  if (rows.some(({ address }) => address !== null)) kinds.add('address');
  if (rows.some(({ attributes }) => attributes.length)) kinds.add('attribute');
  if (rows.some(({ metadata }) => metadata.length)) kinds.add('metadata');
  if (rows.some(({ tags }) => tags.length)) kinds.add('tag');
  return kinds;
}

const hasValues = ({ attributes, metadata, tags }: StagedTarget) =>
  attributes.length + metadata.length + tags.length > 0;

function* targetLines(rows: readonly StagedTarget[]): Generator<CopyValue[]> {
  for (const [n, row] of rows.entries())
    yield [
      n,
      row.controllerId,
      row.name,
      row.description,
      row.group,
      row.targetTypeId,
      row.securityToken,
      // An existing target keeps its token unless one is given.
      row.securityToken === null ? generateToken() : null,
      row.requestAttributes,
      row.address,
    ];
}

function* valueLines(rows: readonly StagedTarget[]): Generator<CopyValue[]> {
  for (const [n, { attributes, metadata, tags }] of rows.entries()) {
    for (const [key, value] of attributes) yield [n, LETTERS.attribute, key, value];
    for (const [key, value] of metadata) yield [n, LETTERS.metadata, key, value];
    for (const name of tags) yield [n, LETTERS.tag, name, null];
  }
}
