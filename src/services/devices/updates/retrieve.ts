import { and, desc, eq } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { actionEntries } from '../../../database/tables/actions.ts';
import { SERVER_MESSAGE } from '../../deployments/actions/messages.ts';
import type { ActorContext } from '../../shared/context.ts';
import type { LockedOwnAction, OwnAction } from '../own-action.ts';
import { tellAction } from '../reports/tell.ts';

/**
 * Notes that a device has fetched a deployment, once until something else happens, as in hawkBit. If the action has
 * changed since it was read, nothing is noted.
 */
export async function noteRetrieval(device: ActorContext, met: OwnAction): Promise<void> {
  if (!met.active) return;
  // Who fetches the same again and again costs no transaction.
  if (met.status !== 'running' && (await isNoted(device.database, met))) return;
  await tellAction(device, met.id, (action, { newest }) => {
    if (action.status !== met.status || newest?.status === 'retrieved') return undefined;
    const what = isStop(action)
      ? 'Target retrieved cancel action and should start now the cancellation.'
      : 'Target retrieved update action and should start now the download.';
    const messages = [SERVER_MESSAGE + what];
    return {
      entry: { status: 'retrieved', messages },
      update: isStop(action) ? undefined : { status: 'retrieved' },
      changesTarget: false,
      event: 'action.retrieved',
    };
  });
}

/** Whether that is the newest in the action's history. */
async function isNoted(database: Database, { tenantId, id }: LockedOwnAction): Promise<boolean> {
  const [newest] = await database
    .select({ status: actionEntries.status })
    .from(actionEntries)
    .where(and(eq(actionEntries.tenantId, tenantId), eq(actionEntries.actionId, id)))
    .orderBy(desc(actionEntries.id))
    .limit(1);
  return newest?.status === 'retrieved';
}

const isStop = ({ status }: LockedOwnAction) => status === 'canceling';
