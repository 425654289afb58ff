import { and, Column, is, SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { targetTagAssignments } from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetAttributes, targetPolls, targets } from '../../../database/tables/targets.ts';
import { type Key, orderOf } from '../../shared/page.ts';
import { joinedPolls, joinedTypes, type Target } from './target.ts';

export interface PageOfKeys {
  /** The targets that the order goes through, from where the page begins. */
  from: SQL;
  /** Which of them are listed. */
  chosen: SQL | undefined;
  keys: readonly Key<Target>[];
  limit: number;
  offset: number;
}

/**
 * PostgreSQL assumes that matches are spread evenly over the order. If it expects to meet enough of them soon, it walks
 * through the order, which takes long if all matches come last. So it is made to expect that it needs this many.
 */
const WARY = 200;
/** If PostgreSQL doesn't know a limit in advance, it expects to return a tenth of the rows. */
const UNKNOWN_LIMIT = 10;

/** True, and no work for several processes: starting these takes longer than a page. */
const inOneProcess = sql`(current_schema() IS NULL) IS NOT NULL`;

/** How many are read of a page and how many passed over, and how many PostgreSQL shall expect to need. */
export const windowOf = ({ limit, offset }: Pick<PageOfKeys, 'limit' | 'offset'>) => ({
  limit,
  offset,
  candidates: offset + UNKNOWN_LIMIT * Math.max(limit, WARY),
});
type Window = Record<keyof ReturnType<typeof windowOf>, unknown>;

/** The controllerIds of a page, as an array. */
export function keysOfPage(
  { from, chosen, keys }: Pick<PageOfKeys, 'from' | 'chosen' | 'keys'>,
  { limit, offset, candidates }: Window,
): SQL {
  const expressions = keys.map(({ expression }) => expression);
  const columns = expressions.map((expression, n) => sql`${expression} AS ${sql.identifier(`key_${n}`)}`);
  const order = keys.map((key, n) => orderOf({ ...key, expression: sql.identifier(`key_${n}`) }));
  return sql`ARRAY(SELECT controller_id
    FROM (
      SELECT ${list([targets.controllerId, ...columns])} FROM ${targetsWith([from, chosen, ...expressions])}
      WHERE ${and(from, chosen, inOneProcess)} ORDER BY ${list(keys.map(orderOf))}
      LIMIT ${candidates}
    ) AS candidates
    ORDER BY ${list(order)} LIMIT (SELECT ${limit}::int) OFFSET ${offset})`;
}

/** How many rows are looked at for each row of a page: the page is full if at least one in a hundred matches. */
const START = 130;

/**
 * The same of the first targets of the order only, where that is worth a try: which of so many have an attribute or a
 * tag can be found at once, as a set. Otherwise each would have to be asked, which takes five times as long.
 */
export function keysAtStart({ from, chosen, keys, limit, offset }: PageOfKeys): SQL | undefined {
  const expressions = keys.map(({ expression }) => expression);
  const named = (table: PgTable) => [chosen, ...expressions].some((part) => part && names(part, table));
  if (offset || !isIndexed(keys[0]!) || named(targetPolls) || named(targetTypes)) return undefined;
  if (!named(targetAttributes) && !named(targetTagAssignments)) return undefined;

  const order = list(keys.map(orderOf));
  return sql`ARRAY(SELECT controller_id
    FROM (SELECT * FROM ${targets} WHERE ${from} ORDER BY ${order} LIMIT ${START * limit}) AS ${targets}
    WHERE ${and(from, chosen, inOneProcess)} ORDER BY ${order} LIMIT ${limit})`;
}

/** What an order is remembered by. */
export const nameOfOrder = (keys: readonly Key<Target>[]): string =>
  keys.map(({ field, descending }) => `${field} ${descending ? 'desc' : 'asc'}`).join();

/** Whether an index has the targets in the order of this key. */
export const isIndexed = ({ expression }: Key<Target>): boolean =>
  expression === targets.controllerId || expression === targets.createdAt || expression === targets.name;

/**
 * What follows FROM: the targets, joined with what the parts of the statement name, and with no more. An index alone
 * answers only where nothing is joined.
 */
export function targetsWith(parts: readonly (SQLWrapper | undefined)[]): SQL {
  const named = (table: PgTable) => parts.some((part) => part && names(part, table));
  const polls = named(targetPolls) ? sql` LEFT JOIN ${targetPolls} ON ${joinedPolls}` : sql``;
  const types = named(targetTypes) ? sql` LEFT JOIN ${targetTypes} ON ${joinedTypes}` : sql``;
  return sql`${targets}${polls}${types}`;
}

const list = (items: SQLWrapper[]) => sql.join(items, sql`, `);

/** Whether a part of a statement names a column of a table, outside of its subqueries' own names. */
export function names(part: unknown, table: PgTable): boolean {
  if (is(part, Column)) return part.table === table;
  return is(part, SQL) && part.queryChunks.some((chunk) => names(chunk, table));
}
