import type { X509Certificate } from 'node:crypto';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { factsOf, faultOfDevice, faultOfIssuer, isStrongSignature, isTooLarge } from './certificate.ts';
import { canonicalSerial } from './input.ts';
import type { TrustedAuthority } from './trusted.ts';

/** The certificates of a handshake: the device's own comes first. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]];

export interface ChainCheck {
  /** The tenant's authorities that the chain leads to, the nearest first; none where it was refused. */
  authorityIds: readonly number[];
  /** Why, for the log. */
  refusal?: string;
  /** Whether it is only for enrolling. */
  bootstrapOnly?: boolean;
  /** `authority/serial` of the device's certificate where it counts only if it is stored as one that was issued here. */
  issuedSerial?: string;
}

/** Nobody needs more, and each costs time. */
export const LONGEST_CHAIN = 10;

/** When a refused chain is checked again: it may have become valid. */
const REFUSED_MS = 60_000;

/** A tenant is another object after every change of its authorities, a chain after every handshake. */
const verdicts = new WeakMap<Chain, WeakMap<Tenant, ChainCheck & { until: number }>>();

/**
 * Checks a device's chain against the tenant's authorities by the rules of RFC 5280 for a path; constraints of
 * names are refused, policies not looked at. Remembered for the chain, until a member of it expires.
 */
export function verifyChain(tenant: Tenant, chain: Chain, now: Date): ChainCheck {
  const known = verdicts.get(chain) ?? new WeakMap();
  verdicts.set(chain, known);
  const remembered = known.get(tenant);
  if (remembered && now.getTime() < remembered.until) return remembered;
  const verdict = judge(tenant.certificateAuthorities, chain, now);
  known.set(tenant, verdict);
  return verdict;
}

function judge(authorities: readonly TrustedAuthority[], chain: Chain, now: Date) {
  const refused = (refusal: string) => ({ authorityIds: [], refusal, until: now.getTime() + REFUSED_MS });
  if (chain.length > LONGEST_CHAIN) return refused(`it has more than ${LONGEST_CHAIN} certificates`);
  if (chain.some(isTooLarge)) return refused('a certificate of it is too large');
  try {
    const paths = pathsTo(authorities, chain);
    // What is revoked under one authority isn't saved by another one with the same key.
    const revoked = paths.find(isRevoked);
    if (revoked) return refused(`a certificate of it is revoked at authority ${revoked.authority.id}`);
    const faults = paths.map((path) => faultOfPath(path, now));
    const good = paths.filter((_, index) => faults[index] === undefined);
    if (!good.length)
      return refused(faults[0] ?? `no authority of the tenant has signed it: ${issuerOf(chain)}`);
    const ends = good.flatMap(({ members, authority }) =>
      [...members, authority.certificate].map((member) => factsOf(member).notAfter.getTime()),
    );
    return { ...verdictOf(good, chain), until: Math.min(...ends) };
  } catch {
    return refused('a certificate of it is not well formed');
  }
}

function verdictOf(paths: readonly Path[], [device]: Chain): ChainCheck {
  const authorities = paths.map(({ authority }) => authority);
  const issuing = authorities.find((authority) => authority.issuing);
  return {
    authorityIds: [...new Set(authorities.map(({ id }) => id))],
    bootstrapOnly: authorities.every((authority) => authority.bootstrapOnly),
    ...(issuing && { issuedSerial: `${issuing.id}/${canonicalSerial(device.serialNumber)}` }),
  };
}

interface Path {
  /** The device's certificate, then each one's issuer. */
  members: readonly X509Certificate[];
  authority: TrustedAuthority;
}

/**
 * The ways from the device's certificate to an authority, by names and key identifiers only: signatures are checked
 * from the authority down, so that nobody can make us check many.
 */
function pathsTo(authorities: readonly TrustedAuthority[], [device, ...others]: Chain): Path[] {
  const paths: Path[] = [];
  const members = [device];
  for (let last: X509Certificate | undefined = device; last; ) {
    const member: X509Certificate = last;
    for (const authority of authorities) {
      const { certificate } = authority;
      if (member.checkIssued(certificate) && member.fingerprint256 !== certificate.fingerprint256)
        paths.push({ members: [...members], authority });
    }
    last = others.find((other) => !members.includes(other) && member.checkIssued(other));
    if (last) members.push(last);
  }
  return paths;
}

const isRevoked = ({ members, authority }: Path) =>
  members.some(({ serialNumber }) => authority.revokedSerials.has(canonicalSerial(serialNumber)));

/** What is wrong with a path; undefined where it is good at this time. */
function faultOfPath({ members, authority }: Path, now: Date): string | undefined {
  const issuers = [...members.slice(1), authority.certificate];
  for (let at = issuers.length - 1; at >= 0; at--) {
    const [issuer, signed] = [issuers[at]!, members[at]!];
    const fault = faultOfIssuer(issuer) ?? faultOfTime(issuer, now) ?? faultOfPlace(issuers, at);
    if (fault) return `the certificate of ${nameOf(issuer)} ${fault}`;
    if (!isStrongSignature(signed) || !signed.verify(issuer.publicKey))
      return `the certificate of ${nameOf(signed)} has no good signature of ${nameOf(issuer)}`;
  }
  const [device] = members;
  const fault = faultOfDevice(device!) ?? faultOfTime(device!, now);
  return fault && `the certificate of ${nameOf(device!)} ${fault}`;
}

function faultOfTime(certificate: X509Certificate, now: Date): string | undefined {
  const { notBefore, notAfter } = factsOf(certificate);
  if (now < notBefore) return `is not valid before ${notBefore.toISOString()}`;
  return now > notAfter ? `expired ${notAfter.toISOString()}` : undefined;
}

/** Whether there are more CAs below an issuer than it allows; its own renewals don't count. */
function faultOfPlace(issuers: readonly X509Certificate[], at: number): string | undefined {
  const below = issuers.slice(0, at).filter(({ subject, issuer }) => subject !== issuer).length;
  return below > factsOf(issuers[at]!).pathLength ? `allows no ${below} CAs below it (pathlen)` : undefined;
}

const oneLine = (name: string) => `'${name.replaceAll('\n', ', ').slice(0, 256)}'`;
const nameOf = ({ subject }: X509Certificate) => oneLine(subject);
const issuerOf = ([device]: Chain) => `it names ${oneLine(device.issuer)} as its issuer`;
