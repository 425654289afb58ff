import { z } from 'zod';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { selectTargetIds } from '../targets/selection.ts';
import { MetadataEntries } from './input.ts';
import { valuesOf, writeEntries } from './write.ts';

const SetTargetMetadata = z.object({
  controllerIds: listOf(z.string()).nullish(),
  filter: z.string().nullish(),
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
  requirePermission(context, 'UPDATE_TARGET');
  const { entries, dryRun, ...selection } = parse(SetTargetMetadata, input);

  return change(
    context,
    async (tx, changes) => {
      const selected = await selectTargetIds(tx, context, 'UPDATE_TARGET', selection);
      const changed = await writeEntries(tx, context, selected, entries);
      changes.targetsInScope(changed);
      changes.record({
        type: 'target.metadata-set',
        ...affected(selection, changed),
        changes: valuesOf(entries),
      });
      return changed.length;
    },
    { dryRun: dryRun ?? false },
  );
}
