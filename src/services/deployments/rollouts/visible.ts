import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { rolloutTargets } from '../../../database/tables/rollouts.ts';
import { targets } from '../../../database/tables/targets.ts';
import { readingScope } from '../../fleet/targets/combined-scope.ts';
import { targetsWith } from '../../fleet/targets/keys.ts';
import { matchingTargets } from '../../fleet/targets/matching.ts';
import type { Context } from '../../shared/context.ts';

/**
 * The condition that the target of the id in `column` counts in the numbers which the caller is told of rollouts; undefined
 * where all do. Who may read rollouts and no target is told whole numbers, as in hawkBit: they name none.
 */
export async function countsForCaller(context: Context, column: SQLWrapper): Promise<SQL | undefined> {
  const scope = readingScope(context);
  if (!scope) return undefined;
  const { tenantId } = context.caller;
  const tenant = await context.tenants.byId(tenantId);
  const within = await matchingTargets(context.database, { tenant, now: context.clock() }, scope.filter);
  const chosen = and(eq(targets.tenantId, tenantId), within);
  return sql`${column} IN (SELECT ${targets.id} FROM ${targetsWith([chosen])} WHERE ${chosen})`;
}

/** How many targets of a rollout or group the caller may count; undefined if the stored number is right. */
export async function totalForCaller(context: Context, isOfIt: SQL): Promise<SQL<number> | undefined> {
  const counts = await countsForCaller(context, rolloutTargets.targetId);
  if (!counts) return undefined;
  const its = and(eq(rolloutTargets.tenantId, context.caller.tenantId), isOfIt, counts);
  // Nested in another `sql`: Drizzle would otherwise leave out the table's name before its columns.
  return sql`${sql`(SELECT count(*) FROM ${rolloutTargets} WHERE ${its})`}`.mapWith(Number) as SQL<number>;
}
