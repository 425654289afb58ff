import { and, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import { actions } from '../../../database/tables/actions.ts';
import { requirePermission } from '../../access/permissions.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import {
  type ActionChange,
  type ActionSelection,
  BULK_INPUT,
  type ChangedActions,
  changedActions,
  countActionsToChange,
  type LockedAction,
  noteActions,
  selectActionsToChange,
} from './select.ts';

const ForceActions = z.object({
  ...BULK_INPUT,
});
export type ForceActions = z.input<typeof ForceActions>;

/**
 * Makes updates forced, so that devices install them at once; one that has ended, too, as in hawkBit. Needs UPDATE_TARGET.
 * With `dryRun` it only counts them.
 * @throws ACTION_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function forceActions(context: Context, input: ForceActions): Promise<ChangedActions> {
  requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, ...selection } = parse(ForceActions, input);
  if (dryRun) return countActionsToChange(context, selection, FORCING);
  return changedActions(await changeBy(context, (step) => forceSelected(step, selection)));
}

/** The work of `forceActions`. @returns the actions that are different now, as they were before */
export async function forceSelected(
  { tx, context, changes }: Step,
  selection: ActionSelection,
): Promise<LockedAction[]> {
  const forced = await selectActionsToChange(tx, context, selection, FORCING);
  const { ids } = changedActions(forced);
  await tx
    .update(actions)
    .set({ forceType: 'forced', forcedAt: null, ...modificationStamp(context) })
    .where(and(eq(actions.tenantId, context.caller.tenantId), isAmong(actions.id, ids)));
  noteActions(changes, 'action.forced', { selection, changed: forced });
  return forced;
}

const FORCING: ActionChange = {
  permission: 'UPDATE_TARGET',
  concerns: ({ forceType }) => forceType !== 'forced',
  concerned: ne(actions.forceType, 'forced'),
};
