import type { Transaction } from '../../../database/connect.ts';
import type { ActionStatus } from '../../../database/tables/actions.ts';
import { actionClosed, actionNotFound } from '../../../errors.ts';
import {
  addEntry,
  addEntryIfRoom,
  historyIsFull,
  isRepeated,
  type NewEntry,
} from '../../deployments/actions/entries.ts';
import { settleTargets } from '../../deployments/actions/write.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { auditedActionId, type LockedOwnAction, lockOwnAction } from '../own-action.ts';
import { entryOf, type Report } from './report.ts';

/** How an action ends. */
type End = Extract<ActionStatus, 'finished' | 'error' | 'downloaded'>;

/**
 * A device reports how an update goes. A report that ends it also counts while it is being canceled. A repeated report
 * changes nothing.
 * @throws ACTION_NOT_FOUND, also while it waits for confirmation; ACTION_CLOSED; QUOTA_EXCEEDED for too many details,
 *   and for a full history unless this report ends the action
 */
export async function reportDeployment(
  device: ActorContext,
  actionId: number,
  report: Report,
): Promise<void> {
  await change(device, async (tx, changes) => {
    const action = await lockOwnAction(tx, device, actionId);
    if (action.status === 'wait_for_confirmation') throw actionNotFound(String(actionId));
    if (!action.active) throw actionClosed(String(actionId));
    const end = endOf(report, action);
    const entry = entryOf(report, end ?? PROGRESS[report.execution]);
    if (end) await endAction(tx, device, action, { ...entry, status: end });
    else {
      if (await isRepeated(tx, action, entry)) return;
      if (
        !(await addEntryIfRoom(tx, device, action, {
          entry,
          update: { lastStatusCode: report.code ?? null },
        }))
      )
        throw historyIsFull();
    }
    const subjects = [device.caller.username];
    if (end) changes.targets(subjects);
    else changes.reported(subjects);
    changes.record({
      type: `action.${end ?? 'reported'}`,
      subjects,
      changes: { ...auditedActionId(action), status: { new: entry.status } },
    });
  });
}

async function endAction(
  tx: Transaction,
  device: ActorContext,
  action: LockedOwnAction,
  entry: NewEntry & { status: End },
): Promise<void> {
  const { status, code = null } = entry;
  await addEntry(tx, device, action, { entry, update: { status, active: false, lastStatusCode: code } });
  await settleTargets(tx, device, [action.targetId], {
    idleStatus: status === 'error' ? 'error' : 'in_sync',
    installedSetId: status === 'finished' ? action.setId : undefined,
    keepsAssigned: status === 'downloaded',
    asksForAttributes: status !== 'error',
  });
}

/** What an intermediate report is called in the history. */
const PROGRESS: Record<Report['execution'], ActionStatus> = {
  closed: 'finished',
  canceled: 'canceled',
  rejected: 'warning',
  download: 'download',
  downloaded: 'downloaded',
  scheduled: 'running',
  resumed: 'running',
  proceeding: 'running',
};

function endOf({ execution, result }: Report, { forceType }: LockedOwnAction): End | undefined {
  if (execution === 'closed') return result === 'failure' ? 'error' : 'finished';
  return execution === 'downloaded' && forceType === 'downloadonly' ? 'downloaded' : undefined;
}
