import { and, desc, eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { actionEntries } from '../../../database/tables/actions.ts';
import { addEntry } from '../../deployments/actions/entries.ts';
import { SERVER_MESSAGE } from '../../deployments/actions/messages.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { auditedActionId, type LockedOwnAction, lockOwnAction, type OwnAction } from '../own-action.ts';

/**
 * Notes that a device has fetched a deployment, once until something else happens, as in hawkBit. If the action has
 * changed since it was read, nothing is noted.
 */
export async function noteRetrieval(device: ActorContext, met: OwnAction): Promise<void> {
  if (!met.active) return;
  // Who fetches the same again and again costs no transaction.
  if (met.status !== 'running' && (await isNoted(device.database, met))) return;
  await change(device, async (tx, changes) => {
    const action = await lockOwnAction(tx, device, met.id);
    if (action.status !== met.status || (await isNoted(tx, action))) return;
    const what = isStop(action) ? 'cancellation' : 'update';
    const messages = [`${SERVER_MESSAGE}the device has fetched the ${what}`];
    const becomes = isStop(action) ? undefined : ({ status: 'retrieved' } as const);
    await addEntry(tx, device, action, { entry: { status: 'retrieved', messages }, update: becomes });
    changes.reported([device.caller.username]);
    changes.record({
      type: 'action.retrieved',
      subjects: [device.caller.username],
      changes: auditedActionId(action),
    });
  });
}

/** Whether that is the newest in the action's history. */
async function isNoted(
  database: Database | Transaction,
  { tenantId, id }: LockedOwnAction,
): Promise<boolean> {
  const [newest] = await database
    .select({ status: actionEntries.status })
    .from(actionEntries)
    .where(and(eq(actionEntries.tenantId, tenantId), eq(actionEntries.actionId, id)))
    .orderBy(desc(actionEntries.id))
    .limit(1);
  return newest?.status === 'retrieved';
}

const isStop = ({ status }: LockedOwnAction) => status === 'canceling';
