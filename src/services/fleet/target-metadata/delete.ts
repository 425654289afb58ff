import { z } from 'zod';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { selectionFields } from '../../shared/selection.ts';
import { isStorableText } from '../../shared/text.ts';
import { countSelected, selectTargetIds, type TargetSelection } from '../targets/selection.ts';
import { hasAnyKey, removeEntries } from './write.ts';

export const DeleteTargetMetadata = z.object({
  ...selectionFields,
  keys: listOf(z.string()).min(1, 'must have one key at the least'),
  dryRun: z.boolean().nullish(),
});
export type DeleteTargetMetadata = z.input<typeof DeleteTargetMetadata>;

/**
 * Takes entries away from the named targets, or from all that match a filter; a target without any of the keys stays as
 * it is. Needs UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many targets had any of the keys
 * @throws TARGET_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function deleteTargetMetadata(context: Context, input: DeleteTargetMetadata): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { keys, dryRun, ...selection } = parse(DeleteTargetMetadata, input);
  if (!dryRun) return (await changeBy(context, (step) => deleteEntries(step, selection, keys))).length;
  const different = hasAnyKey(tenantId, keys.filter(isStorableText));
  return countSelected(context, 'UPDATE_TARGET', selection, { different });
}

/** The work of `deleteTargetMetadata`. @returns the controllerIds of the targets that are different now */
export async function deleteEntries(
  { tx, context, changes }: Step,
  selection: TargetSelection,
  keys: readonly string[],
): Promise<string[]> {
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const stored = keys.filter(isStorableText);
  const changed = await removeEntries(tx, context, selected, stored);
  changes.targetsInScope(changed);
  changes.record({
    type: 'target.metadata-deleted',
    ...affected(selection, changed),
    changes: { metadata: { old: stored } },
  });
  return changed;
}
