import type { Transaction } from '../../../database/connect.ts';
import { invalid, unauthenticated } from '../../../errors.ts';
import { deletePending } from '../../fleet/targets/delete-pending.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { enrollDevices, findTerms, type Terms } from '../enrollment/enroll.ts';
import { type Say, told } from '../enrollment-hooks/ask.ts';
import type { CredentialUse } from './credential-use.ts';

export interface Registration {
  address: string;
  /** The enrollment group whose terms it gets, if there is one. */
  groupId: number | undefined;
  /** Whether it was a pending target before. */
  wasPending: boolean;
  /** What it registers with. */
  use?: CredentialUse;
  /** What the hook of its group said of it, where it has one. */
  asked?: Say | undefined;
}

/**
 * Registers a device that signed in for the first time, its poll included. Another request may have been
 * quicker: then this one changes nothing. The id must fit a name, too: it has at most 128 characters.
 * @throws INVALID_INPUT, QUOTA_EXCEEDED; UNAUTHENTICATED where its group is gone
 */
export async function registerDevice(
  device: ActorContext,
  { address, groupId, wasPending, use, asked }: Registration,
): Promise<void> {
  const { tenantId, username: controllerId } = device.caller;
  requireTrimmed(controllerId);
  const { clock, systemDefaults, secrets } = device;
  const now = clock();
  await change(device, async (tx, changes) => {
    const terms = groupId === undefined ? undefined : await requireTerms(tx, tenantId, groupId);
    const before = wasPending ? await deletePending(tx, tenantId, controllerId) : undefined;
    if (wasPending) changes.pending();
    const given = asked?.kind === 'allow' ? asked.given : before?.given;
    const registered = await enrollDevices(tx, { tenantId, now, systemDefaults, secrets, changes }, terms, [
      { controllerId, address, requestedAt: now, use, given },
    ]);
    if (!registered.length) return;
    changes.created(registered);
    changes.record({ type: 'target.registered', subjects: registered, changes: asked && told(asked) });
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
