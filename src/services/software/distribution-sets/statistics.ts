import { and, count, eq, type SQLWrapper } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { type ActionStatus, actions } from '../../../database/tables/actions.ts';
import { autoAssignments } from '../../../database/tables/auto-assignments.ts';
import { type RolloutStatus, rollouts } from '../../../database/tables/rollouts.ts';
import { rowInScope } from '../../access/in-scope.ts';
import { requirePermission } from '../../access/permissions.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import type { Context } from '../../shared/context.ts';
import { findDistributionSet } from './find.ts';
import { setsAs } from './set.ts';

/** What is done with a distribution set. */
export interface SetStatistics {
  /** How many actions are in each status in which there are any. */
  actions: { status: ActionStatus; count: number }[];
  /** The same of rollouts. */
  rollouts: { status: RolloutStatus; count: number }[];
  autoAssignments: number;
}

/**
 * Counts the actions and rollouts of a set, deleted rollouts too. Counts only targets in the scope of READ_TARGET. Needs
 * READ_DISTRIBUTION_SET and READ_TARGET.
 * @throws DISTRIBUTION_SET_NOT_FOUND
 */
export async function findStatisticsOfSet(context: Context, setId: number): Promise<SetStatistics> {
  const { id } = await findDistributionSet(context, setId);
  const [statistics] = await findSetStatistics(context, [id], { withDeleted: true });
  return statistics!;
}

/** The same for many sets, in the order of their ids; zeros for a set that doesn't exist. Without deleted rollouts. */
export async function findSetStatistics(
  context: Context,
  setIds: readonly number[],
  { withDeleted = false } = {},
): Promise<SetStatistics[]> {
  const { tenantId } = requirePermission(context, 'READ_DISTRIBUTION_SET', 'READ_TARGET');
  const { database } = context;
  const isThere = withDeleted ? undefined : eq(rollouts.deleted, false);
  const inScope = async (column: SQLWrapper) =>
    and(isAmong(column, setIds), await rowInScope(context, setsAs('READ_DISTRIBUTION_SET'), column));
  const [counted, rolling, assigning] = await Promise.all([
    database
      .select({ setId: actions.setId, status: actions.status, count: count() })
      .from(actions)
      .where(
        and(
          eq(actions.tenantId, tenantId),
          await inScope(actions.setId),
          await targetInScope(context, 'READ_TARGET', actions.targetId),
        ),
      )
      .groupBy(actions.setId, actions.status)
      .orderBy(actions.status),
    database
      .select({ setId: rollouts.setId, status: rollouts.status, count: count() })
      .from(rollouts)
      .where(and(eq(rollouts.tenantId, tenantId), isThere, await inScope(rollouts.setId)))
      .groupBy(rollouts.setId, rollouts.status)
      .orderBy(rollouts.status),
    database
      .select({ setId: autoAssignments.setId, count: count() })
      .from(autoAssignments)
      .where(and(eq(autoAssignments.tenantId, tenantId), await inScope(autoAssignments.setId)))
      .groupBy(autoAssignments.setId),
  ]);
  const ofSet = <T extends { setId: number }>(rows: readonly T[], id: number) =>
    rows.filter((row) => row.setId === id);
  return setIds.map((id) => ({
    actions: ofSet(counted, id).map(({ status, count }) => ({ status, count })),
    rollouts: ofSet(rolling, id).map(({ status, count }) => ({ status, count })),
    autoAssignments: ofSet(assigning, id)[0]?.count ?? 0,
  }));
}
