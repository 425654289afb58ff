import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import type { Changes } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { type GroupRow, writeGroup } from './group.ts';
import type { LockedRollout } from './rollout.ts';

/**
 * Lets the group after another begin, if it is still to; groups with nothing to do are passed over. Its actions are for
 * the periodic job to start.
 */
export async function startGroupAfter(
  tx: Transaction,
  context: ActorContext,
  changes: Changes,
  rollout: LockedRollout,
  groups: readonly GroupRow[],
  last: GroupRow | undefined,
): Promise<void> {
  for (const group of groups.slice(last ? groups.indexOf(last) + 1 : 0)) {
    if (group.status !== 'scheduled') return;
    const hasWork = group.dynamic || (await hasScheduledActions(tx, group));
    await setGroupStatus(tx, context, changes, rollout, group, hasWork ? 'running' : 'finished');
    if (hasWork) return;
  }
}

/** The last group that has begun. */
export const lastStartedGroup = (groups: readonly GroupRow[]): GroupRow | undefined =>
  groups.findLast(({ status }) => status === 'running' || status === 'finished' || status === 'error');

/** Puts a group into another state, and says so. */
export async function setGroupStatus(
  tx: Transaction,
  context: ActorContext,
  changes: Changes,
  rollout: LockedRollout,
  group: GroupRow,
  status: 'running' | 'finished' | 'error',
): Promise<void> {
  group.status = status;
  await writeGroup(tx, context, group, { status });
  changes.rollouts([rollout.id]);
  changes.record({
    type: `rollout-group.${status}`,
    subjects: [rollout.name],
    changes: { group: { new: group.name } },
  });
}

export async function hasScheduledActions(tx: Transaction, { tenantId, id }: GroupRow): Promise<boolean> {
  const [row] = await tx
    .select({ id: actions.id })
    .from(actions)
    .where(
      and(eq(actions.tenantId, tenantId), eq(actions.rolloutGroupId, id), eq(actions.status, 'scheduled')),
    )
    .limit(1);
  return row !== undefined;
}
