import { sql } from 'drizzle-orm';
import { targetClaimCodes } from '../../../database/tables/claim-codes.ts';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { countSelected, selectTargetIds, type TargetSelection } from '../targets/selection.ts';
import { removeCodes } from './codes.ts';
import { EndClaimCodes } from './input.ts';

/**
 * Ends the codes by which the named targets, or all that match a filter, may be taken over; what has moved stays moved.
 * Needs UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many targets had a code
 * @throws TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function endClaimCodes(context: Context, input: EndClaimCodes): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, ...selection } = parse(EndClaimCodes, input);
  if (dryRun) {
    const different = sql`EXISTS (SELECT 1 FROM ${targetClaimCodes}
      WHERE ${targetClaimCodes.tenantId} = ${tenantId} AND ${targetClaimCodes.targetId} = ${targets.id})`;
    return countSelected(context, 'UPDATE_TARGET', selection, { different });
  }
  return (await changeBy(context, (step) => endCodesOf(step, selection))).length;
}

/** The work of `endClaimCodes`. @returns the controllerIds of the targets that had one */
export async function endCodesOf(
  { tx, context, changes }: Step,
  selection: TargetSelection,
): Promise<string[]> {
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const had = await removeCodes(tx, context.caller.tenantId, selected);
  const changed = selected.filter(({ id }) => had.has(id)).map(({ controllerId }) => controllerId);
  changes.targetsInScope(changed);
  changes.record({ type: 'target.release-ended', ...affected(selection, changed) });
  return changed;
}
