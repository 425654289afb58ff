import { and, Column, is, SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgSelect, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../../database/connect.ts';
import { targetTagAssignments } from '../../database/tables/target-data.ts';
import { targetTypes } from '../../database/tables/target-types.ts';
import { targetAttributes, targetPolls, targets } from '../../database/tables/targets.ts';
import { type Key, orderOf } from '../page.ts';
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
 * PostgreSQL takes it that matches lie evenly in the order, and goes through the order where it counts on meeting
 * enough of them soon. Where all come last, that takes long: so it is to count on that many before it does.
 */
const WARY = 200;
/** Of a limit that it doesn't know before, PostgreSQL expects it to leave a tenth. */
const UNKNOWN_LIMIT = 10;

/** True, and no work for several processes: starting these takes longer than a page. */
const inOneProcess = sql`(current_schema() IS NULL) IS NOT NULL`;

/** The controllerIds of a page, as an array. */
export function keysOfPage(database: Database, { from, chosen, keys, limit, offset }: PageOfKeys): SQL {
  const expressions = keys.map(({ expression }) => expression);
  const columns = expressions.map(
    (expression, n) => [`key_${n}`, sql`${expression}`.as(`key_${n}`)] as const,
  );
  const candidates = joinNamed(
    database
      .select({ controllerId: targets.controllerId, ...Object.fromEntries(columns) })
      .from(targets)
      .$dynamic(),
    [from, chosen, ...expressions],
  )
    .where(and(from, chosen, inOneProcess))
    .orderBy(...keys.map(orderOf))
    .limit(offset + UNKNOWN_LIMIT * Math.max(limit, WARY));
  const order = keys.map((key, n) => orderOf({ ...key, expression: sql.identifier(`key_${n}`) }));
  return sql`ARRAY(SELECT controller_id FROM ${candidates} AS candidates ORDER BY ${sql.join(order, sql`, `)}
    LIMIT (SELECT ${limit}::int) OFFSET ${offset})`;
}

/** For each row of a page: among so many it is full if one in a hundred matches, or more. */
const START = 130;

/**
 * The same of the first targets of the order only, where that is worth a try: which of so many have an attribute or a
 * tag can be found at once, as a set. Otherwise each would have to be asked, which takes five times as long.
 */
export function keysAtStart({ from, chosen, keys, limit, offset }: PageOfKeys): SQL | undefined {
  const expressions = keys.map(({ expression }) => expression);
  const [first] = expressions;
  const named = (table: PgTable) => [chosen, ...expressions].some((part) => part && names(part, table));
  const isIndexed = first === targets.controllerId || first === targets.createdAt;
  if (offset || !isIndexed || named(targetPolls) || named(targetTypes)) return undefined;
  if (!named(targetAttributes) && !named(targetTagAssignments)) return undefined;

  const order = sql.join(keys.map(orderOf), sql`, `);
  return sql`ARRAY(SELECT controller_id
    FROM (SELECT * FROM ${targets} WHERE ${from} ORDER BY ${order} LIMIT ${START * limit}) AS ${targets}
    WHERE ${from} AND ${chosen} AND ${inOneProcess} ORDER BY ${order} LIMIT ${limit})`;
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
