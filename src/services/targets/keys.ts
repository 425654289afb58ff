import { and, Column, is, SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgSelect, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../../database/connect.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../database/tables/targets.ts';
import { type Key, orderOf } from '../page.ts';
import { joinedPolls, joinedTypes, type Target } from './target.ts';

/**
 * PostgreSQL takes it that matches lie evenly in the order, and goes through the order where it counts on meeting
 * enough of them soon. Where all come last, that takes long: so it is to count on that many before it does.
 */
const WARY = 200;
/** Of a limit that it doesn't know before, PostgreSQL expects it to leave a tenth. */
const UNKNOWN_LIMIT = 10;

/** True, and no work for several processes: starting these takes longer than a page. */
const inOneProcess = sql`(current_schema() IS NULL) IS NOT NULL`;

/** The controllerIds of a page, as an array. */
export function keysOfPage(
  database: Database,
  chosen: SQL | undefined,
  keys: readonly Key<Target>[],
  limit: number,
  offset: number,
): SQL {
  const expressions = keys.map(({ expression }) => expression);
  const names = keys.map((_, index) => sql.identifier(`key_${index}`));
  const columns = Object.fromEntries(
    expressions.map((expression, index) => [`key_${index}`, sql`${expression}`.as(`key_${index}`)]),
  );
  const few = joinNamed(
    database
      .select({ controllerId: targets.controllerId, ...columns })
      .from(targets)
      .$dynamic(),
    [chosen, ...expressions],
  )
    .where(and(chosen, inOneProcess))
    .orderBy(...keys.map(orderOf))
    .limit(offset + UNKNOWN_LIMIT * Math.max(limit, WARY));
  const order = keys.map(({ descending }, index) => orderOf({ expression: names[index]!, descending }));
  return sql`ARRAY(SELECT controller_id FROM ${few} AS few ORDER BY ${sql.join(order, sql`, `)}
    LIMIT (SELECT ${limit}::int) OFFSET ${offset})`;
}

/**
 * Joins a selection of targets with what the parts of the statement name, and with no more: an index alone answers only
 * where nothing is joined.
 */
export function joinNamed<T extends PgSelect>(selection: T, parts: readonly (SQLWrapper | undefined)[]): T {
  const named = (table: PgTable) => parts.some((part) => part && names(part, table));
  if (named(targetPolls)) selection.leftJoin(targetPolls, joinedPolls);
  if (named(targetTypes)) selection.leftJoin(targetTypes, joinedTypes);
  return selection;
}

function names(part: unknown, table: PgTable): boolean {
  if (is(part, Column)) return part.table === table;
  return is(part, SQL) && part.queryChunks.some((chunk) => names(chunk, table));
}
