import { addLaterTargets } from './add-later-targets.ts';
import { type GroupRow, groupsOf } from './group.ts';
import { hasScheduledActions, lastStartedGroup, setGroupStatus, startGroupAfter } from './next-group.ts';
import { MOST_GROUPS } from './plan-groups.ts';
import { type GroupProgress, hasFailed, hasSucceeded, readGroupProgress } from './progress.ts';
import { startActions } from './start-actions.ts';
import { type HasMore, type RolloutStep, setRolloutStatus } from './step.ts';

/** A step of a running rollout: starts scheduled actions of running groups, and checks how far these groups are. */
export async function runGroups(step: RolloutStep): Promise<HasMore> {
  const groups = await groupsOf(step.tx, step.rollout);
  for (const group of running(groups))
    if (await hasScheduledActions(step.tx, group)) {
      await startActions(step, group);
      return true;
    }
  if (step.rollout.dynamic && (await addLaterTargets(step, groups))) return true;
  return updateGroups(step, groups);
}

const running = (groups: readonly GroupRow[]) => groups.filter(({ status }) => status === 'running');

async function updateGroups(step: RolloutStep, groups: readonly GroupRow[]): Promise<HasMore> {
  const progress = await readGroupProgress(step.tx, step.rollout);
  const before = JSON.stringify(groups.map(({ status }) => status));
  for (const group of running(groups)) {
    const its = progress.get(group.id)!;
    if (hasFailed(group, its)) {
      await setGroupStatus(step, group, 'error');
      await setRolloutStatus(step, isOver(groups) ? 'finished' : 'paused');
      return false;
    }
    if (hasSucceeded(group, its)) {
      if (group.successAction === 'PAUSE' && isNextScheduled(groups, group)) {
        await endIfDone(step, groups, group, its);
        await setRolloutStatus(step, 'paused');
        return false;
      }
      await startGroupAfter(step, groups, group);
    }
    await endIfDone(step, groups, group, its);
  }
  // A group that failed, or in which no target succeeded, doesn't start the next one itself.
  if (!running(groups).length) await startGroupAfter(step, groups, lastStartedGroup(groups));
  if (isOver(groups)) {
    await setRolloutStatus(step, 'finished');
    return false;
  }
  return JSON.stringify(groups.map(({ status }) => status)) !== before;
}

/** With nothing left to begin, a pause would hold up nothing: as in hawkBit, the rollout ends also if the last group failed. */
const isOver = (groups: readonly GroupRow[]) =>
  !groups.some(({ status }) => status === 'running' || status === 'scheduled');

/** Whether the group after this one is still to begin; those without targets have nothing to begin with. */
const isNextScheduled = (groups: readonly GroupRow[], group: GroupRow) =>
  groups.slice(groups.indexOf(group) + 1).find(({ dynamic, totalTargets }) => dynamic || totalTargets > 0)
    ?.status === 'scheduled';

/** A dynamic group waits for targets as long as it is the last. */
async function endIfDone(
  step: RolloutStep,
  groups: readonly GroupRow[],
  group: GroupRow,
  { left }: GroupProgress,
): Promise<void> {
  const mayGrow = group.dynamic && group === groups.at(-1) && groups.length < MOST_GROUPS;
  if (!left && !mayGrow) await setGroupStatus(step, group, 'finished');
}
