import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import { actions } from '../../../database/tables/actions.ts';
import { actionNotCancelable, actionNotForceQuittable, type DomainError } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { affected } from '../../platform/audit/record.ts';
import type { Author } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { listOf } from '../../shared/rows.ts';
import { SERVER_MESSAGE } from './messages.ts';
import { idArrayOf, type LockedAction, selectActionsToChange } from './select.ts';
import { moveActions, settleTargets } from './write.ts';

const CancelActions = z.object({
  actionIds: listOf(z.number()).nullish(),
  filter: z.string().nullish(),
  /** Ends those at once that are being canceled already, whatever their devices do. */
  force: z.boolean().nullish(),
  dryRun: z.boolean().nullish(),
});
export type CancelActions = z.input<typeof CancelActions>;

/**
 * Asks devices to stop updates, or, with `force`, ends the cancellations that wait for a device. The named actions all or
 * none; of those that match a filter the ones that can be. Needs UPDATE_TARGET. With `dryRun` it only says which.
 * @returns the ids of the actions that are different now
 * @throws ACTION_NOT_FOUND, ACTION_NOT_CANCELABLE, ACTION_NOT_FORCE_QUITTABLE, INVALID_INPUT, the filter's errors
 */
export async function cancelActions(context: Context, input: CancelActions): Promise<number[]> {
  requirePermission(context, 'UPDATE_TARGET');
  const { force, dryRun, ...selection } = parse(CancelActions, input);

  return change(
    context,
    async (tx, changes) => {
      const selected = await selectActionsToChange(tx, context, 'UPDATE_TARGET', selection);
      const concerned = selected.filter(force ? isCanceling : isCancelable);
      if (selection.actionIds && concerned.length < selected.length)
        throw refusal(selection.actionIds, concerned, force ? actionNotForceQuittable : actionNotCancelable);
      await (force ? quitActions : askToCancel)(tx, context, concerned);
      const controllerIds = [...new Set(concerned.map(({ controllerId }) => controllerId))];
      changes.targetsInScope(controllerIds);
      changes.record({
        type: force ? 'action.force-quit' : 'action.canceled',
        ...affected(selection, controllerIds),
      });
      return concerned.map(({ id }) => id);
    },
    { dryRun: dryRun ?? false },
  );
}

const isCanceling = ({ active, status }: LockedAction) => active && status === 'canceling';
const isCancelable = ({ active, status }: LockedAction) => active && status !== 'canceling';

function refusal(
  wanted: readonly number[],
  concerned: readonly LockedAction[],
  refuse: (id: string, path: string[]) => DomainError,
): DomainError {
  const allowed = new Set(concerned.map(({ id }) => id));
  const index = wanted.findIndex((id) => !allowed.has(id));
  return refuse(String(wanted[index]), ['actionIds', String(index)]);
}

/** Asks devices to stop these updates. They go on until the devices confirm. */
export const askToCancel = (
  tx: Transaction,
  author: Author,
  selected: readonly LockedAction[],
): Promise<unknown> =>
  moveActions(tx, author, sql`${actions.id} = ANY(${idArrayOf(selected)})`, {
    status: 'canceling',
    active: true,
    messages: [`${SERVER_MESSAGE}cancellation requested by '${author.caller.username}'`],
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
    messages: [`${SERVER_MESSAGE}ended without the device by '${author.caller.username}'`],
  });
  await settleTargets(tx, author, targetIds);
}
