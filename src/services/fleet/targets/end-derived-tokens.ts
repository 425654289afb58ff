import { and, eq } from 'drizzle-orm';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { TargetKey } from './input.ts';
import { lockTarget } from './selection.ts';
import type { Target } from './target.ts';
import { selectTargets, toTarget } from './view.ts';

/**
 * Ends at once all tokens that are derived for a target from keys of enrollment groups; its own token still works. Needs
 * UPDATE_TARGET.
 * @throws TARGET_NOT_FOUND
 */
export async function endDerivedTokens(context: Context, input: TargetKey): Promise<Target> {
  const { tenantId, username } = requirePermission(context, 'UPDATE_TARGET');
  const key = parse(TargetKey, input);
  const tenant = await context.tenants.byId(tenantId);

  return change(context, async (tx, changes) => {
    const before = await lockTarget(tx, context, 'UPDATE_TARGET', key);
    const now = context.clock();
    const itself = and(eq(targets.tenantId, tenantId), eq(targets.id, before.id));
    if (!before.derivedTokensEndAt || before.derivedTokensEndAt > now) {
      await tx
        .update(targets)
        .set({ derivedTokensEndAt: now, lastModifiedAt: now, lastModifiedBy: username })
        .where(itself);
      changes.targetsInScope([before.controllerId]);
      changes.record({ type: 'target.derived-tokens-ended', subjects: [before.controllerId] });
    }
    const [row] = await selectTargets(tx, context, tenant).where(itself);
    return toTarget(context, tenant)(row!);
  });
}
