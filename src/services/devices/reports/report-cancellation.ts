import type { ActionStatus } from '../../../database/tables/actions.ts';
import { actionNotCancelable, actionNotFound } from '../../../errors.ts';
import { addEntry, addEntryIfRoom, historyIsFull, isRepeated } from '../../deployments/actions/entries.ts';
import { settleTargets } from '../../deployments/actions/write.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import { auditedActionId, findOwnAction, lockOwnAction, type OwnAction } from '../own-action.ts';
import type { Device } from '../polling/device.ts';
import { entryOf, type Report } from './report.ts';

/** The device's action that is being canceled, or was. @throws ACTION_NOT_FOUND */
export async function findCancellation(
  platform: Platform,
  device: Device,
  actionId: number,
): Promise<OwnAction> {
  const action = await findOwnAction(platform, device, actionId);
  if (action.status !== 'canceling' && action.status !== 'canceled') throw actionNotFound(String(actionId));
  return action;
}

/**
 * A device reports on a cancellation: it stopped, it goes on with the update, or neither yet. After the end of the
 * action the report changes nothing.
 * @throws ACTION_NOT_FOUND, ACTION_NOT_CANCELABLE; QUOTA_EXCEEDED for too many details, and for a full history unless
 *   this report ends the action
 */
export async function reportCancellation(
  device: ActorContext,
  actionId: number,
  report: Report,
): Promise<void> {
  await change(device, async (tx, changes) => {
    const action = await lockOwnAction(tx, device, actionId);
    if (action.status === 'canceled') return;
    if (action.status !== 'canceling') throw actionNotCancelable(String(actionId));
    const { told, becomes, answer } = outcomeOf(report);
    const entry = entryOf(report, told, answer);
    const lastStatusCode = report.code ?? null;
    if (becomes === 'canceling') {
      if (await isRepeated(tx, action, entry)) return;
      if (!(await addEntryIfRoom(tx, device, action, { entry, update: { lastStatusCode } })))
        throw historyIsFull();
    } else {
      const active = becomes === 'running';
      await addEntry(tx, device, action, { entry, update: { status: becomes, active, lastStatusCode } });
      if (!active) await settleTargets(tx, device, [action.targetId]);
    }
    const subjects = [device.caller.username];
    if (becomes === 'canceling') changes.reported(subjects);
    else changes.targets(subjects);
    changes.record({
      type: becomes === 'canceled' ? 'action.cancellation-confirmed' : 'action.reported',
      subjects,
      changes: { ...auditedActionId(action), status: { new: told } },
    });
  });
}

interface Outcome {
  /** What the report is called in the history. */
  told: ActionStatus;
  becomes: 'canceled' | 'canceling' | 'running';
  /** What the server says of it in the history. */
  answer?: string;
}

/** As in hawkBit this report ends nothing. The history says so, to explain why the action goes on. */
const NOT_THE_WORD =
  "the device reported 'canceled', which does not end a cancellation: it must report 'closed', or an operator force-quits it";

function outcomeOf({ execution, result }: Report): Outcome {
  switch (execution) {
    case 'closed':
      return result === 'failure'
        ? { told: 'error', becomes: 'running', answer: 'the device could not stop the update' }
        : { told: 'canceled', becomes: 'canceled', answer: 'the device has stopped the update' };
    case 'rejected':
      return { told: 'cancel_rejected', becomes: 'running', answer: 'the device refuses to stop the update' };
    case 'canceled':
      return { told: 'warning', becomes: 'canceling', answer: NOT_THE_WORD };
    default:
      return { told: 'running', becomes: 'canceling' };
  }
}
