import { requirePermission } from '../../access/permissions.ts';
import { changeBy } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { Target } from '../targets/target.ts';
import { selectTargets, toTarget } from '../targets/view.ts';
import { byCode, takeOver, withIds } from './claim.ts';
import { ClaimTargets } from './input.ts';

/**
 * Takes over several targets of another tenant by one code, all or none, each as `claimTarget` does, with a security token
 * of its own. Needs CREATE_TARGET.
 * @returns them by controllerId
 * @throws what `claimTarget` throws
 */
export async function claimTargets(context: Context, input: ClaimTargets): Promise<Target[]> {
  const { tenantId } = requirePermission(context, 'CREATE_TARGET');
  const { code, controllerIds, ...given } = parse(ClaimTargets, input);
  const tenant = await context.tenants.byId(tenantId);
  return byCode(context, code, async (read) => {
    const taken = await changeBy(context, async (step) => {
      const ids = await takeOver(step, read, controllerIds, given);
      return selectTargets(step.tx, context, tenant).where(withIds(tenantId, ids));
    });
    const found = new Map(taken.map((row) => [row.controllerId, toTarget(context, tenant)(row)]));
    return controllerIds.map((controllerId) => found.get(controllerId)!);
  });
}
