import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';
import { type ActionStatus, actions, targetDeployments } from '../../database/tables/actions.ts';
import { targets } from '../../database/tables/targets.ts';
import { actionClosed, actionNotFound } from '../../errors.ts';
import { addEntry, isRepeated, requireRoom } from '../actions/entries.ts';
import { settleTargets } from '../actions/write.ts';
import { change } from '../change.ts';
import type { Acting } from '../context.ts';
import { lockOwnAction, type OwnAction } from './own-action.ts';
import { entryOf, type Report } from './report.ts';
import { idOf } from './retrieve.ts';

/** How an action ends. */
type End = Extract<ActionStatus, 'finished' | 'error' | 'downloaded'>;

/**
 * A device reports how an update goes. What ends it counts also while it is to be stopped; what the device repeats
 * changes nothing.
 * @throws ACTION_NOT_FOUND, also while it waits for a confirmation; ACTION_CLOSED; QUOTA_EXCEEDED, never of what ends it
 */
export async function reportDeployment(device: Acting, actionId: number, report: Report): Promise<void> {
  await change(device, async (tx, changes) => {
    const { target, action } = await lockOwnAction(tx, device, actionId);
    if (action.status === 'wait_for_confirmation') throw actionNotFound(String(actionId));
    if (!action.active) throw actionClosed(String(actionId));
    const end = endOf(report, action);
    const entry = entryOf(report, end ?? PROGRESS[report.execution]);
    if (!end) {
      if (await isRepeated(tx, action, entry)) return;
      await requireRoom(tx, action);
    }
    await addEntry(tx, device, action, entry);
    await writeReport(tx, device, action, { code: report.code, end });
    if (end === 'finished') await writeInstalled(tx, device, action);
    if (end) {
      await settleTargets(
        tx,
        device,
        [target.id],
        end === 'error' ? 'error' : 'in_sync',
        end === 'downloaded',
      );
      if (end !== 'error') await askForAttributes(tx, action);
      changes.targets([target.controllerId]);
    }
    changes.record({
      type: `action.${end ?? 'reported'}`,
      subjects: [target.controllerId],
      changes: { ...idOf(action), status: { new: entry.status } },
    });
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

function endOf({ execution, result }: Report, { forceType }: OwnAction): End | undefined {
  if (execution === 'closed') return result === 'failure' ? 'error' : 'finished';
  return execution === 'downloaded' && forceType === 'downloadonly' ? 'downloaded' : undefined;
}

/** Notes the code of the newest report and, where it ended, the end of a locked action. */
const writeReport = (
  tx: Transaction,
  { caller, clock }: Acting,
  { tenantId, id }: OwnAction,
  { code, end }: { code: number | undefined; end: End | undefined },
): Promise<unknown> =>
  tx
    .update(actions)
    .set({
      lastStatusCode: code ?? null,
      ...(end && { status: end, active: false }),
      lastModifiedAt: clock(),
      lastModifiedBy: caller.username,
    })
    .where(and(eq(actions.tenantId, tenantId), eq(actions.id, id)));

async function writeInstalled(
  tx: Transaction,
  { clock }: Acting,
  { tenantId, targetId, setId }: OwnAction,
): Promise<void> {
  await tx
    .insert(targetDeployments)
    .values({ tenantId, targetId, installedSetId: setId })
    .onConflictDoUpdate({
      target: [targetDeployments.tenantId, targetDeployments.targetId],
      set: { installedSetId: sql`excluded.installed_set_id` },
    });
  await tx
    .update(targets)
    .set({ installedAt: clock() })
    .where(and(eq(targets.tenantId, tenantId), eq(targets.id, targetId)));
}

/** What a device tells of itself may be different with what it has now. */
const askForAttributes = (tx: Transaction, { tenantId, targetId }: OwnAction): Promise<unknown> =>
  tx
    .update(targets)
    .set({ requestAttributes: true })
    .where(and(eq(targets.tenantId, tenantId), eq(targets.id, targetId)));
