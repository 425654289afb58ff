import { and, count, eq, sql } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeConditionIn } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { joinedPolls, joinedTypes } from './target.ts';
import { pollOverride } from './view.ts';

export interface FleetSummary {
  total: number;
  unknown: number;
  registered: number;
  pending: number;
  inSync: number;
  error: number;
  /** Polled once, but not within the polling interval and the overdue time. */
  overdue: number;
  neverSeen: number;
  registeredLastDay: number;
}

const DAY_MS = 86_400_000;

/** Counts the targets the caller may read by what operators look at first, in one pass. Needs READ_TARGET. */
export async function summarizeFleet(context: Context): Promise<FleetSummary> {
  const { tenantId } = requirePermission(context, 'READ_TARGET');
  const tenant = await context.tenants.byId(tenantId);
  const now = context.clock();
  const where = (condition: ReturnType<typeof sql>) =>
    sql<number>`count(*) FILTER (WHERE ${condition})`.mapWith(Number);
  const status = (name: string) => where(sql`${targets.updateStatus} = ${name}`);

  const [row] = await context.database
    .select({
      total: count(),
      unknown: status('unknown'),
      registered: status('registered'),
      pending: status('pending'),
      inSync: status('in_sync'),
      error: status('error'),
      overdue: where(sql`${targetPolls.lastRequestAt} < ${overdueBefore(tenant, now)}`),
      neverSeen: where(sql`${targetPolls.lastRequestAt} IS NULL`),
      registeredLastDay: where(
        sql`${targets.createdAt} >= ${new Date(now.getTime() - DAY_MS).toISOString()}::timestamptz`,
      ),
    })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(and(eq(targets.tenantId, tenantId), scopeConditionIn(context, tenant, 'READ_TARGET')));
  return row!;
}

/** The time before which a target's last poll makes it overdue; it differs where an override rules the target. */
function overdueBefore(tenant: Parameters<typeof pollOverride>[0], now: Date) {
  const { polling, overdueSeconds } = tenant.settings;
  const before = (seconds: number) =>
    sql`${new Date(now.getTime() - (seconds + overdueSeconds) * 1000).toISOString()}::timestamptz`;
  if (!polling.overrides.length) return before(polling.seconds);
  const cases = polling.overrides.map(
    ({ seconds }, index) => sql`WHEN ${index}::int THEN ${before(seconds)}`,
  );
  return sql`CASE ${pollOverride(tenant, now)} ${sql.join(cases, sql` `)} ELSE ${before(polling.seconds)} END`;
}
