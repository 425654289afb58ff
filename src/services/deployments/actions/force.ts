import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import { actions } from '../../../database/tables/actions.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { selectActionsToChange } from './select.ts';

const ForceActions = z.object({
  actionIds: listOf(z.number()).nullish(),
  filter: z.string().nullish(),
  dryRun: z.boolean().nullish(),
});
export type ForceActions = z.input<typeof ForceActions>;

/**
 * Makes updates forced, so that devices install them at once; one that has ended, too, as in hawkBit. Needs UPDATE_TARGET.
 * With `dryRun` it only says which.
 * @returns the ids of the actions that are different now
 * @throws ACTION_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function forceActions(context: Context, input: ForceActions): Promise<number[]> {
  const { tenantId } = requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, ...selection } = parse(ForceActions, input);

  return change(
    context,
    async (tx, changes) => {
      const selected = await selectActionsToChange(tx, context, 'UPDATE_TARGET', selection);
      const forced = selected.filter(({ forceType }) => forceType !== 'forced');
      const ids = forced.map(({ id }) => id);
      await tx
        .update(actions)
        .set({ forceType: 'forced', forcedAt: null, ...modificationStamp(context) })
        .where(and(eq(actions.tenantId, tenantId), isAmong(actions.id, ids)));
      const controllerIds = [...new Set(forced.map(({ controllerId }) => controllerId))];
      changes.targetsInScope(controllerIds);
      changes.record({ type: 'action.forced', ...affected(selection, controllerIds) });
      return ids;
    },
    { dryRun: dryRun ?? false },
  );
}
