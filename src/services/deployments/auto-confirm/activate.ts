import { z } from 'zod';
import { autoConfirmAlreadyActive } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { lockTarget } from '../../fleet/targets/selection.ts';
import { added } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { autoConfirmFields } from './input.ts';
import { activateTargets } from './write.ts';

const ActivateAutoConfirm = z.object({ controllerId: z.string(), ...autoConfirmFields });
export type ActivateAutoConfirm = z.input<typeof ActivateAutoConfirm>;

/**
 * Activates auto-confirm of a target, even if the tenant asks for no confirmations at all. Actions that wait for
 * confirmation start. Needs UPDATE_TARGET. @throws TARGET_NOT_FOUND, AUTO_CONFIRM_ALREADY_ACTIVE, INVALID_INPUT
 */
export async function activateAutoConfirm(context: Context, input: ActivateAutoConfirm): Promise<void> {
  requirePermission(context, 'UPDATE_TARGET');
  const { controllerId, ...given } = parse(ActivateAutoConfirm, input);

  await change(context, async (tx, changes) => {
    const target = await lockTarget(tx, context, 'UPDATE_TARGET', { controllerId });
    const activated = await activateTargets(tx, context, [target], given);
    if (!activated.length) throw autoConfirmAlreadyActive(controllerId);
    changes.targetsInScope(activated);
    changes.record({ type: 'target.auto-confirm-activated', subjects: activated, changes: added(given) });
  });
}
