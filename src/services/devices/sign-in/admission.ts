import { randomUUID } from 'node:crypto';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Platform } from '../../shared/context.ts';
import { bareAddressOf, type CalledFrom } from '../device-context.ts';
import type { EnrollmentCredential } from '../enrollment/rules.ts';
import type { Hooks } from '../enrollment-hooks/ask.ts';
import type { Device } from '../polling/device.ts';
import { type CredentialUse, NEWEST_TOKEN } from './credential-use.ts';
import {
  certificateSubjectOf,
  type DeviceCredentials,
  derivedTokenOf,
  enrollmentCredentialOf,
  isDerived,
  type OwnTokens,
  ownTokenOf,
  shownDigestOf,
} from './credentials.ts';
import { tokenDigest } from './digest.ts';
import type { PendingDevice } from './pending-device.ts';

type WithSecrets = Pick<Platform, 'secrets'>;

/** What a device shows of itself. */
export interface Showing {
  controllerId: string;
  credentials: DeviceCredentials;
}

/** What of a device says who may speak for it. */
type Admitting = Pick<
  Device,
  'tenant' | 'enrollmentGroupId' | 'derivedUntil' | 'derived' | 'issuedSerials' | keyof OwnTokens
>;

/** What signs the device in: a token of its own, or an enrollment credential; undefined where nothing does. */
export function admissionOf(
  platform: WithSecrets,
  device: Admitting,
  request: Showing,
  now: Date,
): CredentialUse | undefined {
  const { tenant } = device;
  const { controllerId, credentials } = request;
  const shown = shownDigestOf(tenant, credentials);
  const own = shown === undefined ? undefined : ownTokenOf(device, shown, now.getTime());
  if (own) return own;
  const credential =
    enrollmentCredentialOf(tenant, controllerId, credentials, now) ??
    (shown === undefined ? undefined : derivedCredentialOf(platform, device, { controllerId, shown }, now));
  return credential && appliesTo(credential, device) ? credential.use : undefined;
}

/** What a derived token is good for. A device that was cut off costs as much as others, so that nobody can tell. */
function derivedCredentialOf(
  { secrets }: WithSecrets,
  device: Admitting,
  { controllerId, shown }: { controllerId: string; shown: string },
  now: Date,
): EnrollmentCredential | undefined {
  const { tenant, derived: last, derivedUntil } = device;
  const derived = isDerived(last, shown) ? last : derivedTokenOf(tenant, secrets, controllerId, shown);
  if (!derived || (derivedUntil !== undefined && now.getTime() >= derivedUntil)) return undefined;
  if (appliesTo(derived.credential, device)) device.derived = derived;
  return derived.credential;
}

const appliesTo = (
  { appliesToAll, group, issuedSerial }: EnrollmentCredential,
  { enrollmentGroupId, issuedSerials }: Pick<Device, 'enrollmentGroupId' | 'issuedSerials'>,
) =>
  issuedSerial === undefined
    ? appliesToAll || group?.id === enrollmentGroupId
    : issuedSerials?.includes(issuedSerial) === true;

export const isFirstUse = ({ oldTokens }: Device, use: CredentialUse) =>
  use === NEWEST_TOKEN && oldTokens !== undefined;

/** Its token is compared where there is no device. */
export const NOBODY = {
  tokenDigest: tokenDigest(randomUUID()),
  oldTokens: undefined,
  enrollmentGroupId: null,
  derivedUntil: undefined,
  derived: undefined,
  issuedSerials: undefined,
};

/** The credential that may register an unknown device, if there is one. */
export function registeringCredentialOf(
  { secrets }: WithSecrets,
  tenant: Tenant,
  { controllerId, credentials }: Showing,
  now: Date,
): EnrollmentCredential | undefined {
  if (!tenant.settings.autoRegistration) return undefined;
  const shown = shownDigestOf(tenant, credentials);
  const credential =
    enrollmentCredentialOf(tenant, controllerId, credentials, now) ??
    (shown === undefined ? undefined : derivedTokenOf(tenant, secrets, controllerId, shown)?.credential);
  // An issued certificate is that of a target: who deleted it doesn't want it back.
  if (!credential || credential.issuedSerial !== undefined) return undefined;
  const { group } = credential;
  // A certificate works without its group; a group's token has been checked already.
  return !group || (now.getTime() < group.until && group.admits(controllerId)) ? credential : undefined;
}

/** Whether a pending device stays so, without a look at anything but the memory. */
export function mayWait(
  platform: WithSecrets & { hooks: Hooks },
  { tenant, state }: PendingDevice,
  request: Showing & CalledFrom,
  now: Date,
): boolean {
  if (state !== 'pending') return false;
  const group = registeringCredentialOf(platform, tenant, request, now)?.group;
  if (!group) return false;
  const { requiresApproval, hook } = group;
  if (requiresApproval || !hook) return requiresApproval;
  const { controllerId, credentials, address } = request;
  return platform.hooks.holds({
    ...{ tenant, hook, controllerId, address: bareAddressOf(address) },
    certificateSubject: certificateSubjectOf(credentials),
  });
}
