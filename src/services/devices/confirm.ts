import { actionClosed, actionNotFound } from '../../errors.ts';
import { type Said, writeConfirmation } from '../actions/confirm.ts';
import { requireRoom } from '../actions/entries.ts';
import { change } from '../change.ts';
import type { Acting } from '../context.ts';
import { storableText } from '../text.ts';
import { idOf, lockOwnAction } from './own-action.ts';
import { requireFewDetails } from './report.ts';

/**
 * A device, or whoever stands before it, confirms or denies an update; denied, it goes on waiting.
 * @throws ACTION_NOT_FOUND where it doesn't wait, ACTION_CLOSED, QUOTA_EXCEEDED
 */
export async function reportConfirmation(device: Acting, actionId: number, said: Said): Promise<void> {
  requireFewDetails(said.messages);
  await change(device, async (tx, changes) => {
    const action = await lockOwnAction(tx, device, actionId);
    if (!action.active) throw actionClosed(String(actionId));
    if (action.status !== 'wait_for_confirmation') throw actionNotFound(String(actionId));
    if (said.confirmation === 'denied') await requireRoom(tx, action);
    await writeConfirmation(tx, device, [action], { ...said, messages: said.messages.map(storableText) });
    const subjects = [device.caller.username];
    changes.targets(subjects);
    changes.record({ type: `action.${said.confirmation}`, subjects, changes: idOf(action) });
  });
}
