import { waitForLocks } from '../../../database/patience.ts';
import { change } from '../../shared/change.ts';
import { asServer, type Platform } from '../../shared/context.ts';
import { fillGroups } from './fill.ts';
import { lockRollout } from './rollout.ts';
import { runGroups } from './run-groups.ts';
import { scheduleGroups } from './schedule.ts';
import { type HasMore, type RolloutStep, setRolloutStatus } from './step.ts';
import { deleteGroups, stopGroups } from './stop-groups.ts';

export interface RolloutKey {
  tenantId: number;
  id: number;
}

/** The longest that a step waits for what others have locked, so that it doesn't hold up other rollouts. */
const PATIENCE = '5s';

/**
 * Brings a rollout one step further, in one transaction of a bounded size: whatever was committed before a crash, the
 * next step goes on from there. @throws ROLLOUT_NOT_FOUND
 */
export async function advanceRollout(platform: Platform, { tenantId, id }: RolloutKey): Promise<HasMore> {
  const context = asServer(platform, tenantId);
  return change(context, async (tx, changes) => {
    await waitForLocks(tx, PATIENCE);
    const rollout = await lockRollout(tx, context, id);
    return stepOf({ tx, context, changes, rollout });
  });
}

async function stepOf(step: RolloutStep): Promise<HasMore> {
  const { context, rollout } = step;
  switch (rollout.status) {
    case 'creating':
      return fillGroups(step);
    case 'ready':
      if (!rollout.startAt || rollout.startAt > context.clock()) return false;
      await setRolloutStatus(step, 'starting');
      return true;
    case 'starting':
      return scheduleGroups(step);
    case 'running':
      return runGroups(step);
    case 'stopping':
      return stopGroups(step);
    case 'deleting':
      return deleteGroups(step);
    default:
      return false;
  }
}
