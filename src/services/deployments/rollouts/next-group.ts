import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { type GroupRow, writeGroup } from './group.ts';
import type { RolloutStep } from './step.ts';

/**
 * Starts the group after `last` if it is still scheduled, and finishes groups on the way that have nothing to do. The
 * periodic job then starts the actions of the group.
 */
export async function startGroupAfter(
  step: RolloutStep,
  groups: readonly GroupRow[],
  last: GroupRow | undefined,
): Promise<void> {
  for (const group of groups.slice(last ? groups.indexOf(last) + 1 : 0)) {
    if (group.status !== 'scheduled') return;
    const hasWork = group.dynamic || (await hasScheduledActions(step.tx, group));
    await setGroupStatus(step, group, hasWork ? 'running' : 'finished');
    if (hasWork) return;
  }
}

/** The last group that was started. */
export const lastStartedGroup = (groups: readonly GroupRow[]): GroupRow | undefined =>
  groups.findLast(({ status }) => status === 'running' || status === 'finished' || status === 'error');

/** Changes the status of a group, says since when, and records it. */
export async function setGroupStatus(
  { tx, context, changes, rollout }: RolloutStep,
  group: GroupRow,
  status: 'running' | 'finished' | 'error',
): Promise<void> {
  const now = context.clock();
  const values = {
    status,
    scheduledTo: 0,
    ...(status === 'running' ? { startedAt: now } : { finishedAt: now }),
  };
  Object.assign(group, values);
  await writeGroup(tx, context, group, values);
  changes.rollouts([rollout.id]);
  changes.record({
    type: `rollout-group.${status}`,
    subjects: [rollout.name],
    changes: { group: { new: group.name } },
  });
}

/** In the order of an index: otherwise PostgreSQL may go through all actions, as it expects to meet a scheduled one soon. */
export async function hasScheduledActions(tx: Transaction, { tenantId, id }: GroupRow): Promise<boolean> {
  const [row] = await tx
    .select({ id: actions.id })
    .from(actions)
    .where(
      and(eq(actions.tenantId, tenantId), eq(actions.rolloutGroupId, id), eq(actions.status, 'scheduled')),
    )
    .orderBy(actions.targetId)
    .limit(1);
  return row !== undefined;
}
