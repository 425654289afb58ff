import { and, type SQL, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import type { Database } from '../../database/connect.ts';
import type { FieldSet } from '../../filters/fields.ts';
import { askedFilter, requireSortable } from '../access/readable-fields.ts';
import type { Context } from './context.ts';
import { type Listing, type ListPart, list, type PageRequest, type SortField } from './page.ts';

/** What is deleted softly: left out of a list, in it, or all of it. */
export const DELETED_MODES = ['EXCLUDE_SOFT_DELETED', 'INCLUDE_SOFT_DELETED', 'ONLY_SOFT_DELETED'] as const;
export type SoftDeleted = (typeof DELETED_MODES)[number];

/** The value that `deleted` must have; undefined where any will do. */
export const wantedDeleted = (mode: SoftDeleted = 'EXCLUDE_SOFT_DELETED'): boolean | undefined =>
  mode === 'INCLUDE_SOFT_DELETED' ? undefined : mode === 'ONLY_SOFT_DELETED';

/** A request that names no order, ordered by this field. */
export const orderedBy = <F extends string>(
  request: PageRequest<F>,
  field: NoInfer<F>,
  direction: 'asc' | 'desc' = 'asc',
): PageRequest<F> => (request.orderBy?.length ? request : { ...request, orderBy: [{ field, direction }] });

/** Reads the rows of a list that match, and counts them. */
interface Source<T> {
  rows(where: SQL | undefined, part: ListPart): Promise<T[]>;
  count(where: SQL | undefined): Promise<number>;
}

/** What is listed: what the rows of a table can be filtered and ordered by, and which of them there are for the caller. */
interface Listed<T, F extends string> {
  fields: FieldSet;
  order: Record<F | 'id', SortField<T>>;
  scope: SQL | undefined;
}

/**
 * Lists the rows of a table that are in `scope` and match the request's filter, by id unless ordered otherwise.
 * @throws FORBIDDEN where it asks for, or is ordered by, what the caller may not read; the filter's errors, those of `list`
 */
export async function listMatching<T, F extends string>(
  context: Context,
  request: PageRequest<F | 'id'>,
  listed: Listed<T, F>,
  source: Source<T>,
): Promise<Listing<T>> {
  const listings = await listMatchingOfEach(context, request, listed, [source]);
  return listings[0]!;
}

/** Lists from several sources as `listMatching` does of one; a filter is long, and read once. */
export async function listMatchingOfEach<T, F extends string>(
  context: Context,
  request: PageRequest<F | 'id'>,
  { fields, order, scope }: Listed<T, F>,
  sources: readonly Source<T>[],
): Promise<Listing<T>[]> {
  requireSortable(context, request, order);
  const matching = and(scope, await askedFilter(context, fields, request.filter));
  return sources.map((source) =>
    list(request, order, 'id', {
      rows: (where, part) => source.rows(and(matching, where), part),
      count: () => source.count(matching),
    }),
  );
}

/**
 * What `listMatching` lists by a statement that can still be narrowed: its rows, and how many there are. The count goes
 * over the same joins, so that a filter may name whatever the rows are read from.
 */
export const sourceOf = <Q extends PgSelect, T = Q['_']['result'][number]>(
  database: Database,
  select: () => Q,
  view: (row: Q['_']['result'][number]) => T = (row) => row as T,
) => ({
  async rows(where: SQL | undefined, { orderBy, limit, offset }: ListPart): Promise<T[]> {
    const page = select()
      .where(where)
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset);
    return ((await page) as Q['_']['result']).map(view);
  },
  async count(where: SQL | undefined): Promise<number> {
    const [row] = await database.execute<{ total: string }>(
      sql`SELECT count(*) AS total FROM ${select().where(where)} AS listed`,
    );
    return Number(row!.total);
  },
});
