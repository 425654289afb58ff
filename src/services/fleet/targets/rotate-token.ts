import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { generateToken, Overlap, SecurityToken, TargetKey } from './input.ts';
import { lockTarget } from './selection.ts';
import type { Target } from './target.ts';
import { givenTokens, noteTokenRotations } from './token-rotation.ts';
import { selectTargets, toTarget } from './view.ts';

const RotateTargetToken = z.object({
  securityToken: SecurityToken.nullish(),
  overlap: Overlap,
});
export type RotateTargetToken = z.input<typeof RotateTargetToken> & TargetKey;

/**
 * Gives a target a new security token, a generated one unless one is given. The old one stops working at once, or
 * with an overlap when the device first uses the new one, at the overlap's end at the latest. Needs UPDATE_TARGET.
 * @throws TARGET_NOT_FOUND, INVALID_INPUT
 */
export async function rotateTargetToken(context: Context, input: RotateTargetToken): Promise<Target> {
  const caller = requirePermission(context, 'UPDATE_TARGET');
  const { tenantId, username } = caller;
  const key = parse(TargetKey, input);
  const { securityToken: given, overlap } = parse(RotateTargetToken, input);
  const securityToken = context.secrets.sealToken(given ?? generateToken());
  const tenant = await context.tenants.byId(tenantId);

  return change(context, async (tx, changes) => {
    const before = await lockTarget(tx, context, 'UPDATE_TARGET', key);
    const now = context.clock();
    const rotated = givenTokens([{ id: before.id, token: securityToken }]);
    await noteTokenRotations(tx, { caller, now }, rotated, overlap);
    const itself = and(eq(targets.tenantId, tenantId), eq(targets.id, before.id));
    await tx
      .update(targets)
      .set({ securityToken, lastModifiedAt: now, lastModifiedBy: username })
      .where(itself);
    changes.targetsInScope([before.controllerId]);
    changes.record({ type: 'target.token-rotated', subjects: [before.controllerId] });
    const [row] = await selectTargets(tx, context, tenant).where(itself);
    return toTarget(context, tenant)(row!);
  });
}
