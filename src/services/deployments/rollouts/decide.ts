import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { lockRolloutToHandle } from './handle.ts';
import { DecideRollout } from './input.ts';
import { type Rollout, requireStatus, rereadRollout, writeRollout } from './rollout.ts';

/**
 * Approves a rollout that waits for it, or denies it for good. Needs APPROVE_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, FORBIDDEN where it has targets out of the caller's scope, ROLLOUT_ILLEGAL_STATE, INVALID_INPUT
 */
export async function decideRollout(context: Context, input: DecideRollout): Promise<Rollout> {
  const { username } = requirePermission(context, 'APPROVE_ROLLOUT');
  const { id, approved, remark } = parse(DecideRollout, input);

  return change(context, async (tx, changes) => {
    const rollout = await lockRolloutToHandle(tx, context, id);
    requireStatus(rollout, approved ? 'be approved' : 'be denied', 'waiting_for_approval');
    await writeRollout(tx, context, rollout, {
      status: approved ? 'ready' : 'approval_denied',
      approvalDecidedBy: username,
      ...(remark != null && { approvalRemark: remark }),
    });
    changes.rollouts([id]);
    changes.record({
      type: approved ? 'rollout.approved' : 'rollout.denied',
      subjects: [rollout.name],
      changes: remark ? { remark: { new: remark } } : undefined,
    });
    return rereadRollout(tx, context, rollout);
  });
}
