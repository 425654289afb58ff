import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { targets } from '../../database/tables/targets.ts';
import { requirePermission } from '../access/permissions.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parse } from '../parse.ts';
import { generateToken, SecurityToken } from './input.ts';
import { lockTarget } from './selection.ts';
import { selectTargets, type Target, targetView } from './target.ts';

const RotateTargetToken = z.object({ controllerId: z.string(), securityToken: SecurityToken.nullish() });
export type RotateTargetToken = z.input<typeof RotateTargetToken>;

/**
 * Gives a target a new security token, a generated one unless one is given. The old one stops working at once.
 * Needs UPDATE_TARGET. @throws TARGET_NOT_FOUND
 */
export async function rotateTargetToken(context: Context, input: RotateTargetToken): Promise<Target> {
  const { tenantId, username } = requirePermission(context, 'UPDATE_TARGET');
  const { controllerId, securityToken } = parse(RotateTargetToken, input);
  const tenant = await context.tenants.byId(tenantId);

  return change(context, async (tx, changes) => {
    const before = await lockTarget(tx, context, 'UPDATE_TARGET', controllerId);
    const now = context.clock();
    const itself = and(eq(targets.tenantId, tenantId), eq(targets.id, before.id));
    await tx
      .update(targets)
      .set({ securityToken: securityToken ?? generateToken(), lastModifiedAt: now, lastModifiedBy: username })
      .where(itself);
    changes.targets([controllerId]);
    changes.record({ type: 'target.token-rotated', subjects: [controllerId] });
    const [row] = await selectTargets(tx, context, tenant).where(itself);
    return targetView(context, tenant)(row!);
  });
}
