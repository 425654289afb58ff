import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { arrayOf } from '../../database/bulk.ts';

/**
 * What each of many parents has, read for all of them as soon as it is asked for one: so a page of parents costs no more
 * statements than one. All must be asked for the same.
 */
export function readTogether<A extends unknown[], T>(
  read: (...asked: A) => Promise<Map<number, T>>,
  none: T,
): (parentId: number) => (...asked: A) => Promise<T> {
  let found: Promise<Map<number, T>> | undefined;
  return (parentId) =>
    async (...asked) => {
      found ??= read(...asked);
      return (await found).get(parentId) ?? none;
    };
}

/** The ids in a page of each of the parents: of what `page` selects, which names its parent by `isOfParent`. */
export const idsOfEach = (parentIds: readonly number[], page: SQLWrapper): SQL =>
  sql`SELECT mine.id FROM unnest(${arrayOf(parentIds)}::bigint[]) AS parent(id) CROSS JOIN LATERAL ${page} AS mine`;

export const isOfParent = (column: SQLWrapper): SQL => sql`${column} = parent.id`;

/** Rows by their parents, in the order in which they came. */
export function byParent<T>(rows: readonly T[], parentOf: (row: T) => number): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const row of rows) {
    const parentId = parentOf(row);
    const siblings = found.get(parentId);
    if (siblings) siblings.push(row);
    else found.set(parentId, [row]);
  }
  return found;
}
