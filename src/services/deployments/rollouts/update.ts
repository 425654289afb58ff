import { requirePermission } from '../../access/permissions.ts';
import { differences } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { RolloutUpdate } from './input.ts';
import { lockRollout, type Rollout, requireUndeleted, rereadRollout, writeRollout } from './rollout.ts';

/**
 * Changes the name or the description. Needs UPDATE_ROLLOUT.
 * @throws ROLLOUT_NOT_FOUND, ROLLOUT_ALREADY_EXISTS, READ_ONLY for a deleted one, INVALID_INPUT
 */
export async function updateRollout(context: Context, input: RolloutUpdate): Promise<Rollout> {
  requirePermission(context, 'UPDATE_ROLLOUT');
  const { id, ...rest } = parse(RolloutUpdate, input);
  const given = givenOf(rest);

  return change(context, async (tx, changes) => {
    const before = await lockRollout(tx, context, id);
    requireUndeleted(before);
    if (Object.keys(given).length) await writeRollout(tx, context, before, given);
    const after = await rereadRollout(tx, context, before);
    const changed = differences<{ name: string; description: string | null }>(before, after, [
      'name',
      'description',
    ]);
    if (changed) {
      changes.rollouts([id]);
      changes.record({ type: 'rollout.updated', subjects: [before.name], changes: changed });
    }
    return after;
  });
}
