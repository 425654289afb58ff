import { actionClosed, actionNotFound } from '../../../errors.ts';
import { type ConfirmationReport, confirmationOf, isConfirmable } from '../../deployments/actions/confirm.ts';
import { requireRoom } from '../../deployments/actions/histories.ts';
import type { ActorContext } from '../../shared/context.ts';
import { storableText } from '../../shared/text.ts';
import { tellAction } from './tell.ts';

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
  await tellAction(device, actionId, (action, history) => {
    if (!action.active) throw actionClosed(String(actionId));
    if (!isConfirmable(action, report, settings)) throw actionNotFound(String(actionId));
    if (report.confirmation === 'denied') requireRoom(history);
    const said = { ...report, messages: report.messages.map(storableText) };
    const { status, messages, code } = confirmationOf(action, said);
    return {
      entry: { status, messages, code },
      update: { status, active: true, lastStatusCode: code },
      changesTarget: true,
      event: `action.${report.confirmation}`,
    };
  });
}
