import { and, count, eq, sql } from 'drizzle-orm';
import { pendingTargets } from '../../../database/tables/enrollment.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { targetPolls, targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeConditionIn } from '../../access/scopes.ts';
import type { Context } from '../../shared/context.ts';
import { filterMoments, isOverdue } from './fields.ts';
import { askedTargets } from './matching.ts';
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
  /** Pending targets that nobody has approved or rejected. */
  waitingForApproval: number;
}

const DAY_MS = 86_400_000;

/**
 * Counts the targets the caller may read, and of them those that match a filter, by what operators look at first, in one
 * pass. Pending targets match no filter and are in no scope, so that none are counted then. Needs READ_TARGET.
 * @throws the filter's errors
 */
export async function summarizeFleet(context: Context, filter?: string | null): Promise<FleetSummary> {
  const { tenantId, permissions } = requirePermission(context, 'READ_TARGET');
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
      waitingForApproval:
        filter == null && permissions.get('READ_TARGET') === null
          ? sql<number>`(
              SELECT count(*) FROM ${pendingTargets}
              WHERE ${pendingTargets.tenantId} = ${tenantId} AND ${pendingTargets.state} = 'pending' AND NOT EXISTS (
                SELECT 1 FROM targets AS known WHERE known.tenant_id = ${tenantId}
                  AND known.controller_id = ${pendingTargets.controllerId}))`.mapWith(Number)
          : sql<number>`0`.mapWith(Number),
      registeredLastDay: where(
        sql`${targets.createdAt} >= ${new Date(now.getTime() - DAY_MS).toISOString()}::timestamptz`,
      ),
    })
    .from(targets)
    .leftJoin(targetPolls, joinedPolls)
    .leftJoin(targetTypes, joinedTypes)
    .where(
      and(
        eq(targets.tenantId, tenantId),
        scopeConditionIn(context, tenant, 'READ_TARGET'),
        await askedTargets(context.database, context, filter),
      ),
    );
  return row!;
}
