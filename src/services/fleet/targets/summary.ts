import { and, count, eq, sql } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeConditionIn } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { filterMoments, isOverdue } from './fields.ts';
import { joinedPolls, joinedTypes } from './target.ts';

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
      overdue: where(isOverdue(filterMoments(tenant, now))),
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
