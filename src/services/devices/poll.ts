import { type DomainError, unauthenticated } from '../../errors.ts';
import type { Platform } from '../context.ts';
import type { Tenant } from '../tenants/registry.ts';
import { asDevice } from './acting.ts';
import { confirmToken } from './confirm-token.ts';
import { type DeviceCredentials, ownTokenIn, refusalOf, speaksForAnyDevice } from './credentials.ts';
import { type Device, type DeviceCache, openDeviceCache } from './device-cache.ts';
import { openPollTimes, type PollTimes } from './poll-times.ts';
import { registerDevice } from './register.ts';

/** What the device API works with. */
export interface DevicePlatform extends Platform {
  devices: DeviceCache;
  pollTimes: PollTimes;
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
  return {
    ...platform,
    devices: openDeviceCache(database, announcements, clock, capacity),
    pollTimes: openPollTimes(database, onError),
    onRefusal,
  };
}

/** Who is at the door: as the request's path and headers say. */
export interface DeviceRequest {
  tenantName: string;
  controllerId: string;
  credentials: DeviceCredentials;
  address: string;
}

/**
 * A device asks what there is to do. Answered at once, not by a promise, where all is in memory. An unknown
 * device that shows a gateway token or a certificate is registered.
 * @throws UNAUTHENTICATED; INVALID_INPUT where a device can't be registered by its id
 */
export function poll(platform: DevicePlatform, request: DeviceRequest): Device | Promise<Device> {
  const tenant = platform.tenants.peek(request.tenantName);
  const device = tenant && platform.devices.peek(tenant, request.controllerId);
  const now = platform.clock();
  const admission = device?.seen && admissionOf(device, request, now);
  if (!admission || isFirstUse(device, admission)) return authenticateDevice(platform, request);
  platform.pollTimes.note(device, request.address, now.getTime());
  return device;
}

/** As `poll`, for every route of the device API: any signed-in request counts as a poll. */
export async function authenticateDevice(platform: DevicePlatform, request: DeviceRequest): Promise<Device> {
  const tenant = await platform.tenants.byName(request.tenantName);
  if (!tenant) throw unauthenticated();
  const now = platform.clock();
  const known = await findAdmitted(platform, tenant, request, now);
  const device = known ?? (await registerUnknown(platform, tenant, request, now));
  if (device.seen) platform.pollTimes.note(device, request.address, now.getTime());
  else await platform.pollTimes.writeFirst(device, request.address, now.getTime());
  return device;
}

/** By what a device may sign in: by its newest token, one before it, or what speaks for it. */
type Admission = 'newest' | 'old' | 'spoken for';

function admissionOf(
  device: Device,
  { controllerId, credentials }: DeviceRequest,
  now: Date,
): Admission | undefined {
  const { tenant } = device;
  return (
    ownTokenIn(tenant, device, credentials, now.getTime()) ??
    (speaksForAnyDevice(tenant, controllerId, credentials, now) ? 'spoken for' : undefined)
  );
}

const isFirstUse = ({ oldTokens }: Device, admission: Admission) =>
  admission === 'newest' && oldTokens !== undefined;

/** UNAUTHENTICATED, noted in the audit trail; what is wrong with a certificate only the log is told. */
function refusal(
  platform: DevicePlatform,
  tenant: Tenant,
  { controllerId, credentials, tenantName, address }: DeviceRequest,
  now: Date,
): DomainError {
  const { clientCertificate } = credentials;
  const reason = clientCertificate && refusalOf(tenant, controllerId, clientCertificate, now);
  if (reason) platform.onRefusal({ tenantName, controllerId, address, reason });
  platform.refusals.note(asDevice(platform, tenant, controllerId, address), { type: 'sign-in.failed' });
  return unauthenticated();
}

/** Re-reads of one device because of a wrong token: no more than one in this time. */
const REREAD_MS = 1_000;

/** The device these credentials are good for; undefined where there is no such target. @throws UNAUTHENTICATED */
async function findAdmitted(
  platform: DevicePlatform,
  tenant: Tenant,
  request: DeviceRequest,
  now: Date,
): Promise<Device | undefined> {
  const remembered = platform.devices.peek(tenant, request.controllerId);
  const admission = remembered && admissionOf(remembered, request, now);
  if (admission)
    return isFirstUse(remembered, admission) ? confirmed(platform, remembered, request) : remembered;
  // A token may have been changed past this process: look again before refusing, but not at an attacker's pace.
  if (remembered && performance.now() - remembered.readAt < REREAD_MS)
    throw refusal(platform, tenant, request, now);
  const device = await platform.devices.read(tenant, request.controllerId);
  if (!device) return undefined;
  const fresh = admissionOf(device, request, now);
  if (!fresh) throw refusal(platform, tenant, request, now);
  return isFirstUse(device, fresh) ? confirmed(platform, device, request) : device;
}

/** The device after it has shown its newest token for the first time. @throws UNAUTHENTICATED where it went meanwhile */
async function confirmed(
  platform: DevicePlatform,
  device: Device,
  { controllerId, address }: DeviceRequest,
): Promise<Device> {
  await confirmToken(asDevice(platform, device.tenant, controllerId, address), device);
  const confirmed = await platform.devices.read(device.tenant, controllerId);
  if (!confirmed) throw unauthenticated();
  return confirmed;
}

async function registerUnknown(
  platform: DevicePlatform,
  tenant: Tenant,
  request: DeviceRequest,
  now: Date,
): Promise<Device> {
  const { controllerId, credentials, address } = request;
  const speaks = speaksForAnyDevice(tenant, controllerId, credentials, now);
  if (!tenant.settings.autoRegistration || !speaks) throw refusal(platform, tenant, request, now);
  await registerDevice(asDevice(platform, tenant, controllerId, address), address);
  const device = await platform.devices.read(tenant, controllerId);
  if (!device) throw unauthenticated();
  return device;
}
