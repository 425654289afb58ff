import { and, eq } from 'drizzle-orm';
import { targets } from '../../../database/tables/targets.ts';
import {
  type AttributeEntry,
  type AttributeMode,
  applyAttributes,
  checkAttributes,
} from '../../fleet/targets/attributes.ts';
import { lockOwnTarget } from '../../fleet/targets/selection.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';

/**
 * A device tells its attributes, which ends the server's request for them. Not a change of the target by a user:
 * who modified it last stays.
 * @throws INVALID_ATTRIBUTES, QUOTA_EXCEEDED, TARGET_NOT_FOUND
 */
export async function reportAttributes(
  device: ActorContext,
  mode: AttributeMode,
  entries: readonly AttributeEntry[],
): Promise<void> {
  const { tenantId, username: controllerId } = device.caller;
  checkAttributes(entries);
  await change(device, async (tx, changes) => {
    const target = await lockOwnTarget(tx, device);
    const changed = await applyAttributes(tx, target, mode, entries);
    if (target.requestAttributes)
      await tx
        .update(targets)
        .set({ requestAttributes: false })
        .where(and(eq(targets.tenantId, tenantId), eq(targets.id, target.id)));
    // Devices send the same again and again: that is no change.
    if (!changed && !target.requestAttributes) return;
    changes.targets([controllerId]);
    changes.record({
      type: 'target.attributes-reported',
      subjects: [controllerId],
      changes: {
        ...changed,
        ...(target.requestAttributes && { requestAttributes: { old: true, new: false } }),
      },
    });
  });
}
