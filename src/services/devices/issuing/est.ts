import { and, eq } from 'drizzle-orm';
import type { CertificatePolicy } from '../../../database/tables/enrollment.ts';
import { issuedCertificates } from '../../../database/tables/issued-certificates.ts';
import { enrollmentGroupNotFound, invalid, renewalTooEarly, unauthenticated } from '../../../errors.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import type { ActorContext } from '../../shared/context.ts';
import { oneATurn } from '../../shared/turns.ts';
import { type Chain, verifyChain } from '../certificate-authorities/verify-chain.ts';
import { asDevice, type CalledFrom } from '../device-context.ts';
import type { GroupRules } from '../enrollment/rules.ts';
import type { Device } from '../polling/device.ts';
import { authenticateDevice, type DevicePlatform } from '../polling/poll.ts';
import type { DeviceCredentials } from '../sign-in/credentials.ts';
import { tokenDigest } from '../sign-in/digest.ts';
import { issueCertificate, type Wanted } from './issue.ts';
import { issuingAuthorityOf } from './signer.ts';
import { readSigningRequest, type SigningRequest } from './signing-request.ts';

/** A group that issues certificates. */
export interface EstGroup {
  tenant: Tenant;
  group: GroupRules;
  policy: CertificatePolicy;
}

/** Who asks for a certificate. */
export interface EstCaller extends CalledFrom {
  /** The controllerId with a token of the group, or one of the target's own. */
  basic: { username: string; password: string } | undefined;
  /** From the handshake. */
  clientCertificate: DeviceCredentials['clientCertificate'];
  /** What only the two ends of this connection know, in Base64: `tls-unique` (RFC 5929); undefined behind a proxy. */
  connection: string | undefined;
}

interface EstRequest {
  /** PKCS#10 in DER. */
  der: Buffer;
  publicUrl: string | undefined;
}

/**
 * The group that a label names as `tenant.group`: no tenant has a dot in its name.
 * @throws ENROLLMENT_GROUP_NOT_FOUND also for a group that issues no certificates
 */
export async function findEstGroup({ tenants }: DevicePlatform, label: string): Promise<EstGroup> {
  const [tenantName = '', ...rest] = label.split('.');
  const tenant = await tenants.byName(tenantName);
  const group = tenant?.enrollment.groupsByName.get(rest.join('.'));
  const policy = group?.certificatePolicy;
  if (!tenant || !group || !policy) throw enrollmentGroupNotFound(label, []);
  return { tenant, group, policy };
}

/** The certificates that devices of a group are to know, that of the issuing authority first. @throws UNAVAILABLE */
export function authorityCertificates(platform: DevicePlatform, { tenant }: EstGroup) {
  const { certificate, issuing } = issuingAuthorityOf(tenant, platform.clock());
  return { certificate, above: issuing.chain };
}

/**
 * Issues a device its first certificate, or another one, by what the group lets it sign in with. An unknown device is
 * registered by the group's rules.
 * @returns it in DER
 * @throws UNAUTHENTICATED, APPROVAL_PENDING, and what `poll` and `issueCertificate` throw
 */
export async function enrollByEst(
  platform: DevicePlatform,
  place: EstGroup,
  caller: EstCaller,
  { der, publicUrl }: EstRequest,
): Promise<Buffer> {
  const { tenant, group, policy } = place;
  const { controllerId, credentials } = credentialsOf(place, caller);
  if (platform.clock().getTime() >= group.until || !group.admits(controllerId)) throw unauthenticated();
  const from = { address: caller.address, requestId: caller.requestId };
  const named = { tenantName: tenant.name, controllerId, ...from };
  const device = requireHere(tenant, await authenticateDevice(platform, { ...named, credentials }));
  // Its own token says nothing of the group.
  if (credentials.targetToken && !belongsTo(device, group)) throw unauthenticated();
  return issueInTurn(platform, tenant, asDevice(platform, tenant, controllerId, from), () => ({
    ...{ targetId: device.targetId, groupId: group.id, policy, publicUrl },
    request: readOwnRequest(der, caller),
  }));
}

/**
 * Reads a request for a certificate. One that names the connection on which it is sent (RFC 7030, 3.5) must be sent on
 * that: then nobody passes on what somebody else has signed.
 * @throws INVALID_INPUT
 */
function readOwnRequest(der: Buffer, { connection }: Pick<EstCaller, 'connection'>): SigningRequest {
  const request = readSigningRequest(der);
  if (request.challenges.some((challenge) => challenge !== connection))
    throw invalid('request: its challengePassword is not the tls-unique of this connection', ['request']);
  return request;
}

