import { type GroupRow, groupsOf } from './group.ts';
import { beginGroupAfter, hasScheduledActions, lastBegun, turnGroup } from './next-group.ts';
import { MOST_GROUPS } from './plan-groups.ts';
import { hasFailed, hasSucceeded, type Progress, progressOf } from './progress.ts';
import { startActions } from './start-actions.ts';
import { type More, type Step, turnRollout } from './step.ts';
import { takeInTargets } from './take-in-targets.ts';

/** A step of a running rollout: starts what is to begin, and looks how far its running groups are. */
export async function runGroups(step: Step): Promise<More> {
  const groups = await groupsOf(step.tx, step.rollout);
  for (const group of running(groups))
    if (await hasScheduledActions(step.tx, group)) {
      await startActions(step, group);
      return true;
    }
  if (step.rollout.dynamic && (await takeInTargets(step, groups))) return true;
  return judgeGroups(step, groups);
}

const running = (groups: readonly GroupRow[]) => groups.filter(({ status }) => status === 'running');

async function judgeGroups(step: Step, groups: readonly GroupRow[]): Promise<More> {
  const { tx, acting, changes, rollout } = step;
  const progress = await progressOf(tx, rollout);
  const before = JSON.stringify(groups.map(({ status }) => status));
  for (const group of running(groups)) {
    const its = progress.get(group.id)!;
    if (hasFailed(group, its)) {
      await turnGroup(tx, acting, changes, rollout, group, 'error');
      await turnRollout(step, 'paused');
      return false;
    }
    if (hasSucceeded(group, its)) {
      if (group.successAction === 'PAUSE' && isNextWaiting(groups, group)) {
        await endIfDone(step, groups, group, its);
        await turnRollout(step, 'paused');
        return false;
      }
      await beginGroupAfter(tx, acting, changes, rollout, groups, group);
    }
    await endIfDone(step, groups, group, its);
  }
  // One that failed, or none of whose targets succeeded, doesn't let the next begin by itself.
  if (!running(groups).length) await beginGroupAfter(tx, acting, changes, rollout, groups, lastBegun(groups));
  if (!groups.some(({ status }) => status === 'running' || status === 'scheduled')) {
    await turnRollout(step, 'finished');
    return false;
  }
  return JSON.stringify(groups.map(({ status }) => status)) !== before;
}

/** Whether the group after this one is still to begin; those without targets have nothing to begin with. */
const isNextWaiting = (groups: readonly GroupRow[], group: GroupRow) =>
  groups.slice(groups.indexOf(group) + 1).find(({ dynamic, totalTargets }) => dynamic || totalTargets > 0)
    ?.status === 'scheduled';

/** A dynamic group waits for targets as long as it is the last. */
async function endIfDone(
  { tx, acting, changes, rollout }: Step,
  groups: readonly GroupRow[],
  group: GroupRow,
  { left }: Progress,
): Promise<void> {
  const mayGrow = group.dynamic && group === groups.at(-1) && groups.length < MOST_GROUPS;
  if (!left && !mayGrow) await turnGroup(tx, acting, changes, rollout, group, 'finished');
}
