import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { targetAutoConfirm } from '../../../database/tables/target-data.ts';
import { autoConfirmAlreadyActive } from '../../../errors.ts';
import type { AutoConfirm } from '../../deployments/auto-confirm/find.ts';
import { AutoConfirmInput } from '../../deployments/auto-confirm/input.ts';
import { activateTargets, deactivateTargets } from '../../deployments/auto-confirm/write.ts';
import { lockOwnTarget } from '../../fleet/targets/selection.ts';
import { added } from '../../platform/audit/record.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import type { Device } from '../polling/device.ts';

/** Whether the device's actions are confirmed without asking. */
export async function findOwnAutoConfirm(
  { database }: Platform,
  { tenant, targetId }: Device,
): Promise<AutoConfirm> {
  const { initiator, remark, activatedAt } = targetAutoConfirm;
  const [found] = await database
    .select({ initiator, remark, activatedAt })
    .from(targetAutoConfirm)
    .where(and(eq(targetAutoConfirm.tenantId, tenant.tenantId), eq(targetAutoConfirm.targetId, targetId)));
  return found
    ? { active: true, ...found }
    : { active: false, initiator: null, remark: null, activatedAt: null };
}

/** A device turns auto-confirm on; actions that wait for confirmation start. @throws AUTO_CONFIRM_ALREADY_ACTIVE */
export async function activateOwnAutoConfirm(
  device: ActorContext,
  input: z.input<typeof AutoConfirmInput>,
): Promise<void> {
  const { initiator, remark } = parse(AutoConfirmInput, input);
  const given = { initiator, remark: remark || 'Activated by the device.' };
  await change(device, async (tx, changes) => {
    const target = await lockOwnTarget(tx, device);
    const activated = await activateTargets(tx, device, [target], given);
    if (!activated.length) throw autoConfirmAlreadyActive(target.controllerId);
    changes.targets(activated);
    changes.record({ type: 'target.auto-confirm-activated', subjects: activated, changes: added(given) });
  });
}

/** A device turns auto-confirm off, if it is on. */
export async function deactivateOwnAutoConfirm(device: ActorContext): Promise<void> {
  await change(device, async (tx, changes) => {
    const target = await lockOwnTarget(tx, device);
    const deactivated = await deactivateTargets(tx, device, [target]);
    changes.targets(deactivated);
    changes.record({ type: 'target.auto-confirm-deactivated', subjects: deactivated });
  });
}
