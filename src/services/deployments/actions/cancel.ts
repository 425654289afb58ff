import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { actionNotCancelable, actionNotForceQuittable } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Author } from '../../shared/authorship.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { SERVER_MESSAGE } from './messages.ts';
import {
  type ActionChange,
  type ActionSelection,
  BULK_INPUT,
  type ChangedActions,
  changedActions,
  countActionsToChange,
  idArrayOf,
  type LockedAction,
  noteActions,
  selectActionsToChange,
} from './select.ts';
import { moveActions, settleTargets } from './write.ts';

export const CancelActions = z.object({
  ...BULK_INPUT,
  /** Ends those at once that are being canceled already, whatever their devices do. */
  force: z.boolean().nullish(),
});
export type CancelActions = z.input<typeof CancelActions>;

/**
 * Asks devices to stop updates, or, with `force`, ends the cancellations that wait for a device. The named actions all or
 * none; of those that match a filter the ones that can be. Needs UPDATE_TARGET. With `dryRun` it only counts them.
 * @throws ACTION_NOT_FOUND, ACTION_NOT_CANCELABLE, ACTION_NOT_FORCE_QUITTABLE, INVALID_INPUT, the filter's errors
 */
export async function cancelActions(context: Context, input: CancelActions): Promise<ChangedActions> {
  requirePermission(context, 'UPDATE_TARGET');
  const { force, dryRun, ...selection } = parse(CancelActions, input);
  if (dryRun) return countActionsToChange(context, selection, force ? QUITTING : CANCELING);
  return changedActions(await changeBy(context, (step) => cancelSelected(step, selection, force)));
}

/** The work of `cancelActions`. @returns the actions that are different now, as they were before */
export async function cancelSelected(
  { tx, context, changes }: Step,
  selection: ActionSelection,
  force: boolean | null | undefined,
): Promise<LockedAction[]> {
  const concerned = await selectActionsToChange(tx, context, selection, force ? QUITTING : CANCELING);
  await (force ? quitActions : askToCancel)(tx, context, concerned);
  noteActions(changes, force ? 'action.force-quit' : 'action.canceled', { selection, changed: concerned });
  return concerned;
}

const CANCELING: ActionChange = {
  permission: 'UPDATE_TARGET',
  concerns: ({ active, status }) => active && status !== 'canceling',
  concerned: sql`${actions.active} AND ${actions.status} <> 'canceling'`,
  refuse: ({ id }, path) => actionNotCancelable(String(id), path),
};

const QUITTING: ActionChange = {
  permission: 'UPDATE_TARGET',
  concerns: ({ active, status }) => active && status === 'canceling',
  concerned: sql`${actions.active} AND ${actions.status} = 'canceling'`,
  refuse: ({ id }, path) => actionNotForceQuittable(String(id), path),
};

/** Asks devices to stop these updates. They go on until the devices confirm. */
export const askToCancel = (
  tx: Transaction,
  author: Author,
  selected: readonly LockedAction[],
): Promise<unknown> =>
  moveActions(tx, author, sql`${actions.id} = ANY(${idArrayOf(selected)})`, {
    status: 'canceling',
    active: true,
    messages: [`${SERVER_MESSAGE}manual cancelation requested`],
  });

/** Ends these updates whatever their devices do. */
export async function quitActions(
  tx: Transaction,
  author: Author,
  selected: readonly LockedAction[],
): Promise<void> {
  const targetIds = await moveActions(tx, author, sql`${actions.id} = ANY(${idArrayOf(selected)})`, {
    status: 'canceled',
    active: false,
    messages: [`${SERVER_MESSAGE}A force quit has been performed.`],
  });
  await settleTargets(tx, author, targetIds);
}
