import { and, eq, sql } from 'drizzle-orm';
import { targets } from '../../../database/tables/targets.ts';
import { targetTokenRotations } from '../../../database/tables/token-rotations.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import type { Device } from '../polling/device.ts';
import { digestOfStored } from './digest.ts';

/**
 * A device uses its newest token for the first time: the tokens before it end, at once and in every process. Where the
 * token is no longer the newest, nothing happens.
 */
export async function confirmToken(
  device: ActorContext,
  { targetId, tokenDigest: used }: Pick<Device, 'targetId' | 'tokenDigest'>,
): Promise<void> {
  const { tenantId, username: controllerId } = device.caller;
  await change(device, async (tx, changes) => {
    // Locked first, so that no rotation comes between the look and the deletion.
    const [target] = await tx
      .select({ securityToken: targets.securityToken })
      .from(targets)
      .where(and(eq(targets.tenantId, tenantId), eq(targets.id, targetId)))
      .for('no key update');
    if (!target || digestOfStored(target.securityToken) !== used) return;
    const ended = await tx
      .delete(targetTokenRotations)
      .where(and(eq(targetTokenRotations.tenantId, tenantId), eq(targetTokenRotations.targetId, targetId)))
      .returning({ targetId: targetTokenRotations.targetId });
    if (!ended.length) return;
    const now = device.clock().toISOString();
    await tx
      .update(targets)
      .set({ derivedTokensEndAt: sql`LEAST(${targets.derivedTokensEndAt}, ${now}::timestamptz)` })
      .where(and(eq(targets.tenantId, tenantId), eq(targets.id, targetId)));
    changes.targets([controllerId]);
    changes.record({ type: 'target.token-confirmed', subjects: [controllerId] });
  });
}
