import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { finishGroups } from './group.ts';
import { lockRolloutToHandle } from './handle.ts';
import { type Rollout, requireStatus, rereadRollout, STOPPABLE, writeRollout } from './rollout.ts';

/**
 * Ends a rollout: what has not begun never will, and devices are asked to stop what runs. One that has not begun is
 * stopped at once, of others the periodic job does it. Needs HANDLE_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, FORBIDDEN where it has targets out of the caller's scope, ROLLOUT_ILLEGAL_STATE
 */
export async function stopRollout(context: Context, { id }: { id: number }): Promise<Rollout> {
  requirePermission(context, 'HANDLE_ROLLOUT');

  return change(context, async (tx, changes) => {
    const rollout = await lockRolloutToHandle(tx, context, id);
    requireStatus(rollout, 'be stopped', ...STOPPABLE);
    const hasBegun = ['starting', 'running', 'paused'].includes(rollout.status);
    const status = hasBegun ? 'stopping' : 'stopped';
    if (!hasBegun) await finishGroups(tx, context, rollout);
    await writeRollout(tx, context, rollout, { status });
    changes.rollouts([id]);
    changes.record({ type: `rollout.${status}`, subjects: [rollout.name] });
    return rereadRollout(tx, context, rollout);
  });
}
