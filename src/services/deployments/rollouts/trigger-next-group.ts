import { rolloutIllegalState } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { groupsOf } from './group.ts';
import { lockRolloutToHandle } from './handle.ts';
import { lastStartedGroup, startGroupAfter } from './next-group.ts';
import { type Rollout, requireStatus, rereadRollout } from './rollout.ts';

/**
 * Starts the next group of a running rollout before the earlier groups are done. Needs UPDATE_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, FORBIDDEN where it has targets out of the caller's scope, ROLLOUT_ILLEGAL_STATE, also where no
 *   group is left
 */
export async function triggerNextRolloutGroup(context: Context, { id }: { id: number }): Promise<Rollout> {
  requirePermission(context, 'UPDATE_ROLLOUT');

  return change(context, async (tx, changes) => {
    const rollout = await lockRolloutToHandle(tx, context, id);
    requireStatus(rollout, 'begin another group', 'running');
    const groups = await groupsOf(tx, rollout);
    if (!groups.some(({ status }) => status === 'scheduled'))
      throw rolloutIllegalState(String(id), 'begin another group', 'out of groups');
    await startGroupAfter({ tx, context, changes, rollout }, groups, lastStartedGroup(groups));
    changes.record({ type: 'rollout.next-group-triggered', subjects: [rollout.name] });
    return rereadRollout(tx, context, rollout);
  });
}
