import { type DomainError, unauthenticated } from '../../errors.ts';
import type { Platform } from '../context.ts';
import type { Tenant } from '../tenants/registry.ts';
import { asDevice } from './acting.ts';
import { type DeviceCredentials, isOwnToken, refusalOf, speaksForAnyDevice } from './credentials.ts';
import { type Device, type DeviceCache, openDeviceCache } from './device-cache.ts';
import { openPollTimes, type PollTimes } from './poll-times.ts';
import { registerDevice } from './register.ts';

/** What the device API works with. */
export interface DevicePlatform extends Platform {
  devices: DeviceCache;
  pollTimes: PollTimes;
  /** Hears of certificates that didn't sign a device in, and why. */
  onRefusal: (refusal: Refusal) => void;
}

export interface Refusal {
  tenantName: string;
  controllerId: string;
  address: string;
  reason: string;
}

export function openDevices(
  platform: Platform,
  capacity: number,
  onError: (error: unknown) => void,
  onRefusal: (refusal: Refusal) => void = () => {},
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
  if (!device?.seen || !admits(platform, tenant!, device, request))
    return authenticateDevice(platform, request);
  platform.pollTimes.note(device, request.address, platform.clock().getTime());
  return device;
}

/** As `poll`, for every route of the device API: any signed-in request counts as a poll. */
export async function authenticateDevice(platform: DevicePlatform, request: DeviceRequest): Promise<Device> {
  const tenant = await platform.tenants.byName(request.tenantName);
  if (!tenant) throw unauthenticated();
  const known = await findAdmitted(platform, tenant, request);
  const device = known ?? (await registerUnknown(platform, tenant, request));
  const now = platform.clock().getTime();
  if (device.seen) platform.pollTimes.note(device, request.address, now);
  else await platform.pollTimes.writeFirst(device, request.address, now);
  return device;
}

const admits = (
  { clock }: DevicePlatform,
  tenant: Tenant,
  device: Device,
  { controllerId, credentials }: DeviceRequest,
) =>
  isOwnToken(tenant, device.tokenDigest, credentials) ||
  speaksForAnyDevice(tenant, controllerId, credentials, clock());

/** UNAUTHENTICATED; what is wrong with a certificate only the log is told. */
function refusal({ clock, onRefusal }: DevicePlatform, tenant: Tenant, request: DeviceRequest): DomainError {
  const { controllerId, credentials, tenantName, address } = request;
  const { clientCertificate } = credentials;
  const reason = clientCertificate && refusalOf(tenant, controllerId, clientCertificate, clock());
  if (reason) onRefusal({ tenantName, controllerId, address, reason });
  return unauthenticated();
}

/** Re-reads of one device because of a wrong token: no more than one in this time. */
const REREAD_MS = 1_000;

/** The device these credentials are good for; undefined where there is no such target. @throws UNAUTHENTICATED */
async function findAdmitted(platform: DevicePlatform, tenant: Tenant, request: DeviceRequest) {
  const remembered = platform.devices.peek(tenant, request.controllerId);
  if (remembered && admits(platform, tenant, remembered, request)) return remembered;
  // A token may have been changed past this process: look again before refusing, but not at an attacker's pace.
  if (remembered && performance.now() - remembered.readAt < REREAD_MS)
    throw refusal(platform, tenant, request);
  const device = await platform.devices.read(tenant, request.controllerId);
  if (device && !admits(platform, tenant, device, request)) throw refusal(platform, tenant, request);
  return device;
}

async function registerUnknown(
  platform: DevicePlatform,
  tenant: Tenant,
  request: DeviceRequest,
): Promise<Device> {
  const { controllerId, credentials, address } = request;
  const speaks = speaksForAnyDevice(tenant, controllerId, credentials, platform.clock());
  if (!tenant.settings.autoRegistration || !speaks) throw refusal(platform, tenant, request);
  await registerDevice(asDevice(platform, tenant, controllerId, address), address);
  const device = await platform.devices.read(tenant, controllerId);
  if (!device) throw unauthenticated();
  return device;
}