/** What its former tenant takes from a device polls during the overlap, and gets nothing new. @throws UNAUTHENTICATED */
function requireHere({ tenantId }: Tenant, device: Device): Device {
  if (device.tenant.tenantId !== tenantId) throw unauthenticated();
  return device;
}

/** Devices that have registered together would otherwise have all their requests read in one go, while polls wait. */
const turnToRead = oneATurn();

/** What another server signs has bounds of its own, and keeps nobody from what is signed here. */
function issueInTurn(platform: DevicePlatform, tenant: Tenant, device: ActorContext, read: () => Wanted) {
  const issue = async () => {
    await turnToRead();
    return issueCertificate(device, tenant, read());
  };
  const isSignedHere = !issuingAuthorityOf(tenant, platform.clock()).issuing.upstream;
  return isSignedHere ? platform.issuing({ name: tenant.name }, issue) : issue();
}

const belongsTo = ({ enrollmentGroupId }: Device, { id, appliesToAll }: GroupRules) =>
  appliesToAll || enrollmentGroupId === id;

/** @throws UNAUTHENTICATED where nothing is shown that names a device */
function credentialsOf(
  { tenant, group }: EstGroup,
  { basic, clientCertificate }: EstCaller,
): { controllerId: string; credentials: DeviceCredentials } {
  if (basic?.username) {
    const { username: controllerId, password } = basic;
    const isGroups = tenant.enrollment.tokens.get(tokenDigest(password))?.group === group;
    return { controllerId, credentials: isGroups ? { gatewayToken: password } : { targetToken: password } };
  }
  if (!clientCertificate?.commonName) throw unauthenticated();
  const bootstrap = { ...clientCertificate, groupId: group.id };
  return { controllerId: clientCertificate.commonName, credentials: { bootstrap } };
}

const DAY_MS = 86_400_000;

/**
 * Issues a device another certificate by the one that it has, within the group's window before its end.
 * @returns it in DER
 * @throws UNAUTHENTICATED; INVALID_INPUT where it is too early, or the request names another device; what `poll` and
 *   `issueCertificate` throw
 */
export async function renewByEst(
  platform: DevicePlatform,
  { tenant, group, policy }: EstGroup,
  { clientCertificate, connection, address, requestId }: EstCaller,
  { der, publicUrl }: EstRequest,
): Promise<Buffer> {
  if (!clientCertificate?.commonName) throw unauthenticated();
  const { commonName: controllerId, chain } = clientCertificate;
  const from = { address, requestId };
  const named = { tenantName: tenant.name, controllerId, ...from };
  const signedIn = await authenticateDevice(platform, { ...named, credentials: { clientCertificate } });
  const device = requireHere(tenant, signedIn);
  const renewed = await findRenewed(platform, tenant, chain);
  if (renewed?.groupId !== group.id || !group.admits(controllerId)) throw unauthenticated();
  const now = platform.clock();
  const opensAt = renewed.expiresAt.getTime() - policy.renewalDays * DAY_MS;
  if (now.getTime() < opensAt) throw renewalTooEarly(Math.ceil((opensAt - now.getTime()) / 1_000));
  return issueInTurn(platform, tenant, asDevice(platform, tenant, controllerId, from), () => {
    const request = readOwnRequest(der, { connection });
    if (request.commonNames.length !== 1 || request.commonNames[0] !== controllerId)
      throw invalid('request: must name the subject of the certificate that is renewed', ['request']);
    const its = { targetId: device.targetId, groupId: group.id, renewedId: renewed.id };
    return { ...its, policy, request, publicUrl };
  });
}

/** The stored certificate that the device showed; undefined where it is none that was issued here. */
async function findRenewed({ database, clock }: DevicePlatform, tenant: Tenant, chain: Chain) {
  const [authorityId, serial] = verifyChain(tenant, chain, clock()).issuedSerial?.split('/') ?? [];
  if (serial === undefined) return undefined;
  const [row] = await database
    .select({
      id: issuedCertificates.id,
      groupId: issuedCertificates.groupId,
      expiresAt: issuedCertificates.expiresAt,
    })
    .from(issuedCertificates)
    .where(
      and(
        eq(issuedCertificates.tenantId, tenant.tenantId),
        eq(issuedCertificates.authorityId, Number(authorityId)),
        eq(issuedCertificates.serial, serial),
      ),
    );
  return row;
}
