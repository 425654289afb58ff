import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { lockRolloutToHandle } from './handle.ts';
import { writeRollout } from './rollout.ts';

/**
 * Deletes a rollout, of which the periodic job takes care: one that never began is gone then, another stays for the
 * history and its actions end at once, without asking the devices. Again is no error. Needs DELETE_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, FORBIDDEN where it has targets out of the caller's scope
 */
export async function deleteRollout(context: Context, { id }: { id: number }): Promise<void> {
  requirePermission(context, 'DELETE_ROLLOUT');

  await change(context, async (tx, changes) => {
    const rollout = await lockRolloutToHandle(tx, context, id);
    if (rollout.status === 'deleting' || rollout.status === 'deleted') return;
    await writeRollout(tx, context, rollout, { status: 'deleting' });
    changes.rollouts([id]);
    changes.record({ type: 'rollout.deleting', subjects: [rollout.name] });
  });
}
