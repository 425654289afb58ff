import type { ActionStatus } from '../../../database/tables/actions.ts';
import { actionClosed, actionNotFound } from '../../../errors.ts';
import { isRepeated, requireRoom } from '../../deployments/actions/histories.ts';
import type { Ending } from '../../deployments/actions/write.ts';
import type { ActorContext } from '../../shared/context.ts';
import type { LockedOwnAction } from '../own-action.ts';
import { entryOf, type Report, summaryOf } from './report.ts';
import { tellAction } from './tell.ts';

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
  await tellAction(device, actionId, (action, history) => {
    if (action.status === 'wait_for_confirmation') throw actionNotFound(String(actionId));
    if (!action.active) throw actionClosed(String(actionId));
    const end = endOf(report, action);
    const entry = entryOf(report, end ?? PROGRESS[report.execution], { before: summaryOf(report) });
    const lastStatusCode = report.code ?? null;
    const told = {
      entry,
      event: `action.${end ?? 'reported'}`,
      details: { status: { new: entry.status } },
    } as const;
    if (end) {
      const update = { status: end, active: false, lastStatusCode };
      return { ...told, update, ending: endingOf(end, action), changesTarget: true };
    }
    if (isRepeated(history, entry)) return undefined;
    requireRoom(history);
    return { ...told, update: { lastStatusCode }, changesTarget: false };
  });
}

const endingOf = (end: End, { setId }: LockedOwnAction): Ending => ({
  idleStatus: end === 'error' ? 'error' : 'in_sync',
  installedSetId: end === 'finished' ? setId : undefined,
  keepsAssigned: end === 'downloaded',
  asksForAttributes: end !== 'error',
});

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
