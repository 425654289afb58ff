import { z } from 'zod';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { selectionFields } from '../../shared/selection.ts';
import { countSelected, selectTargetIds, type TargetSelection } from '../targets/selection.ts';
import { MetadataEntries, type MetadataEntry } from './input.ts';
import { havingEntries, valuesOf, writeEntries } from './write.ts';

export const SetTargetMetadata = z.object({
  ...selectionFields,
  entries: MetadataEntries,
  dryRun: z.boolean().nullish(),
});
export type SetTargetMetadata = z.input<typeof SetTargetMetadata>;

/**
 * Adds or overwrites entries of the named targets, all or none, or of all that match a filter; other entries stay.
 * Needs UPDATE_TARGET. With `dryRun` it only says how many it would be.
 * @returns how many targets are different now
 * @throws TARGET_NOT_FOUND, QUOTA_EXCEEDED, INVALID_INPUT, the filter's errors
 */
export async function setTargetMetadata(context: Context, input: SetTargetMetadata): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { entries, dryRun, ...selection } = parse(SetTargetMetadata, input);
  if (!dryRun) return (await changeBy(context, (step) => setEntries(step, selection, entries))).length;
  return countSelected(context, 'UPDATE_TARGET', selection, { same: havingEntries(tenantId, entries) });
}

/** The work of `setTargetMetadata`. @returns the controllerIds of the targets that are different now */
export async function setEntries(
  step: Step,
  selection: TargetSelection,
  entries: readonly MetadataEntry[],
): Promise<string[]> {
  const { tx, context, changes } = step;
  const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
  const changed = await writeEntries(step, selected, entries);
  changes.targetsInScope(changed);
  changes.record({
    type: 'target.metadata-set',
    ...affected(selection, changed),
    changes: valuesOf(entries),
  });
  return changed;
}
