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

/** True, and no work for several processes: starting these takes longer than a page. */
const inOneProcess = sql`(current_schema() IS NULL) IS NOT NULL`;

/** The controllerIds of a page, as an array. */
export function keysOfPage(database: Database, page: PageOfKeys): SQL {
  const found = search(database, page);
  if (!page.chosen || !isWorthAStart(page, page.chosen)) return sql`ARRAY(${found})`;
  return sql`ARRAY(
    WITH start AS MATERIALIZED (${searchStart(page, page.chosen)}), found AS (SELECT count(*) AS count FROM start)
    SELECT controller_id FROM start WHERE (SELECT count FROM found) = ${page.limit}
    UNION ALL
    SELECT controller_id FROM (${found}) AS all_of_them WHERE (SELECT count FROM found) < ${page.limit})`;
}

/**
 * PostgreSQL takes it that matches lie evenly in the order, and goes through the order where it counts on meeting
 * enough of them soon. Where all come last, that takes long: so it is to count on that many before it does.
 */
const WARY = 200;
/** Of a limit that it doesn't know before, PostgreSQL expects it to leave a tenth. */
const UNKNOWN_LIMIT = 10;

function search(database: Database, { from, chosen, keys, limit, offset }: PageOfKeys): SQL {
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
  return sql`SELECT controller_id FROM ${candidates} AS candidates ORDER BY ${sql.join(order, sql`, `)}
    LIMIT (SELECT ${limit}::int) OFFSET ${offset}`;
}

/** For each row of a page: with these it is full if one in a hundred matches, or more. */
const START = 160;

/**
 * Searches the first targets of the order. Which of so many have an attribute or a tag can be found at once, as a set;
 * in a search through all of them each would have to be asked, which takes five times as long.
 */
function searchStart({ from, keys, limit }: PageOfKeys, chosen: SQL): SQL {
  const order = sql.join(keys.map(orderOf), sql`, `);
  return sql`SELECT controller_id
    FROM (SELECT * FROM ${targets} WHERE ${from} ORDER BY ${order} LIMIT ${START * limit}) AS ${targets}
    WHERE ${from} AND ${chosen} ORDER BY ${order} LIMIT ${limit}`;
}

/** Where each target has to be asked for what other tables have of it, and an index has the order. */
function isWorthAStart({ keys, offset }: PageOfKeys, chosen: SQL): boolean {
  const expressions = keys.map(({ expression }) => expression);
  const named = (table: PgTable) => [chosen, ...expressions].some((part) => names(part, table));
  const [first] = expressions;
  return (
    offset === 0 &&
    (first === targets.controllerId || first === targets.createdAt) &&
    (named(targetAttributes) || named(targetTagAssignments)) &&
    !(named(targetPolls) || named(targetTypes))
  );
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
