import { and, eq, type SQL, sql } from 'drizzle-orm';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import type { Context } from '../../shared/context.ts';
import { names, targetsWith } from './keys.ts';

/** How many targets fulfil a condition, exactly: of a million that takes a tenth of a second, of no condition less. */
export async function countTargets(
  { database, caller }: Context,
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
  const count = () => countTargets(context, condition);
  // Nobody announces that a device has polled.
  if (names(condition, targetPolls)) return count();
  return context.totals.remembered(context.caller.tenantId, condition, count);
}

/** The same, and how many of them are among the ids that a SELECT gives, each once: in one go through the targets. */
export async function countTargetsAmong(
  { database, caller }: Context,
  condition: SQL | undefined,
  ids: SQL,
): Promise<{ total: number; same: number }> {
  const matching = and(eq(targets.tenantId, caller.tenantId), condition);
  const [row] = await database.execute<{ total: string; same: string }>(sql`
    SELECT count(*) AS total, count(among.id) AS same
    FROM ${targetsWith([matching])} LEFT JOIN (${ids}) AS among(id) ON among.id = ${targets.id} WHERE ${matching}`);
  return { total: Number(row?.total), same: Number(row?.same) };
}
