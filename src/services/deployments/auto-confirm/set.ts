import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { targetAutoConfirm } from '../../../database/tables/target-data.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { countSelected, selectTargetIds, type TargetSelection } from '../../fleet/targets/selection.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { selectionFields } from '../../shared/selection.ts';
import { autoConfirmFields } from './input.ts';
import { activateTargets, deactivateTargets } from './write.ts';

const only = (field: string) => ({ path: [field], message: 'goes with an activation only' });

export const SetAutoConfirm = z
  .object({
    ...selectionFields,
    active: z.boolean(),
    ...autoConfirmFields,
    dryRun: z.boolean().nullish(),
  })
  .refine(({ active, initiator }) => active || !initiator, only('initiator'))
  .refine(({ active, remark }) => active || !remark, only('remark'));
export type SetAutoConfirm = z.input<typeof SetAutoConfirm>;
type Wanted = Pick<z.output<typeof SetAutoConfirm>, 'active' | 'initiator' | 'remark'>;

/**
 * Activates or deactivates auto-confirmation of the named targets, all or none, or of all that match a filter. One where
 * it is so already stays as it is, with its initiator and remark. Needs UPDATE_TARGET. With `dryRun` it only says how
 * many it would be.
 * @returns how many targets are different now
 * @throws TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function setAutoConfirm(context: Context, input: SetAutoConfirm): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { active, initiator, remark, dryRun, ...selection } = parse(SetAutoConfirm, input);
  const wanted = { active, initiator, remark };
  if (!dryRun) return (await changeBy(context, (step) => setAutoConfirmOf(step, selection, wanted))).length;
  const confirmed = sql`SELECT target_id FROM ${targetAutoConfirm} WHERE tenant_id = ${tenantId}`;
  const concerned = active ? { same: confirmed } : { different: sql`${targets.id} IN (${confirmed})` };
  return countSelected(context, 'UPDATE_TARGET', selection, concerned);
}

/** The work of `setAutoConfirm`. @returns the controllerIds of the targets that are different now */
export async function setAutoConfirmOf(
  { tx, context, changes }: Step,
  selection: TargetSelection,
  { active, ...given }: Wanted,
): Promise<string[]> {
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const changed = active
    ? await activateTargets(tx, context, selected, given)
    : await deactivateTargets(tx, context, selected);
  changes.targetsInScope(changed);
  const type = active ? 'target.auto-confirm-activated' : 'target.auto-confirm-deactivated';
  changes.record({ type, ...affected(selection, changed) });
  return changed;
}
