import { setTimeout as pause } from 'node:timers/promises';
import {
  approvalPending,
  type DomainError,
  isUnauthenticated,
  tooManyRequests,
  unauthenticated,
} from '../../../errors.ts';
import { type Failures, openFailures } from '../../access/attempts.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Platform } from '../../shared/context.ts';
import { openFairQueue } from '../../shared/fair-queue.ts';
import { asDevice, bareAddressOf, type CalledFrom } from '../device-context.ts';
import { type Hooks, openHooks } from '../enrollment-hooks/ask.ts';
import { openRevocationLists, type RevocationLists } from '../issuing/revocation-lists.ts';
import { openWrites, type Writes } from '../reports/writes.ts';
import { admissionOf, isFirstUse, mayWait, NOBODY, registeringCredentialOf } from '../sign-in/admission.ts';
import { admitUnknown } from '../sign-in/admit-unknown.ts';
import { confirmToken } from '../sign-in/confirm-token.ts';
import { type CredentialUse, sameUse } from '../sign-in/credential-use.ts';
import {
  certificateRefusalOf,
  type DeviceCredentials,
  enrollmentCredentialOf,
  showsOwnToken,
} from '../sign-in/credentials.ts';
import { type Found, findInMemory, findMoved, redirectMoved } from '../sign-in/moved.ts';
import {
  isPending,
  openPendingDevices,
  type PendingDevice,
  type PendingDevices,
} from '../sign-in/pending-device.ts';
import { openRecentLookups, type RecentLookups } from '../sign-in/recent-lookups.ts';
import { openTwins, type Twins } from '../sign-in/twins.ts';
import { openSetContents, type SetContents } from '../updates/deployment-content.ts';
import type { Device, PollAnswer } from './device.ts';
import { type DeviceCache, openDeviceCache } from './device-cache.ts';
import { type DeviceCounts, newDeviceCounts } from './device-counts.ts';
import { openPollTimes, type PollTimes } from './poll-times.ts';

/** What the device API works with. */
export interface DevicePlatform extends Platform {
  devices: DeviceCache;
  pendingDevices: PendingDevices;
  lookups: RecentLookups;
  sets: SetContents;
  failures: Failures;
  writes: Writes;
  pollTimes: PollTimes;
  counts: DeviceCounts;
  hooks: Hooks;
  twins: Twins;
  /** In which certificates are issued: each costs as much as many polls. */
  issuing: ReturnType<typeof openFairQueue>;
  revocationLists: RevocationLists;
  /** Hears of certificates that didn't sign a device in, and why. */
  onRefusal: (refusal: CertificateRefusal) => void;
}

export interface CertificateRefusal {
  tenantName: string;
  controllerId: string;
  address: string;
  reason: string;
}

export function openDevices(
  platform: Platform,
  capacity: number,
  onError: (error: unknown) => void,
  onRefusal: (refusal: CertificateRefusal) => void = () => {},
): DevicePlatform {
  const { database, announcements, clock } = platform;
  const twins = openTwins(platform, onError);
  return {
    ...platform,
    devices: openDeviceCache(database, announcements, clock, capacity),
    pendingDevices: openPendingDevices(database, announcements),
    lookups: openRecentLookups(announcements),
    sets: openSetContents(database, announcements),
    failures: openFailures(announcements, WRONG_CREDENTIALS),
    writes: openWrites(announcements, platform.systemDefaults.deviceWrites),
    pollTimes: openPollTimes(database, { clock, onError, suspect: twins.suspect }),
    counts: newDeviceCounts(),
    hooks: openHooks(platform),
    twins,
    issuing: openFairQueue(ISSUED_AT_ONCE, MOST_WAITING),
    revocationLists: openRevocationLists(),
    onRefusal,
  };
}

/** So many that some share a transaction, and few enough that tenants have their turn soon. */
const ISSUED_AT_ONCE = 16;
/** For a certificate, of one tenant and of all. */
const MOST_WAITING = {
  ofOne: 200,
  ofAll: 1_000,
  refusal: () => tooManyRequests('devices that wait for a certificate', 10),
};

