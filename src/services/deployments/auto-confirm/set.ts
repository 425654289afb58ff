import { z } from 'zod';
import { invalid } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { selectTargetIds } from '../../fleet/targets/selection.ts';
import { affected } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { selectionFields } from '../../shared/selection.ts';
import { autoConfirmFields } from './input.ts';
import { activateTargets, deactivateTargets } from './write.ts';

const SetAutoConfirm = z.object({
  ...selectionFields,
  active: z.boolean(),
  ...autoConfirmFields,
  dryRun: z.boolean().nullish(),
});
export type SetAutoConfirm = z.input<typeof SetAutoConfirm>;

/**
 * Activates or deactivates auto-confirmation of the named targets, all or none, or of all that match a filter. One where
 * it is so already stays as it is, with its initiator and remark. Needs UPDATE_TARGET. With `dryRun` it only says how
 * many it would be.
 * @returns how many targets are different now
 * @throws TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function setAutoConfirm(context: Context, input: SetAutoConfirm): Promise<number> {
  requirePermission(context, 'UPDATE_TARGET');
  const { active, initiator, remark, dryRun, ...selection } = parse(SetAutoConfirm, input);
  if (!active && initiator) throw invalid('initiator: goes with an activation only', ['initiator']);
  if (!active && remark) throw invalid('remark: goes with an activation only', ['remark']);

  return change(
    context,
    async (tx, changes) => {
      const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
      const changed = active
        ? await activateTargets(tx, context, selected, { initiator, remark })
        : await deactivateTargets(tx, context, selected);
      changes.targetsInScope(changed);
      const type = active ? 'target.auto-confirm-activated' : 'target.auto-confirm-deactivated';
      changes.record({ type, ...affected(selection, changed) });
      return changed.length;
    },
    { dryRun: dryRun ?? false },
  );
}
