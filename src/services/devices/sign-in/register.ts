import type { Transaction } from '../../../database/connect.ts';
import { hasStayedLocked, waitForLocks } from '../../../database/patience.ts';
import { ofEachDatabase } from '../../../database/prepared.ts';
import type { GivenByHook } from '../../../database/tables/enrollment.ts';
import { invalid, unauthenticated } from '../../../errors.ts';
import { deletePending } from '../../fleet/targets/delete-pending.ts';
import { type Changes, change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { type Outcome, openGatherer } from '../../shared/gather.ts';
import {
  enrollDevices,
  findTerms,
  limitReached,
  roomOf,
  type SelfRegistered,
  selfRegistered,
} from '../enrollment/enroll.ts';
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
 * quicker: then this one changes nothing. The id must fit a name, too: it has at most 128 characters. Devices of a tenant
 * that come at the same time share a transaction.
 * @throws INVALID_INPUT, QUOTA_EXCEEDED; UNAUTHENTICATED where its group is gone
 */
export async function registerDevice(device: ActorContext, registration: Registration): Promise<void> {
  const { username: controllerId } = device.caller;
  requireTrimmed(controllerId);
  const target = selfRegistered(controllerId);
  await gathererOf(device.database)({ ...registration, device, controllerId, target, at: device.clock() });
}

/** What is entered may have white space around it; what a device is called may not. @throws INVALID_INPUT */
export function requireTrimmed(controllerId: string): void {
  if (controllerId !== controllerId.trim())
    throw invalid('controllerId: must hold no white space', ['controllerId']);
}

interface Coming extends Registration {
  device: ActorContext;
  controllerId: string;
  target: SelfRegistered;
  at: Date;
  /** What a hook said when it was held. */
  given?: GivenByHook | null | undefined;
}

const gathererOf = ofEachDatabase(() =>
  openGatherer<Coming>({
    atMost: 10,
    groupOf: ({ device }) => String(device.caller.tenantId),
    keyOf: ({ controllerId }) => controllerId,
    together: registerTogether,
    alone: registerAlone,
  }),
);

/** The longest that a tenant keeps others from their turn, as somebody has locked what its devices need. */
const PATIENCE = '1s';

async function registerTogether(all: readonly Coming[]): Promise<Outcome[]> {
  // In an order, by names and groups: other processes may register the same ones.
  const coming = all
    .filter(({ wasPending }) => !wasPending)
    .sort((a, b) => (a.controllerId < b.controllerId ? -1 : 1));
  const [first] = coming;
  if (!first) return all.map(() => 'alone');
  const outcomes = new Map<Coming, Outcome>();
  const work = change(first.device, async (tx, changes) => {
    await waitForLocks(tx, PATIENCE);
    for (const groupId of [...new Set(coming.map((one) => one.groupId))].sort()) {
      const ofGroup = coming.filter((one) => one.groupId === groupId);
      for (const [one, outcome] of await registerOfGroup(tx, changes, ofGroup)) outcomes.set(one, outcome);
    }
  });
  try {
    await work;
  } catch (error) {
    if (!hasStayedLocked(error)) throw error;
    outcomes.clear();
  }
  return all.map((one) => outcomes.get(one) ?? 'alone');
}

/** One that was pending, or whose tenant or group has hardly any room. @throws what its registration is refused with */
const registerAlone = (one: Coming): Promise<void> =>
  change(one.device, async (tx, changes) => {
    const given = one.wasPending ? await forgetPending(tx, changes, one) : undefined;
    const [[, outcome]] = (await registerOfGroup(tx, changes, [{ ...one, given }])) as [[Coming, Outcome]];
    if (outcome instanceof Error) throw outcome;
  });

async function forgetPending(tx: Transaction, changes: Changes, { device, controllerId }: Coming) {
  const before = await deletePending(tx, device.caller.tenantId, controllerId);
  changes.pending();
  return before?.given;
}

/** Devices of one group, or of none. What a limit has no room for is left to be registered alone. */
async function registerOfGroup(
  tx: Transaction,
  changes: Changes,
  coming: readonly Coming[],
): Promise<[Coming, Outcome][]> {
  const [{ device, groupId, at: now }] = coming as [Coming];
  const { caller, systemDefaults, secrets } = device;
  const { tenantId } = caller;
  const terms = groupId === undefined ? undefined : await findTerms(tx, tenantId, groupId);
  if (groupId !== undefined && !terms) return coming.map((one) => [one, unauthenticated()]);
  const room = terms ? roomOf(terms) : coming.length;
  if (terms && room <= 0) return coming.map((one) => [one, limitReached(terms)]);
  const fitting = coming.slice(0, room);
  const enrolling = { tenantId, now, systemDefaults, secrets, changes };
  const registered = new Set(await enrollDevices(tx, enrolling, terms, fitting.map(newDevice)));
  changes.created([...registered]);
  for (const { controllerId, asked, device } of fitting)
    if (registered.has(controllerId))
      changes.record(
        { type: 'target.registered', subjects: [controllerId], changes: asked && told(asked) },
        device,
      );
  return fitting.map((one) => [one, 'done']);
}

const newDevice = ({ target, address, use, asked, given, at, device }: Coming) => ({
  ...{ ...target, address, use, requestedAt: at, actor: device },
  given: asked?.kind === 'allow' ? asked.given : given,
});