/** Devices with wrong credentials that one network may have: many devices may be behind one address. */
const WRONG_CREDENTIALS = { of: 'credentials of devices', atOnce: 1_000, perSecond: 50 };

/** The device that makes a request, as its path and headers say. */
export interface DeviceRequest extends CalledFrom {
  tenantName: string;
  controllerId: string;
  credentials: DeviceCredentials;
}

/**
 * A device asks what there is to do. Answered at once, not by a promise, where all is in memory. An unknown
 * device that shows a token of an enrollment group or a certificate is registered, or is pending until it is approved.
 * @throws UNAUTHENTICATED; TOO_MANY_REQUESTS after very many of these; INVALID_INPUT where a device can't be registered by
 *   its id; QUOTA_EXCEEDED; TARGET_MOVED where it is to ask at another tenant's address
 */
export function poll(platform: DevicePlatform, request: DeviceRequest): PollAnswer | Promise<PollAnswer> {
  const tenant = platform.tenants.peek(request.tenantName);
  if (!tenant) return signIn(platform, request, true);
  const now = platform.clock();
  let device = platform.devices.peek(tenant, request.controllerId);
  let use: CredentialUse | undefined;
  if (device) {
    const found = device.moved && findInMemory(device, { platform, request, now });
    if (device.moved && !found) return signIn(platform, request, true);
    use = found ? found.admission : admissionOf(platform, device, request, now);
    device = found?.device ?? device;
    if (!use || !device.seen || isFirstUse(device, use)) return signIn(platform, request, true);
    if (found) redirectMoved(tenant, found, request);
    noteUse(platform, device, use);
  }
  const known = device ?? platform.pendingDevices.peek(tenant, request.controllerId);
  if (!known || (isPending(known) && !mayWait(platform, known, request, now)))
    return signIn(platform, request, true);
  platform.pollTimes.note(known, request.address, now.getTime(), use);
  return known;
}

/** Most devices always sign in with the same. */
function noteUse({ pollTimes }: DevicePlatform, device: Device, use: CredentialUse): void {
  if (device.use && sameUse(device.use, use)) return;
  device.use = use;
  pollTimes.noteUse(device);
}

/**
 * The device that makes a request, for every route of the device API but polls; any signed-in request counts as one.
 * @throws what `poll` throws; APPROVAL_PENDING
 */
export async function authenticateDevice(platform: DevicePlatform, request: DeviceRequest): Promise<Device> {
  const device = await signIn(platform, request, false);
  if (isPending(device)) throw approvalPending(request.controllerId);
  return device;
}

/**
 * A refusal takes at least so long. All checks are done by then, so that the time doesn't show whether there is such a
 * tenant or device.
 */
const REFUSED_AFTER_MS = 25;

async function signIn(
  platform: DevicePlatform,
  request: DeviceRequest,
  isPoll: boolean,
): Promise<Device | PendingDevice> {
  const arrivedAt = performance.now();
  try {
    return await admit(platform, request, isPoll);
  } catch (error) {
    if (!isUnauthenticated(error)) throw error;
    platform.failures.count(bareAddressOf(request.address));
    const left = REFUSED_AFTER_MS - (performance.now() - arrivedAt);
    if (left > 0) await pause(left);
    throw error;
  }
}

async function admit(
  platform: DevicePlatform,
  request: DeviceRequest,
  isPoll: boolean,
): Promise<Device | PendingDevice> {
  const { tenantName, controllerId, credentials, address } = request;
  const tenant = (await platform.tenants.byName(tenantName)) ?? platform.tenants.nobody;
  const now = platform.clock();
  // Without either it is refused, whatever is stored of the device.
  const isAsked =
    showsOwnToken(tenant, credentials) ||
    enrollmentCredentialOf(tenant, controllerId, credentials, now) !== undefined;
  if (!isAsked) throw refusal(platform, tenant, request, now);
  const known = await findAdmitted(platform, tenant, request, now);
  const device = known?.device ?? (await registered(platform, tenant, request, now));
  const use = isPoll ? known?.admission : undefined;
  if (isPending(device) || device.seen) platform.pollTimes.note(device, address, now.getTime(), use);
  else await platform.pollTimes.writeFirst(device, address, known?.admission);
  // After its row is there; one that registered has it already.
  if (known?.admission) noteUse(platform, known.device, known.admission);
  return device;
}

