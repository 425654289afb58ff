import { and, count, eq, getTableColumns, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { enrollmentGroups, type PendingState, pendingTargets } from '../../../database/tables/enrollment.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import {
  joinedGroups,
  PENDING_TARGET_FIELDS,
  PENDING_TARGET_ORDER,
  type PendingTargetOrderField,
} from './fields.ts';
import type { PendingTarget } from './pending-target.ts';

const { tenantId: _, given: _given, credential: _credential, ...COLUMNS } = getTableColumns(pendingTargets);

/** A device that became a target in another way is not pending, even if its row is still there. */
export const isNoTarget = (tenantId: number) => sql`NOT EXISTS (SELECT 1 FROM ${targets}
  WHERE ${targets.tenantId} = ${tenantId} AND ${targets.controllerId} = ${pendingTargets.controllerId})`;

/**
 * Lists the pending targets in a state, by controllerId unless ordered otherwise. Needs READ_TARGET. With a scope the
 * list is empty, as a scope uses fields that only targets have.
 * @throws the filter's errors, and those of `list`.
 */
export async function listPendingTargets(
  context: Context,
  { state, ...request }: PageRequest<PendingTargetOrderField> & { state?: PendingState | null },
): Promise<Listing<PendingTarget>> {
  const { tenantId, permissions } = requirePermission(context, 'READ_TARGET');
  const matching = and(
    eq(pendingTargets.tenantId, tenantId),
    state == null ? undefined : eq(pendingTargets.state, state),
    isNoTarget(tenantId),
    permissions.get('READ_TARGET') === null ? undefined : sql`FALSE`,
    await askedFilter(context, PENDING_TARGET_FIELDS, request.filter),
  );
  // The state is part of what a cursor belongs to.
  return list(
    { ...request, filter: JSON.stringify([state, request.filter]) },
    PENDING_TARGET_ORDER,
    'controllerId',
    {
      rows: async (where, { orderBy, limit, offset }) =>
        context.database
          .select(COLUMNS)
          .from(pendingTargets)
          .innerJoin(enrollmentGroups, joinedGroups)
          .where(and(matching, where))
          .orderBy(...orderBy)
          .limit(limit)
          .offset(offset),
      async count() {
        const [row] = await context.database
          .select({ total: count() })
          .from(pendingTargets)
          .innerJoin(enrollmentGroups, joinedGroups)
          .where(matching);
        return row?.total ?? 0;
      },
    },
  );
}

/** For each id its pending target, in any state, or undefined where there is none. Needs READ_TARGET without a scope. */
export async function findPendingTargets(
  context: Context,
  ids: readonly number[],
): Promise<(PendingTarget | undefined)[]> {
  const { tenantId, permissions } = requirePermission(context, 'READ_TARGET');
  if (permissions.get('READ_TARGET') !== null) return ids.map(() => undefined);
  const rows = await context.database
    .select(COLUMNS)
    .from(pendingTargets)
    .where(and(eq(pendingTargets.tenantId, tenantId), isAmong(pendingTargets.id, ids), isNoTarget(tenantId)));
  return inOrderOf(ids, rows);
}
