import type { KeyObject } from 'node:crypto';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { Secrets } from '../../shared/secrets.ts';
import { type Chain, verifyChain } from '../certificate-authorities/verify-chain.ts';
import { derivationKeyOf, derivedToken } from '../enrollment/derivation.ts';
import type { Derivation, EnrollmentCredential, GroupRules } from '../enrollment/rules.ts';
import { type CredentialUse, certificateUse, NEWEST_TOKEN, oldToken } from './credential-use.ts';
import { tokenDigest } from './digest.ts';

/** What a device showed, before anything of it was checked. */
export interface DeviceCredentials {
  targetToken?: string;
  gatewayToken?: string;
  /** From a trusted proxy only: the name in the certificate and the hashes of its issuers. */
  certificate?: { commonName: string; authorities: readonly string[] };
  /** From the TLS handshake with the device itself; without a name where its subject doesn't have just one. */
  clientCertificate?: ClientCertificate;
  /** The same where it is for enrolling: that of an authority which the group of this id names. */
  bootstrap?: ClientCertificate & { groupId: number };
}

interface ClientCertificate {
  commonName: string | undefined;
  chain: Chain;
}

/** Of the certificate that is shown, as hooks are told it. */
export const certificateSubjectOf = ({ clientCertificate, bootstrap }: DeviceCredentials): string | null =>
  (clientCertificate ?? bootstrap)?.chain[0].subject ?? null;

/** In constant time, and without buffers of what is compared. Digests have the same length. */
function sameDigest(a: string, b: string): boolean {
  let differences = 0;
  for (let at = 0; at < a.length; at++) differences |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return differences === 0;
}

/** The tokens of a device, each as its digest. */
export interface OwnTokens {
  tokenDigest: string;
  /** While the device has not used its newest token: those before it, which may still work. */
  oldTokens: readonly { digest: string; until: number }[] | undefined;
}

/** Whether there is a token to compare with the device's own. */
export const showsOwnToken = ({ settings }: Tenant, { targetToken }: DeviceCredentials): boolean =>
  targetToken !== undefined && settings.targetTokenEnabled;

/** The digest of such a token. */
export const shownDigestOf = (tenant: Tenant, credentials: DeviceCredentials): string | undefined =>
  showsOwnToken(tenant, credentials) ? tokenDigest(credentials.targetToken!) : undefined;

/** Which of the device's own tokens has the digest that is shown, if it works at that time. */
export function ownTokenOf(
  { tokenDigest: newest, oldTokens }: OwnTokens,
  shown: string,
  now: number,
): CredentialUse | undefined {
  if (sameDigest(shown, newest)) return NEWEST_TOKEN;
  const old = oldTokens?.find(({ digest, until }) => now < until && sameDigest(shown, digest));
  return old && oldToken(old.until);
}

/** A token derived from a key of an enrollment group, and what it is good for. */
export interface DerivedToken {
  digest: string;
  credential: EnrollmentCredential;
}

/** Whether that is the derived token that has the digest that is shown. */
export const isDerived = (token: DerivedToken | undefined, shown: string): token is DerivedToken =>
  token !== undefined && sameDigest(shown, token.digest);

/**
 * The token of the shown digest, where it is derived for that controllerId from a key of an enrollment group. All keys
 * are tried, so that the time says nothing.
 * @throws UNAVAILABLE where the key that they are encrypted with is not known here
 */
export function derivedTokenOf(
  { enrollment }: Tenant,
  secrets: Secrets,
  controllerId: string,
  digest: string,
): DerivedToken | undefined {
  let found: DerivedToken | undefined;
  for (const derivation of enrollment.derivations) {
    const { credential } = derivation;
    const isIt = sameDigest(digest, tokenDigest(derivedToken(openKey(secrets, derivation), controllerId)));
    if (credential.group.admits(controllerId) && isIt) found ??= { digest, credential };
  }
  return found;
}

