import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../database/connect.ts';
import { actions } from '../../database/tables/actions.ts';
import { actionClosed, actionNotWaiting } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import { affected } from '../audit/record.ts';
import { change } from '../change.ts';
import type { Context } from '../context.ts';
import { parse } from '../parse.ts';
import type { SelectedTarget } from '../targets/selection.ts';
import { plainText } from '../text.ts';
import { idsOf, type LockedAction, selectActionsToChange } from './select.ts';
import { type Author, moveActions, SERVER_MESSAGE, withCode } from './write.ts';

/** What somebody says about an action that waits for a confirmation; denied, it goes on waiting. */
export const CONFIRMATIONS = ['confirmed', 'denied'] as const;

const INT_32 = 2 ** 31;
const ConfirmActions = z.object({
  actionIds: z.array(z.number()).nullish(),
  filter: z.string().nullish(),
  confirmation: z.enum(CONFIRMATIONS),
  code: z
    .number()
    .int()
    .min(-INT_32)
    .max(INT_32 - 1)
    .nullish(),
  details: z.array(plainText(0, 1024)).max(50, 'must be 50 at the most').nullish(),
  dryRun: z.boolean().nullish(),
});
export type ConfirmActions = z.input<typeof ConfirmActions>;

/**
 * Confirms or denies, in the place of the devices, updates that wait for it: the named actions all or none, of those that
 * match a filter the ones that wait. Needs UPDATE_TARGET. With `dryRun` it only says which.
 * @returns the ids of the actions it concerned
 * @throws ACTION_NOT_FOUND, ACTION_CLOSED, ACTION_NOT_WAITING, INVALID_INPUT, the filter's errors
 */
export async function confirmActions(context: Context, input: ConfirmActions): Promise<number[]> {
  requirePermission(context, 'UPDATE_TARGET');
  const { confirmation, code, details, dryRun, ...selection } = parse(ConfirmActions, input);

  return change(
    context,
    async (tx, changes) => {
      const selected = await selectActionsToChange(tx, context, 'UPDATE_TARGET', selection);
      if (selection.actionIds) requireWaiting(selected, selection.actionIds);
      const waiting = selected.filter(isWaiting);
      const said = { confirmation, code: code ?? null, messages: details ?? [] };
      await writeConfirmation(tx, context, waiting, said);
      const controllerIds = [...new Set(waiting.map(({ controllerId }) => controllerId))];
      changes.targets(controllerIds);
      changes.record({ type: `action.${confirmation}`, ...affected(selection, controllerIds) });
      return waiting.map(({ id }) => id);
    },
    { dryRun: dryRun ?? false },
  );
}

const isWaiting = ({ status }: LockedAction) => status === 'wait_for_confirmation';

function requireWaiting(selected: readonly LockedAction[], wanted: readonly number[]): void {
  const other = selected.find((action) => !isWaiting(action));
  if (!other) return;
  const path = ['actionIds', String(wanted.indexOf(other.id))];
  throw other.active ? actionNotWaiting(String(other.id), path) : actionClosed(String(other.id), path);
}

export interface Said {
  confirmation: (typeof CONFIRMATIONS)[number];
  code: number | null;
  messages: readonly string[];
}

/** Writes what was said about locked actions that wait. */
export function writeConfirmation(
  tx: Transaction,
  author: Author,
  waiting: readonly { id: number }[],
  { confirmation, code, messages }: Said,
): Promise<unknown> {
  const summary = `${SERVER_MESSAGE}${confirmation} by '${author.caller.username}'`;
  return moveActions(tx, author, sql`${actions.id} = ANY(${idsOf(waiting)})`, {
    status: confirmation === 'confirmed' ? 'running' : 'wait_for_confirmation',
    active: true,
    messages: withCode(messages.length ? messages : [summary], code),
    code,
  });
}

/** Lets what waits on locked targets begin, as from now on nobody is asked there. */
export const releaseActions = (
  tx: Transaction,
  author: Author,
  selected: readonly SelectedTarget[],
): Promise<unknown> =>
  moveActions(
    tx,
    author,
    sql`${actions.targetId} = ANY(${idsOf(selected)}) AND ${actions.active}
      AND ${actions.status} = 'wait_for_confirmation'`,
    {
      status: 'running',
      active: true,
      messages: [
        `${SERVER_MESSAGE}confirmed, as '${author.caller.username}' has activated auto-confirmation`,
      ],
    },
  );
