import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockRolloutToHandle } from './handle.ts';
import { type Rollout, requireStatus, rereadRollout, writeRollout } from './rollout.ts';

/**
 * Starts a rollout that is ready. Needs HANDLE_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, FORBIDDEN where it has targets out of the caller's scope, ROLLOUT_ILLEGAL_STATE
 */
export async function startRollout(context: Context, { id }: { id: number }): Promise<Rollout> {
  requirePermission(context, 'HANDLE_ROLLOUT');

  return change(context, async (tx, changes) => {
    const rollout = await lockRolloutToHandle(tx, context, id);
    requireStatus(rollout, 'be started', 'ready');
    await writeRollout(tx, context, rollout, { status: 'starting' });
    changes.rollouts([id]);
    changes.record({ type: 'rollout.starting', subjects: [rollout.name] });
    return rereadRollout(tx, context, rollout);
  });
}
