import type { ActionStatus } from '../../../database/tables/actions.ts';
import { actionNotCancelable, actionNotFound } from '../../../errors.ts';
import { isRepeated, requireRoom } from '../../deployments/actions/histories.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import { findOwnAction, type OwnAction } from '../own-action.ts';
import type { Device } from '../polling/device.ts';
import { type Answers, entryOf, type Report } from './report.ts';
import { tellAction } from './tell.ts';

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
  await tellAction(device, actionId, (action, history) => {
    if (action.status === 'canceled') return undefined;
    if (action.status !== 'canceling') throw actionNotCancelable(String(actionId));
    const { told, becomes, ...answers } = outcomeOf(report);
    const entry = entryOf(report, told, answers);
    const details = { status: { new: told } };
    if (becomes === 'canceling') {
      if (isRepeated(history, entry)) return undefined;
      requireRoom(history);
      return { entry, changesTarget: false, event: 'action.reported', details };
    }
    const isCanceled = becomes === 'canceled';
    return {
      entry,
      update: { status: becomes, active: !isCanceled },
      ending: isCanceled ? {} : undefined,
      changesTarget: true,
      event: isCanceled ? 'action.cancellation-confirmed' : 'action.reported',
      details,
    };
  });
}

interface Outcome extends Answers {
  /** What the report is called in the history. */
  told: ActionStatus;
  becomes: 'canceled' | 'canceling' | 'running';
}

/** This report ends nothing: a device must report `closed`, or an operator force-quits the action. */
const NOT_THE_WORD = 'Target reported cancel for a cancel which is not supported by the server.';
const COMPLETED = 'Cancellation completion is finished successfully.';

function outcomeOf({ execution, result }: Report): Outcome {
  switch (execution) {
    case 'closed':
      return result === 'failure'
        ? { told: 'error', becomes: 'running', before: 'Target was not able to complete cancellation.' }
        : { told: 'canceled', becomes: 'canceled', before: 'Cancellation confirmed.', after: COMPLETED };
    case 'rejected':
      return {
        told: 'cancel_rejected',
        becomes: 'running',
        before: 'Target rejected the cancellation request.',
      };
    case 'canceled':
      return { told: 'warning', becomes: 'canceling', before: NOT_THE_WORD };
    default:
      return { told: 'running', becomes: 'canceling' };
  }
}
