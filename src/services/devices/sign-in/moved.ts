import { targetMoved } from '../../../errors.ts';
import { MOST_MOVES } from '../../fleet/claims/hand-over.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Platform } from '../../shared/context.ts';
import type { Device } from '../polling/device.ts';
import type { DeviceCache } from '../polling/device-cache.ts';
import { admissionOf, type Showing } from './admission.ts';
import { type CredentialUse, isOwnToken } from './credential-use.ts';
import { showsOwnToken } from './credentials.ts';
import type { RecentLookups } from './recent-lookups.ts';

/*
 * A device that another tenant has taken over still asks at the address of its former one. It is signed in as what it is
 * now: by its own tokens, or, until its overlap ends, by what its former tenant takes from all its devices.
 */

/** The device as which a request is signed in, and by what; without `admission` it is refused. */
export interface Found {
  device: Device;
  admission: CredentialUse | undefined;
}

/** A request of a device, with what the process knows. */
interface Asking {
  platform: Pick<Platform, 'tenants' | 'secrets'> & { devices: DeviceCache; lookups: RecentLookups };
  request: Showing;
  now: Date;
}

/** How far a request was followed. */
interface Following {
  device: Device;
  /** What it shows, if its first tenant takes that from all its devices and no overlap since has ended. */
  byFormer: CredentialUse | undefined;
}

function beginAt(device: Device, { platform, request, now }: Asking): Following {
  const use = admissionOf(platform, device, request, now);
  return { device, byFormer: use && !isOwnToken(use) ? use : undefined };
}

/** Where the device went from there; undefined where it is no more. */
function moveOn(
  { device, byFormer }: Following,
  next: Device | undefined,
  { now }: Asking,
): Following | undefined {
  // One that was deleted may have a namesake.
  if (!next || next.targetId !== device.moved?.targetId) return undefined;
  return { device: next, byFormer: now.getTime() < (next.derivedUntil ?? 0) ? byFormer : undefined };
}

/** At the end only tokens count that are the device's: other credentials of the present tenant are for its own address. */
function foundAt(first: Device, { device, byFormer }: Following, { platform, request, now }: Asking): Found {
  const own = showsOwnToken(first.tenant, request.credentials)
    ? admissionOf(platform, device, request, now)
    : undefined;
  return { device, admission: own ?? byFormer };
}

/** What a device that has moved is now, as far as memory knows; undefined where it doesn't. */
export function findInMemory(first: Device, asking: Asking): Found | undefined {
  const { platform, request } = asking;
  let at: Following | undefined = beginAt(first, asking);
  for (let moves = 0; at?.device.moved; moves++) {
    const tenant = platform.tenants.peekById(at.device.moved.tenantId);
    const next = tenant && platform.devices.peek(tenant, request.controllerId);
    if (moves === MOST_MOVES) return undefined;
    at = moveOn(at, next, asking);
  }
  return at && foundAt(first, at, asking);
}

/** The same, read where memory doesn't know it; without admission where it is no more. */
export async function findMoved(first: Device, asking: Asking): Promise<Found> {
  const { platform, request } = asking;
  let at: Following | undefined = beginAt(first, asking);
  for (let moves = 0; at?.device.moved; moves++) {
    const tenant = await platform.tenants.byId(at.device.moved.tenantId);
    const next = moves < MOST_MOVES ? await readNext(platform, tenant, request.controllerId) : undefined;
    at = moveOn(at, next, asking);
  }
  return at ? foundAt(first, at, asking) : { device: first, admission: undefined };
}

/** One that isn't there is not looked for again at an attacker's pace. */
async function readNext(
  { devices, lookups }: Asking['platform'],
  tenant: Tenant,
  controllerId: string,
): Promise<Device | undefined> {
  const known = devices.peek(tenant, controllerId);
  if (known || lookups.recent(tenant, controllerId)?.foundNone) return known;
  const lookup = lookups.begin(tenant, controllerId);
  const device = await devices.read(tenant, controllerId);
  lookup.foundNone = !device;
  if (device) lookups.forget(tenant, controllerId);
  return device;
}

/**
 * Tells a device to ask at its new address, where its former tenant wants that, and what it shows works there.
 * @throws TARGET_MOVED
 */
export function redirectMoved(
  first: Tenant,
  { device, admission }: Found,
  { controllerId }: { controllerId: string },
): void {
  const isOwn = admission && isOwnToken(admission);
  if (device.tenant.tenantId !== first.tenantId && isOwn && first.settings.redirectsMoved)
    throw targetMoved(controllerId, device.tenant.name);
}
