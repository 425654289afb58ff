import { requirePermission } from '../../access/permissions.ts';
import { lockTarget } from '../../fleet/targets/selection.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { deactivateTargets } from './write.ts';

/**
 * Deactivates auto-confirm of a target, whether it was active or not: new actions wait for confirmation again. Needs
 * UPDATE_TARGET. @throws TARGET_NOT_FOUND
 */
export async function deactivateAutoConfirm(
  context: Context,
  { controllerId }: { controllerId: string },
): Promise<void> {
  requirePermission(context, 'UPDATE_TARGET');

  await change(context, async (tx, changes) => {
    const target = await lockTarget(tx, context, 'UPDATE_TARGET', { controllerId });
    const deactivated = await deactivateTargets(tx, context, [target]);
    changes.targetsInScope(deactivated);
    changes.record({ type: 'target.auto-confirm-deactivated', subjects: deactivated });
  });
}
