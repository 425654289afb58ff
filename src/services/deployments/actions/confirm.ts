import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import { type ActionStatus, actions } from '../../../database/tables/actions.ts';
import { actionClosed, actionNotWaiting } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { SelectedTarget } from '../../fleet/targets/selection.ts';
import type { TenantSettings } from '../../platform/tenants/settings.ts';
import type { Author } from '../../shared/authorship.ts';
import { changeBy, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { plainText } from '../../shared/text.ts';
import { messagesOf, SERVER_MESSAGE } from './messages.ts';
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
import { moveActions } from './write.ts';

/** What somebody says about an action that waits for a confirmation; denied, it goes on waiting. */
export const CONFIRMATIONS = ['confirmed', 'denied'] as const;

const INT_32 = 2 ** 31;
export const ConfirmActions = z.object({
  ...BULK_INPUT,
  confirmation: z.enum(CONFIRMATIONS),
  code: z
    .number()
    .int()
    .min(-INT_32)
    .max(INT_32 - 1)
    .nullish(),
  details: z.array(plainText(0, Number.POSITIVE_INFINITY)).nullish(),
});
export type ConfirmActions = z.input<typeof ConfirmActions>;

/**
 * Confirms or denies, in the place of the devices, updates that wait for it: the named actions all or none, of those that
 * match a filter the ones that wait. A named one that was confirmed and isn't over may be denied, too: it waits again.
 * Needs UPDATE_TARGET. With `dryRun` it only counts them.
 * @throws ACTION_NOT_FOUND, ACTION_CLOSED, ACTION_NOT_WAITING, QUOTA_EXCEEDED, INVALID_INPUT, the filter's errors
 */
export async function confirmActions(context: Context, input: ConfirmActions): Promise<ChangedActions> {
  requirePermission(context, 'UPDATE_TARGET');
  const { dryRun, confirmation, code, details, ...selection } = parse(ConfirmActions, input);
  if (dryRun)
    return countActionsToChange(context, selection, await confirming(context, selection, { confirmation }));
  const said = { confirmation, code, details };
  return changedActions(await changeBy(context, (step) => confirmSelected(step, selection, said)));
}

type Said = Pick<z.output<typeof ConfirmActions>, 'confirmation' | 'code' | 'details'>;

/** The work of `confirmActions`. @returns the actions it concerned, as they were before */
export async function confirmSelected(
  { tx, context, changes }: Step,
  selection: ActionSelection,
  { confirmation, code, details }: Said,
): Promise<LockedAction[]> {
  const change = await confirming(context, selection, { confirmation });
  const concerned = await selectActionsToChange(tx, context, selection, change);
  const said = { confirmation, code: code ?? null, messages: details ?? [] };
  await writeConfirmation(tx, context, concerned, said);
  noteActions(changes, `action.${confirmation}`, { selection, changed: concerned });
  return concerned;
}

async function confirming(
  context: Context,
  { actionIds }: ActionSelection,
  said: Pick<Said, 'confirmation'>,
): Promise<ActionChange> {
  const { settings } = await context.tenants.byId(context.caller.tenantId);
  return {
    permission: 'UPDATE_TARGET',
    concerns: actionIds ? (action) => isConfirmable(action, said, settings) : waitsForConfirmation,
    concerned: eq(actions.status, 'wait_for_confirmation'),
    refuse: ({ id, active }, path) => (active ? actionNotWaiting : actionClosed)(String(id), path),
  };
}

type Confirmable = Pick<LockedAction, 'id' | 'status' | 'active'>;

const waitsForConfirmation = ({ status }: Confirmable) => status === 'wait_for_confirmation';

/**
 * Whether what is said may be said of an action: where it waits; and as in hawkBit consent may be taken back until the
 * update is over, wherever the tenant asks for it, unless the update is to be stopped.
 */
export const isConfirmable = (
  action: Confirmable,
  { confirmation }: Pick<ConfirmationReport, 'confirmation'>,
  { confirmationFlow }: Pick<TenantSettings, 'confirmationFlow'>,
): boolean =>
  waitsForConfirmation(action) ||
  (confirmation === 'denied' && confirmationFlow && action.active && action.status !== 'canceling');

export interface ConfirmationReport {
  confirmation: (typeof CONFIRMATIONS)[number];
  code: number | null;
  messages: readonly string[];
}

/** What an action becomes by what was said about it, which its history tells. @throws QUOTA_EXCEEDED */
export function confirmationOf(action: Confirmable, { confirmation, code, messages }: ConfirmationReport) {
  const denied = waitsForConfirmation(action)
    ? 'Target rejected action. Action will stay in confirmation pending state.'
    : 'Target revoked previously granted confirmation. Action returned to confirmation-pending state.';
  const confirmed =
    'Target confirmed action. Therefore, it will be set to the running state to proceed with the deployment.';
  const answer = SERVER_MESSAGE + (confirmation === 'confirmed' ? confirmed : denied);
  const after = [answer, ...(code === null ? [] : [`Confirmation status code: ${code}`])];
  const status: ActionStatus = confirmation === 'confirmed' ? 'running' : 'wait_for_confirmation';
  return { status, active: true, code, messages: messagesOf(messages, { after }) };
}

/** Writes what was said about locked actions that it concerns. @throws QUOTA_EXCEEDED */
async function writeConfirmation(
  tx: Transaction,
  author: Author,
  concerned: readonly Confirmable[],
  said: ConfirmationReport,
): Promise<void> {
  const [waiting, begun] = [true, false].map((waits) =>
    concerned.filter((action) => waitsForConfirmation(action) === waits),
  );
  for (const alike of [waiting!, begun!])
    if (alike[0])
      await moveActions(
        tx,
        author,
        sql`${actions.id} = ANY(${idArrayOf(alike)})`,
        confirmationOf(alike[0], said),
      );
}

/** Starts the actions of locked targets that wait for confirmation, because auto-confirm is active there now. */
export const confirmWaitingActions = (
  tx: Transaction,
  author: Author,
  selected: readonly SelectedTarget[],
  messages: readonly string[],
): Promise<unknown> =>
  moveActions(
    tx,
    author,
    sql`${actions.targetId} = ANY(${idArrayOf(selected)}) AND ${actions.active}
      AND ${actions.status} = 'wait_for_confirmation'`,
    { status: 'running', active: true, messages },
  );
