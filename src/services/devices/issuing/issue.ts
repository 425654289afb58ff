import type { CertificatePolicy } from '../../../database/tables/enrollment.ts';
import { invalid } from '../../../errors.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { ActorContext } from '../../shared/context.ts';
import { factsOf } from '../certificate-authorities/certificate.ts';
import { requireAllowed, requireExact } from './policy.ts';
import { type SignedCertificate, signDevice } from './sign.ts';
import { type IssuingAuthority, issuingAuthorityOf, signerOf, upstreamOf } from './signer.ts';
import type { SigningRequest } from './signing-request.ts';
import { requireRoom, storeCertificate } from './store.ts';
import { askForCertificate } from './upstream/ask.ts';
import type { Upstream } from './upstream/input.ts';

const DAY_MS = 86_400_000;

/** What a device is to get. */
export interface Wanted {
  targetId: number;
  groupId: number;
  policy: CertificatePolicy;
  request: SigningRequest;
  /** Where the list of revoked certificates is; undefined where the server doesn't know its own address. */
  publicUrl: string | undefined;
  /** The id of the certificate that is renewed, if one is. */
  renewedId?: number;
}

/**
 * Issues a certificate to a device that has signed in: its name is the controllerId, whatever the request says.
 * @returns it in DER
 * @throws INVALID_INPUT for a request that the policy doesn't allow, or that its key hasn't signed; QUOTA_EXCEEDED;
 *   UNAVAILABLE where nobody can sign; UNAUTHENTICATED where the target, or the certificate that is renewed, is gone, or
 *   the target has moved
 */
export async function issueCertificate(
  device: ActorContext,
  tenant: Tenant,
  wanted: Wanted,
): Promise<Buffer> {
  const { username: controllerId } = device.caller;
  const { policy, request } = wanted;
  requireAllowed(policy, request, controllerId);
  const now = device.clock();
  const authority = issuingAuthorityOf(tenant, now);
  const upstream = upstreamOf(authority, device.secrets);
  if (upstream) requireExact(request, controllerId);
  if (!(await request.isProven()))
    throw invalid('request: is not signed by the key that it names', ['request']);
  const signing = { ...wanted, controllerId, tenant, authority, now };
  const signed = upstream ? await signUpstream(device, signing, upstream) : await signHere(device, signing);
  await storeCertificate({ ...wanted, device, authorityId: authority.id, signed, now });
  return signed.der;
}

interface Signing extends Wanted {
  controllerId: string;
  tenant: Tenant;
  authority: IssuingAuthority;
  now: Date;
}

function signHere(
  { secrets }: ActorContext,
  { controllerId, tenant, authority, policy, request, publicUrl, now }: Signing,
): Promise<SignedCertificate> {
  const end = Math.min(
    now.getTime() + policy.lifetimeDays * DAY_MS,
    factsOf(authority.certificate).notAfter.getTime(),
  );
  return signDevice(signerOf(authority, secrets), {
    commonName: controllerId,
    keyInfo: request.keyInfo,
    names: request.names.map(({ name }) => name),
    crlUrl: publicUrl && `${publicUrl}/crl/${tenant.name}/${authority.id}`,
    notAfter: new Date(end),
    now,
  });
}

/** Nobody there is bothered for a device that can't get another one. */
async function signUpstream(
  device: ActorContext,
  { targetId, authority, request, controllerId, policy, now }: Signing,
  upstream: Upstream,
): Promise<SignedCertificate> {
  await requireRoom(device, targetId, now);
  const issuer = authority.certificate;
  return askForCertificate(device, authority, upstream, { issuer, request, controllerId, policy, now });
}
