import { and } from 'drizzle-orm';
import { targets } from '../../../database/tables/targets.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { targetInScope } from '../targets/scope.ts';
import { countSelected, selectTargetIds, type TargetSelection } from '../targets/selection.ts';
import { isHere } from '../targets/target.ts';
import { writeCodes } from './codes.ts';
import { ReleaseTargets } from './input.ts';

/**
 * Lets whoever has one code take over the named targets, all or none, or all that match a filter, each of them once. Those
 * that have moved already are not there. Needs DELETE_TARGET and UPDATE_TARGET. With `dryRun` it only says how many it
 * would be.
 * @returns how many were released
 * @throws TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function releaseTargets(context: Context, input: Partial<ReleaseTargets>): Promise<number> {
  requirePermission(context, 'DELETE_TARGET', 'UPDATE_TARGET');
  const { dryRun, digest, expiresAt, ...selection } = parse(ReleaseTargets, input);
  if (dryRun) return countSelected(context, 'DELETE_TARGET', await releasable(context, selection));
  return (await changeBy(context, (step) => releaseSelected(step, selection, { digest, expiresAt }))).length;
}

/** Those that are here, and in both scopes. */
const releasable = async (context: Context, selection: TargetSelection): Promise<TargetSelection> => ({
  ...selection,
  only: and(isHere, await targetInScope(context, 'UPDATE_TARGET', targets.id)),
});

/** The work of `releaseTargets`. @returns the controllerIds of those released */
export async function releaseSelected(
  { tx, context, changes }: Step,
  selection: TargetSelection,
  code: Pick<ReleaseTargets, 'digest' | 'expiresAt'>,
): Promise<string[]> {
  const selected = await selectTargetIds(tx, context, 'DELETE_TARGET', await releasable(context, selection));
  await writeCodes(tx, context, code, selected);
  const released = selected.map(({ controllerId }) => controllerId);
  changes.targetsInScope(released);
  changes.record({
    type: 'target.released',
    ...affected(selection, released),
    changes: { expiresAt: { new: code.expiresAt } },
  });
  return released;
}
