import { and, count, eq, type SQL, sql } from 'drizzle-orm';
import { pendingTargets } from '../../../database/tables/enrollment.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import { type CredentialKind, targetPolls, targets } from '../../../database/tables/targets.ts';
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
  /** What devices sign in with. */
  targetTokens: number;
  derivedTokens: number;
  gatewayTokens: number;
  groupTokens: number;
  certificates: number;
  proxyCertificates: number;
  /** Whose credential expires within 30 days, or has expired. */
  credentialsExpiring: number;
  credentialsExpired: number;
  /** Pending targets that nobody has approved or rejected. */
  waitingForApproval: number;
}

const DAY_MS = 86_400_000;
const EXPIRING_MS = 30 * DAY_MS;

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
  const credential = (kind: CredentialKind) => where(sql`${targetPolls.credential} = ${kind}`);
  const expiresAt = targetPolls.credentialExpiresAt;
  const instant = (later: number) => sql`${new Date(now.getTime() + later).toISOString()}::timestamptz`;
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
      neverSeen: where(sql`${targetPolls.lastRequestAt} IS NULL AND ${targets.movedAt} IS NULL`),
      waitingForApproval:
        filter == null && permissions.get('READ_TARGET') === null
          ? waitingForApproval(tenantId).mapWith(Number)
          : sql<number>`0`.mapWith(Number),
      targetTokens: credential('target_token'),
      derivedTokens: credential('derived_token'),
      gatewayTokens: credential('gateway_token'),
      groupTokens: credential('group_token'),
      certificates: credential('certificate'),
      proxyCertificates: credential('proxy_certificate'),
      credentialsExpiring: where(
        sql`${expiresAt} >= ${instant(0)} AND ${expiresAt} < ${instant(EXPIRING_MS)}`,
      ),
      credentialsExpired: where(sql`${expiresAt} < ${instant(0)}`),
      registeredLastDay: where(sql`${targets.createdAt} >= ${instant(-DAY_MS)}`),
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

/**
 * How many pending targets wait, but for those that are targets by now: these are counted on their own, as PostgreSQL
 * expects all to be among them, and would go through all one by one.
 */
function waitingForApproval(tenantId: number): SQL<number> {
  const waiting = and(eq(pendingTargets.tenantId, tenantId), eq(pendingTargets.state, 'pending'));
  return sql`(
    (SELECT count(*) FROM ${pendingTargets} WHERE ${waiting})
    - (SELECT count(*) FROM ${pendingTargets} JOIN targets AS known
        ON known.tenant_id = ${tenantId} AND known.controller_id = ${pendingTargets.controllerId} WHERE ${waiting}))`;
}
