import { and, desc, eq } from 'drizzle-orm';
import { actionEntries, actions } from '../../database/tables/actions.ts';
import { addEntry } from '../actions/entries.ts';
import { SERVER_MESSAGE } from '../actions/write.ts';
import { change } from '../change.ts';
import type { Acting } from '../context.ts';
import { lockOwnAction, type OwnAction } from './own-action.ts';

/**
 * Notes that a device has fetched what an action is about, once. It has met the action as it was: where that changed
 * meanwhile nothing is noted.
 */
export async function noteRetrieval(device: Acting, met: OwnAction): Promise<void> {
  if (!met.active || met.status === 'retrieved') return;
  await change(device, async (tx, changes) => {
    const { action } = await lockOwnAction(tx, device, met.id);
    if (action.status !== met.status) return;
    const its = and(eq(actionEntries.tenantId, action.tenantId), eq(actionEntries.actionId, action.id));
    const [newest] = await tx
      .select({ status: actionEntries.status })
      .from(actionEntries)
      .where(its)
      .orderBy(desc(actionEntries.id))
      .limit(1);
    if (newest?.status === 'retrieved') return;
    await addEntry(tx, device, action, {
      status: 'retrieved',
      messages: [`${SERVER_MESSAGE}the device has fetched the ${isStop(action) ? 'cancellation' : 'update'}`],
    });
    if (action.status === 'running')
      await tx
        .update(actions)
        .set({ status: 'retrieved' })
        .where(and(eq(actions.tenantId, action.tenantId), eq(actions.id, action.id)));
    changes.record({ type: 'action.retrieved', subjects: [device.caller.username], changes: idOf(action) });
  });
}

const isStop = ({ status }: OwnAction) => status === 'canceling';

/** What the audit trail tells of which action it was. */
export const idOf = ({ id }: { id: number }) => ({ action: { new: id } });
