import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { pendingTargets } from '../../../database/tables/enrollment.ts';
import { invalid, unauthenticated } from '../../../errors.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { enrollDevices, findTerms, type Terms } from '../enrollment/enroll.ts';

export interface Registration {
  address: string;
  /** The enrollment group whose terms it gets, if there is one. */
  groupId: number | undefined;
  /** Whether it was a pending target before. */
  wasPending: boolean;
}

/**
 * Registers a device that signed in for the first time, its poll included. Another request may have been
 * quicker: then this one changes nothing. The id must fit a name, too: it has at most 128 characters.
 * @throws INVALID_INPUT, QUOTA_EXCEEDED; UNAUTHENTICATED where its group is gone
 */
export async function registerDevice(
  device: ActorContext,
  { address, groupId, wasPending }: Registration,
): Promise<void> {
  const { tenantId, username: controllerId } = device.caller;
  requireTrimmed(controllerId);
  const { clock, systemDefaults, secrets } = device;
  const now = clock();
  await change(device, async (tx, changes) => {
    const terms = groupId === undefined ? undefined : await requireTerms(tx, tenantId, groupId);
    const registered = await enrollDevices(tx, { tenantId, now, systemDefaults, secrets, changes }, terms, [
      { controllerId, address, requestedAt: now },
    ]);
    if (wasPending) {
      await tx
        .delete(pendingTargets)
        .where(and(eq(pendingTargets.tenantId, tenantId), eq(pendingTargets.controllerId, controllerId)));
      changes.pending();
    }
    if (!registered.length) return;
    changes.created(registered);
    changes.record({ type: 'target.registered', subjects: registered });
  });
}

/** What is entered may have white space around it; what a device is called may not. @throws INVALID_INPUT */
export function requireTrimmed(controllerId: string): void {
  if (controllerId !== controllerId.trim())
    throw invalid('controllerId: must hold no white space', ['controllerId']);
}

async function requireTerms(tx: Transaction, tenantId: number, groupId: number): Promise<Terms> {
  const terms = await findTerms(tx, tenantId, groupId);
  if (!terms) throw unauthenticated();
  return terms;
}
