import { hash, timingSafeEqual } from 'node:crypto';
import type { Tenant } from '../tenants/registry.ts';

/** What a device showed, before anything of it was checked. */
export interface DeviceCredentials {
  targetToken?: string;
  gatewayToken?: string;
  /** From a trusted proxy only: the name in the certificate and the hashes of its issuers. */
  certificate?: { commonName: string; authorities: readonly string[] };
}

/** A token's digest. Kept instead of the token, in a form that takes 32 bytes a device. */
export const tokenDigest = (token: string): string => hash('sha256', token, 'binary');

/** In constant time, as far as the digests go. */
function sameDigest(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

/** Whether these credentials are the device's own. */
export const isOwnToken = (tenant: Tenant, digest: string, { targetToken }: DeviceCredentials): boolean =>
  targetToken !== undefined &&
  tenant.settings.targetTokenEnabled &&
  sameDigest(tokenDigest(targetToken), digest);

const gatewayDigests = new WeakMap<Tenant, string>();

/** Whether these credentials may speak for any device of the tenant, an unknown one included. */
export function speaksForAnyDevice(
  tenant: Tenant,
  controllerId: string,
  { gatewayToken, certificate }: DeviceCredentials,
): boolean {
  const { settings } = tenant;
  if (gatewayToken && settings.gatewayTokenEnabled && settings.gatewayToken) {
    const digest = gatewayDigests.get(tenant) ?? tokenDigest(settings.gatewayToken);
    gatewayDigests.set(tenant, digest);
    if (sameDigest(tokenDigest(gatewayToken), digest)) return true;
  }
  return (
    certificate !== undefined &&
    settings.headerEnabled &&
    certificate.commonName === controllerId &&
    certificate.authorities.some((hash) => settings.headerAuthorities.has(hash.toLowerCase()))
  );
}
