import { and, eq, type SQL, sql } from 'drizzle-orm';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import type { Context } from '../../shared/context.ts';
import type { Key } from '../../shared/page.ts';
import type { Places } from '../../shared/places.ts';
import { isIndexed, nameOfOrder, names, targetsWith } from './keys.ts';
import type { Target } from './target.ts';

/** How many targets fulfil a condition, exactly: of a million that takes a tenth of a second, of no condition less. */
export async function countTargets(
  { database, caller }: Pick<Context, 'database' | 'caller'>,
  condition: SQL | undefined,
): Promise<number> {
  const matching = and(eq(targets.tenantId, caller.tenantId), condition);
  const [row] = await database.execute<{ total: string }>(
    sql`SELECT count(*) AS total FROM ${targetsWith([matching])} WHERE ${matching}`,
  );
  return Number(row?.total);
}

/** The same, remembered until something of the tenant changes. */
export function totalOf(context: Context, condition: SQL | undefined): Promise<number> {
  const { caller } = context;
  // Nobody announces that a device has polled.
  if (names(condition, targetPolls)) return countTargets(context, condition);
  // What the call reads from may be older than what was announced before the count is remembered.
  return context.totals.remembered(caller.tenantId, condition, async () =>
    countTargets({ caller, database: await context.reads() }, condition),
  );
}

/**
 * The same, and how many of them are among the ids that a SELECT gives, each once, but not among those that another gives,
 * which has only such: in one go through the targets.
 */
export async function countTargetsAmong(
  { database, caller }: Context,
  condition: SQL | undefined,
  { ids, but }: { ids: SQL; but?: SQL | undefined },
): Promise<{ total: number; same: number }> {
  const matching = and(eq(targets.tenantId, caller.tenantId), condition);
  const joined = (select: SQL, name: SQL) =>
    sql` LEFT JOIN (${select}) AS ${name}(id) ON ${name}.id = ${targets.id}`;
  const [row] = await database.execute<{ total: string; same: string }>(sql`
    SELECT count(*) AS total, count(among.id)${but ? sql` - count(but.id)` : sql``} AS same
    FROM ${targetsWith([matching])}${joined(ids, sql`among`)}${but ? joined(but, sql`but`) : sql``} WHERE ${matching}`);
  return { total: Number(row?.total), same: Number(row?.same) };
}

/** The remembered places of the list of those targets, in an order that an index has. */
export function placesOf(
  { totals, caller }: Context,
  condition: SQL | undefined,
  keys: readonly Key<Target>[],
): Places | undefined {
  if (names(condition, targetPolls) || !keys.every(isIndexed)) return undefined;
  return totals.places(caller.tenantId, condition, {
    name: nameOfOrder(keys),
    isFixed: keys.every(({ expression }) => expression !== targets.name),
  });
}
