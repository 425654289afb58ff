import { actionClosed, actionNotFound } from '../../../errors.ts';
import {
  type ConfirmationReport,
  isConfirmable,
  writeConfirmation,
} from '../../deployments/actions/confirm.ts';
import { requireRoom } from '../../deployments/actions/entries.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { storableText } from '../../shared/text.ts';
import { auditedActionId, lockOwnAction } from '../own-action.ts';

/**
 * A device confirms or denies an update. A denied one still waits for confirmation. A confirmed one may be denied until
 * it ends: the device knows best whether it can still wait.
 * @throws ACTION_NOT_FOUND if no confirmation is asked for, ACTION_CLOSED, QUOTA_EXCEEDED
 */
export async function reportConfirmation(
  device: ActorContext,
  actionId: number,
  report: ConfirmationReport,
): Promise<void> {
  const { settings } = await device.tenants.byId(device.caller.tenantId);
  await change(device, async (tx, changes) => {
    const action = await lockOwnAction(tx, device, actionId);
    if (!action.active) throw actionClosed(String(actionId));
    if (!isConfirmable(action, report, settings)) throw actionNotFound(String(actionId));
    if (report.confirmation === 'denied') await requireRoom(tx, action);
    await writeConfirmation(tx, device, [action], { ...report, messages: report.messages.map(storableText) });
    const subjects = [device.caller.username];
    changes.targets(subjects);
    changes.record({ type: `action.${report.confirmation}`, subjects, changes: auditedActionId(action) });
  });
}