const openKeys = new WeakMap<Derivation, KeyObject>();

/** Decrypted once, and forgotten with the tenant's rules. */
function openKey(secrets: Secrets, derivation: Derivation): KeyObject {
  const key = openKeys.get(derivation) ?? derivationKeyOf(secrets.open(derivation.key));
  openKeys.set(derivation, key);
  return key;
}

/** The valid credential that signs in the device of that name without its own token, if there is one at that time. */
export function enrollmentCredentialOf(
  tenant: Tenant,
  controllerId: string,
  { gatewayToken, certificate, clientCertificate, bootstrap }: DeviceCredentials,
  now: Date,
): EnrollmentCredential | undefined {
  const { settings, enrollment } = tenant;
  if (gatewayToken !== undefined) {
    const token = enrollment.tokens.get(tokenDigest(gatewayToken));
    return token && now.getTime() < token.until && token.group.admits(controllerId) ? token : undefined;
  }
  const shown = clientCertificate ?? bootstrap;
  if (shown) {
    if (certificateRefusalOf(tenant, controllerId, { clientCertificate, bootstrap }, now)) return undefined;
    const use = certificateUse(shown.chain[0]);
    if (!clientCertificate)
      return { group: groupOfBootstrap(tenant, bootstrap!, now), appliesToAll: true, use };
    const { chain } = clientCertificate;
    const { issuedSerial } = verifyChain(tenant, chain, now);
    const group = groupOfChain(tenant, chain, now);
    return { group, appliesToAll: true, use, ...(issuedSerial && { issuedSerial }) };
  }
  const isTrusted =
    certificate !== undefined &&
    settings.headerEnabled &&
    certificate.commonName === controllerId &&
    certificate.authorities.some((hash) => settings.headerAuthorities.has(hash.toLowerCase()));
  return isTrusted ? BY_PROXY : undefined;
}

/** The proxy has checked the certificate, and doesn't tell when it expires. */
const BY_PROXY: EnrollmentCredential = {
  group: undefined,
  appliesToAll: true,
  use: { kind: 'proxy_certificate', until: Number.POSITIVE_INFINITY, mark: 5 },
};

/** The group of the nearest authority in the chain that a group names. */
function groupOfChain(tenant: Tenant, chain: Chain, now: Date): GroupRules | undefined {
  const { authorities } = tenant.enrollment;
  const named = verifyChain(tenant, chain, now).authorityIds.find((id) => authorities.has(id));
  return named === undefined ? undefined : authorities.get(named);
}

/** Why a certificate doesn't sign the device in, for the log; undefined where it does, or none is shown. */
export function certificateRefusalOf(
  tenant: Tenant,
  controllerId: string,
  { clientCertificate, bootstrap }: DeviceCredentials,
  now: Date,
): string | undefined {
  const shown = clientCertificate ?? bootstrap;
  if (!shown) return undefined;
  const { commonName, chain } = shown;
  if (commonName === undefined) return 'its subject does not have one common name';
  if (commonName !== controllerId) return `it is that of '${commonName.slice(0, 128)}'`;
  const { refusal, bootstrapOnly } = verifyChain(tenant, chain, now);
  if (refusal || !bootstrap)
    return refusal ?? (bootstrapOnly ? 'its authority is for enrolling only' : undefined);
  return groupOfBootstrap(tenant, bootstrap, now) ? undefined : 'the group names no authority of it';
}

/** The group where it names an authority of the chain that is shown for enrolling. */
function groupOfBootstrap(
  tenant: Tenant,
  { chain, groupId }: NonNullable<DeviceCredentials['bootstrap']>,
  now: Date,
): GroupRules | undefined {
  const { authorityIds, issuedSerial } = verifyChain(tenant, chain, now);
  const groups = authorityIds.map((id) => tenant.enrollment.authorities.get(id));
  // Who has an issued certificate renews it.
  return issuedSerial ? undefined : groups.find((group) => group?.id === groupId);
}
