import { randomUUID } from 'node:crypto';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Platform } from '../../shared/context.ts';
import type { EnrollmentCredential } from '../enrollment/rules.ts';
import type { Device } from '../polling/device.ts';
import {
  type DeviceCredentials,
  derivedTokenIn,
  enrollmentCredentialOf,
  isToken,
  type OwnTokens,
  ownTokenIn,
  showsOwnToken,
} from './credentials.ts';
import { tokenDigest } from './digest.ts';
import type { PendingDevice } from './pending-device.ts';

type WithSecrets = Pick<Platform, 'secrets'>;

/** What a device shows of itself. */
interface Showing {
  controllerId: string;
  credentials: DeviceCredentials;
}

/** What signs the device in: its newest token, an older one, or an enrollment credential. */
type Admission = 'newest' | 'old' | 'enrollment';

/** What of a device says who may speak for it. */
type Admitting = Pick<Device, 'tenant' | 'enrollmentGroupId' | 'derivedUntil' | 'derived' | keyof OwnTokens>;

export function admissionOf(
  platform: WithSecrets,
  device: Admitting,
  request: Showing,
  now: Date,
): Admission | undefined {
  const { tenant } = device;
  const { controllerId, credentials } = request;
  const own = ownTokenIn(tenant, device, credentials, now.getTime());
  if (own) return own;
  const credential =
    enrollmentCredentialOf(tenant, controllerId, credentials, now) ??
    derivedCredentialOf(platform, device, request, now);
  return credential && appliesTo(credential, device) ? 'enrollment' : undefined;
}

/** What a derived token is good for. A device that was cut off costs as much as others, so that nobody can tell. */
function derivedCredentialOf(
  { secrets }: WithSecrets,
  device: Admitting,
  { controllerId, credentials }: Showing,
  now: Date,
): EnrollmentCredential | undefined {
  const { tenant, derived, derivedUntil } = device;
  const { targetToken } = credentials;
  if (targetToken === undefined) return undefined;
  const isLast = derived !== undefined && showsOwnToken(tenant, credentials) && isToken(targetToken, derived);
  const shown = isLast ? derived : derivedTokenIn(tenant, secrets, controllerId, credentials);
  if (!shown || (derivedUntil !== undefined && now.getTime() >= derivedUntil)) return undefined;
  if (appliesTo(shown.credential, device)) device.derived = shown;
  return shown.credential;
}

const appliesTo = (
  { appliesToAll, group }: EnrollmentCredential,
  { enrollmentGroupId }: Pick<Device, 'enrollmentGroupId'>,
) => appliesToAll || group?.id === enrollmentGroupId;

export const isFirstUse = ({ oldTokens }: Device, admission: Admission) =>
  admission === 'newest' && oldTokens !== undefined;

/** Its token is compared where there is no device. */
export const NOBODY = {
  tokenDigest: tokenDigest(randomUUID()),
  oldTokens: undefined,
  enrollmentGroupId: null,
  derivedUntil: undefined,
  derived: undefined,
};

/** The credential that may register an unknown device, if there is one. */
export function registeringCredentialOf(
  { secrets }: WithSecrets,
  tenant: Tenant,
  { controllerId, credentials }: Showing,
  now: Date,
): EnrollmentCredential | undefined {
  if (!tenant.settings.autoRegistration) return undefined;
  const credential =
    enrollmentCredentialOf(tenant, controllerId, credentials, now) ??
    derivedTokenIn(tenant, secrets, controllerId, credentials)?.credential;
  if (!credential) return undefined;
  const { group } = credential;
  // A certificate works without its group; a group's token has been checked already.
  return !group || (now.getTime() < group.until && group.admits(controllerId)) ? credential : undefined;
}

export const mayWait = (
  platform: WithSecrets,
  { tenant, state }: PendingDevice,
  request: Showing,
  now: Date,
): boolean =>
  state === 'pending' &&
  registeringCredentialOf(platform, tenant, request, now)?.group?.requiresApproval === true;
