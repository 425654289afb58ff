import { hash, timingSafeEqual } from 'node:crypto';
import { type Chain, verifyChain } from '../certificate-authorities/verify-chain.ts';
import type { Tenant } from '../tenants/registry.ts';

/** What a device showed, before anything of it was checked. */
export interface DeviceCredentials {
  targetToken?: string;
  gatewayToken?: string;
  /** From a trusted proxy only: the name in the certificate and the hashes of its issuers. */
  certificate?: { commonName: string; authorities: readonly string[] };
  /** From the TLS handshake with the device itself; without a name where its subject doesn't have just one. */
  clientCertificate?: { commonName: string | undefined; chain: Chain };
}

/** A token's digest. Kept instead of the token, in a form that takes 32 bytes a device. */
export const tokenDigest = (token: string): string => hash('sha256', token, 'binary');

/** In constant time, as far as the digests go. */
function sameDigest(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

/** The tokens of a device, each as its digest. */
export interface OwnTokens {
  tokenDigest: string;
  /** While the device has not used its newest token: those before it, which may still work. */
  oldTokens: readonly { digest: string; until: number }[] | undefined;
}

/** Which of the device's own tokens these credentials hold, if it works at that time. */
export function ownTokenIn(
  { settings }: Tenant,
  { tokenDigest: newest, oldTokens }: OwnTokens,
  { targetToken }: DeviceCredentials,
  now: number,
): 'newest' | 'old' | undefined {
  if (targetToken === undefined || !settings.targetTokenEnabled) return undefined;
  const shown = tokenDigest(targetToken);
  if (sameDigest(shown, newest)) return 'newest';
  return oldTokens?.some(({ digest, until }) => now < until && sameDigest(shown, digest)) ? 'old' : undefined;
}

const gatewayDigests = new WeakMap<Tenant, string>();

/** Whether these credentials may speak for any device of the tenant, an unknown one included. */
export function speaksForAnyDevice(
  tenant: Tenant,
  controllerId: string,
  { gatewayToken, certificate, clientCertificate }: DeviceCredentials,
  now: Date,
): boolean {
  const { settings } = tenant;
  if (gatewayToken && settings.gatewayTokenEnabled && settings.gatewayToken) {
    const digest = gatewayDigests.get(tenant) ?? tokenDigest(settings.gatewayToken);
    gatewayDigests.set(tenant, digest);
    if (sameDigest(tokenDigest(gatewayToken), digest)) return true;
  }
  if (clientCertificate) return refusalOf(tenant, controllerId, clientCertificate, now) === undefined;
  return (
    certificate !== undefined &&
    settings.headerEnabled &&
    certificate.commonName === controllerId &&
    certificate.authorities.some((hash) => settings.headerAuthorities.has(hash.toLowerCase()))
  );
}

/** Why a certificate doesn't sign the device in, for the log; undefined where it does. */
export function refusalOf(
  tenant: Tenant,
  controllerId: string,
  { commonName, chain }: NonNullable<DeviceCredentials['clientCertificate']>,
  now: Date,
): string | undefined {
  if (commonName === undefined) return 'its subject does not have one common name';
  if (commonName !== controllerId) return `it is that of '${commonName.slice(0, 128)}'`;
  return verifyChain(tenant, chain, now).refusal;
}
