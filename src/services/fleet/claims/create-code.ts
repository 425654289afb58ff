import { targetNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { TargetKey } from '../targets/input.ts';
import { lockTarget } from '../targets/selection.ts';
import { claimCodeDigest, newClaimCode } from './code.ts';
import { writeCodes } from './codes.ts';
import { CreateClaimCode, expiryOf } from './input.ts';

/**
 * Makes a code by which another tenant may take over a target, once; it is shown only in this answer, and ends one that
 * was made before. Needs DELETE_TARGET and UPDATE_TARGET: whoever has the code gets the device.
 * @throws TARGET_NOT_FOUND also for one that has moved already; INVALID_INPUT
 */
export async function createClaimCode(
  context: Context,
  input: CreateClaimCode,
): Promise<{ code: string; expiresAt: Date; targetId: number }> {
  const { tenantId } = requirePermission(context, 'DELETE_TARGET', 'UPDATE_TARGET');
  const key = parse(TargetKey, input);
  const expiresAt = expiryOf(context.clock(), parse(CreateClaimCode, input).expiresAt);
  const code = newClaimCode(tenantId);

  return change(context, async (tx, changes) => {
    await lockTarget(tx, context, 'DELETE_TARGET', key);
    const target = await lockTarget(tx, context, 'UPDATE_TARGET', key);
    if (target.movedAt) throw targetNotFound(target.controllerId);
    await writeCodes(tx, context, { digest: claimCodeDigest(code), expiresAt }, [target]);
    changes.targetsInScope([target.controllerId]);
    changes.record({
      type: 'target.released',
      subjects: [target.controllerId],
      changes: { expiresAt: { new: expiresAt } },
    });
    return { code, expiresAt, targetId: target.id };
  });
}