/** UNAUTHENTICATED, which is written to the audit trail. Only the log says what is wrong with a certificate. */
function refusal(platform: DevicePlatform, tenant: Tenant, request: DeviceRequest, now: Date): DomainError {
  const { controllerId, credentials, tenantName, address } = request;
  platform.counts.refused++;
  const reason = certificateRefusalOf(tenant, controllerId, credentials, now);
  if (reason) platform.onRefusal({ tenantName, controllerId, address, reason });
  if (tenant !== platform.tenants.nobody)
    platform.refusals.note(asDevice(platform, tenant, controllerId, request), { type: 'sign-in.failed' });
  return unauthenticated();
}

/**
 * The device these credentials are good for; undefined where there is no such target.
 * @throws UNAUTHENTICATED, TOO_MANY_REQUESTS, TARGET_MOVED
 */
async function findAdmitted(
  platform: DevicePlatform,
  tenant: Tenant,
  request: DeviceRequest,
  now: Date,
): Promise<Found | undefined> {
  const { controllerId, credentials } = request;
  const remembered = platform.devices.peek(tenant, controllerId);
  const found = remembered && (await find(platform, remembered, request, now));
  if (found?.admission) return admitted(platform, tenant, found, request);
  platform.failures.requireFew(bareAddressOf(request.address));
  // A token may have been changed past this process: look again before refusing, but not at an attacker's pace.
  const { lookups } = platform;
  const last = lookups.recent(tenant, controllerId);
  const isUnknown =
    last?.foundNone &&
    showsOwnToken(tenant, credentials) &&
    !registeringCredentialOf(platform, tenant, request, now);
  if (last && (remembered || isUnknown)) throw refusal(platform, tenant, request, now);
  const lookup = lookups.begin(tenant, controllerId);
  const device = await platform.devices.read(tenant, controllerId);
  lookup.foundNone = !device;
  if (!device) {
    admissionOf(platform, { tenant, ...NOBODY }, request, now);
    return undefined;
  }
  const fresh = await find(platform, device, request, now);
  if (!fresh.admission) throw refusal(platform, tenant, request, now);
  lookups.forget(tenant, controllerId);
  return admitted(platform, tenant, fresh, request);
}

const find = (
  platform: DevicePlatform,
  device: Device,
  request: DeviceRequest,
  now: Date,
): Found | Promise<Found> =>
  device.moved
    ? findMoved(device, { platform, request, now })
    : { device, admission: admissionOf(platform, device, request, now) };

/** @throws TARGET_MOVED, UNAUTHENTICATED */
async function admitted(
  platform: DevicePlatform,
  tenant: Tenant,
  found: Found,
  request: DeviceRequest,
): Promise<Found> {
  redirectMoved(tenant, found, request);
  const { device, admission } = found;
  if (!admission || !isFirstUse(device, admission)) return found;
  return { device: await confirmed(platform, device, request), admission };
}

/** The device after it has shown its newest token for the first time. @throws UNAUTHENTICATED if it was deleted */
async function confirmed(platform: DevicePlatform, device: Device, request: DeviceRequest): Promise<Device> {
  const { controllerId } = request;
  await confirmToken(asDevice(platform, device.tenant, controllerId, request), device);
  const confirmed = await platform.devices.read(device.tenant, controllerId);
  if (!confirmed) throw unauthenticated();
  return confirmed;
}

/** What becomes of a device that is no target. @throws what `admitUnknown` throws */
async function registered(
  platform: DevicePlatform,
  tenant: Tenant,
  request: DeviceRequest,
  now: Date,
): Promise<Device | PendingDevice> {
  const { controllerId, credentials, address } = request;
  const credential = registeringCredentialOf(platform, tenant, request, now);
  if (!credential) throw refusal(platform, tenant, request, now);
  const device = asDevice(platform, tenant, controllerId, request);
  return admitUnknown(platform, { tenant, device, address, credentials, ...credential });
}
