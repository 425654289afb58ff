import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { groupsOf } from './group.ts';
import { lockRolloutToHandle } from './handle.ts';
import { lastStartedGroup, startGroupAfter } from './next-group.ts';
import { hasSucceeded, readGroupProgress } from './progress.ts';
import { type Rollout, requireStatus, rereadRollout, writeRollout } from './rollout.ts';

/**
 * Resumes a paused rollout. It continues with the next group if the last one failed, or paused it when it was done. Needs
 * HANDLE_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, FORBIDDEN where it has targets out of the caller's scope, ROLLOUT_ILLEGAL_STATE
 */
export async function resumeRollout(context: Context, { id }: { id: number }): Promise<Rollout> {
  requirePermission(context, 'HANDLE_ROLLOUT');

  return change(context, async (tx, changes) => {
    const rollout = await lockRolloutToHandle(tx, context, id);
    requireStatus(rollout, 'be resumed', 'paused');
    const groups = await groupsOf(tx, rollout);
    const last = lastStartedGroup(groups);
    const progress = last && (await readGroupProgress(tx, rollout)).get(last.id);
    const isDone = last?.successAction === 'PAUSE' && progress !== undefined && hasSucceeded(last, progress);
    if (last?.status === 'error' || isDone)
      await startGroupAfter({ tx, context, changes, rollout }, groups, last);
    await writeRollout(tx, context, rollout, { status: 'running' });
    changes.rollouts([id]);
    changes.record({ type: 'rollout.resumed', subjects: [rollout.name] });
    return rereadRollout(tx, context, rollout);
  });
}
