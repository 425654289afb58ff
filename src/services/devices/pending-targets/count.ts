import { and, eq, sql } from 'drizzle-orm';
import { pendingTargets } from '../../../database/tables/enrollment.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { isNoTarget } from './list.ts';

/** How many devices need an approval, or were rejected. */
export interface PendingTargetCounts {
  pending: number;
  rejected: number;
  /** Other when other devices are, even if they are as many. */
  digest: string;
}

/** Counts the pending targets. Needs READ_TARGET; with a scope there are none. */
export async function countPendingTargets(context: Context): Promise<PendingTargetCounts> {
  const { tenantId, permissions } = requirePermission(context, 'READ_TARGET');
  if (permissions.get('READ_TARGET') !== null) return { pending: 0, rejected: 0, digest: '' };
  const { id, state } = pendingTargets;
  const inState = (wanted: string) => sql`FILTER (WHERE ${state} = ${wanted})`;
  const [row] = await context.database
    .select({
      pending: sql`count(*) ${inState('pending')}`.mapWith(Number),
      rejected: sql`count(*) ${inState('rejected')}`.mapWith(Number),
      digest: sql<string>`concat_ws(' ', sum(${id}) ${inState('pending')}, sum(${id}) ${inState('rejected')})`,
    })
    .from(pendingTargets)
    .where(and(eq(pendingTargets.tenantId, tenantId), isNoTarget(tenantId)));
  return row!;
}
