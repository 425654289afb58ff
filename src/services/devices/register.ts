import { targetPolls, targets } from '../../database/tables/targets.ts';
import { invalid } from '../../errors.ts';
import { change } from '../change.ts';
import type { Acting } from '../context.ts';
import { parse } from '../parse.ts';
import { TargetInput } from '../targets/input.ts';

/** Who is recorded as the maker of targets that register themselves (the seed). */
const SYSTEM = 'system';

/**
 * Registers a device that signed in for the first time, its poll included. Another request may have been
 * quicker: then this one changes nothing. The id must fit a name, too: it has 128 characters at the most.
 * @throws INVALID_INPUT
 */
export async function registerDevice(device: Acting, address: string): Promise<void> {
  const { tenantId, username: controllerId } = device.caller;
  if (controllerId !== controllerId.trim())
    throw invalid('controllerId: must hold no white space', ['controllerId']);
  const target = parse(TargetInput, {
    controllerId,
    name: controllerId,
    description: `Plug and Play target: ${controllerId}`,
  });
  const now = device.clock();
  await change(device, async (tx, changes) => {
    const [registered] = await tx
      .insert(targets)
      .values({
        tenantId,
        controllerId: target.controllerId,
        name: target.name,
        description: target.description,
        securityToken: target.securityToken,
        requestAttributes: true,
        updateStatus: 'registered',
        createdAt: now,
        createdBy: SYSTEM,
        lastModifiedAt: now,
        lastModifiedBy: SYSTEM,
      })
      .onConflictDoNothing()
      .returning({ id: targets.id });
    if (!registered) return;
    await tx.insert(targetPolls).values({ tenantId, targetId: registered.id, lastRequestAt: now, address });
    changes.created([controllerId]);
    changes.record({ type: 'target.registered', subjects: [controllerId] });
  });
}
