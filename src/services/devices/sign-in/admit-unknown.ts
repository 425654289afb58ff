import { unauthenticated } from '../../../errors.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import type { GroupRules } from '../enrollment/rules.ts';
import type { Hooks, Say } from '../enrollment-hooks/ask.ts';
import type { Device } from '../polling/device.ts';
import type { DeviceCache } from '../polling/device-cache.ts';
import type { DeviceCounts } from '../polling/device-counts.ts';
import type { CredentialUse } from './credential-use.ts';
import { certificateSubjectOf, type DeviceCredentials } from './credentials.ts';
import type { PendingDevice, PendingDevices } from './pending-device.ts';
import { registerDevice } from './register.ts';
import { endPending, registerPending } from './register-pending.ts';

interface Registering extends Platform {
  devices: DeviceCache;
  pendingDevices: PendingDevices;
  hooks: Hooks;
  counts: DeviceCounts;
}

/** A device that is no target, and may become one. */
interface Unknown {
  tenant: Tenant;
  /** As it is recorded. */
  device: ActorContext;
  address: string;
  credentials: DeviceCredentials;
  /** By whose rules; none for a certificate without a group. */
  group: GroupRules | undefined;
  use: CredentialUse;
}

/**
 * Makes a target, or a pending one, of a device that may register; one that is pending already may stay so.
 * @throws UNAUTHENTICATED where it was rejected, or the hook of its group denies it; TOO_MANY_REQUESTS while the hook
 *   doesn't say; INVALID_INPUT, QUOTA_EXCEEDED
 */
export async function admitUnknown(platform: Registering, unknown: Unknown): Promise<Device | PendingDevice> {
  const { tenant, device } = unknown;
  const controllerId = device.caller.username;
  const pending =
    platform.pendingDevices.peek(tenant, controllerId) ??
    (await platform.pendingDevices.read(tenant, controllerId));
  if (pending?.state === 'rejected') throw unauthenticated();
  if (pending && unknown.group?.requiresApproval) return pending;
  const { say, isNew } = await askHook(platform, unknown);
  if (pending && say.kind === 'hold') return pending;
  // Only once for each time that it is asked: it may hold one of that name that comes from elsewhere.
  if (pending && say.kind === 'deny' && isNew) await endPending(device);
  await register(platform, unknown, say, pending !== undefined);
  const admitted =
    (await platform.devices.read(tenant, controllerId)) ??
    (await platform.pendingDevices.read(tenant, controllerId));
  if (!admitted) throw unauthenticated();
  return admitted;
}

const FREE: Awaited<ReturnType<Hooks['ask']>> = { say: { kind: 'allow', given: {} }, isNew: false };

async function askHook(platform: Registering, { tenant, device, credentials, group }: Unknown) {
  if (!group?.hook) return FREE;
  const { caller, origin } = device;
  return platform.hooks.ask(device, {
    ...{ tenant, hook: group.hook, controllerId: caller.username, address: origin.address },
    certificateSubject: certificateSubjectOf(credentials),
  });
}

async function register(
  platform: Registering,
  { device, address, group, use }: Unknown,
  say: Say,
  wasPending: boolean,
): Promise<void> {
  if (say.kind === 'deny') throw unauthenticated();
  const asked = group?.hook ? say : undefined;
  if (group && (group.requiresApproval || say.kind === 'hold')) {
    await registerPending(device, { groupId: group.id, address, use, asked });
    platform.counts.pending++;
  } else {
    await registerDevice(device, { address, groupId: group?.id, wasPending, use, asked });
    platform.counts.registered++;
  }
}
