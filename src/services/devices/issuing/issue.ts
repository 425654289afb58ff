import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
import type { CertificatePolicy } from '../../../database/tables/enrollment.ts';
import { issuedCertificates } from '../../../database/tables/issued-certificates.ts';
import { targets } from '../../../database/tables/targets.ts';
import { invalid, issuingUnavailable, quotaExceeded, unauthenticated } from '../../../errors.ts';
import { isHere } from '../../fleet/targets/target.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { change } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { factsOf } from '../certificate-authorities/certificate.ts';
import { certificatePem } from './pem.ts';
import { requireAllowed, requireExact } from './policy.ts';
import { type SignedCertificate, signDevice } from './sign.ts';
import { type IssuingAuthority, issuingAuthorityOf, signerOf, upstreamOf } from './signer.ts';
import type { SigningRequest } from './signing-request.ts';
import { askForCertificate } from './upstream/ask.ts';
import type { Upstream } from './upstream/input.ts';

/** Of a target: a device that asks again and again would fill the table and the list of revoked certificates. */
export const MOST_UNEXPIRED = 20;
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
  return store(device, { ...wanted, authorityId: authority.id, signed, now });
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
  const its = { tenantId: device.caller.tenantId, targetId, ...times({ now }) };
  const [unexpired] = await countUnexpired(device.database).execute(its);
  if (unexpired!.count >= MOST_UNEXPIRED) throw noRoom();
  const issuer = authority.certificate;
  return askForCertificate(device, authority, upstream, { issuer, request, controllerId, policy, now });
}

const noRoom = () => quotaExceeded('certificates of a target that have not expired', MOST_UNEXPIRED);

interface Stored extends Wanted {
  authorityId: number;
  signed: SignedCertificate;
  now: Date;
}

/** From the commit on the device may sign in by it. */
async function store(device: ActorContext, stored: Stored): Promise<Buffer> {
  const { tenantId, username: controllerId } = device.caller;
  const { targetId, groupId, authorityId, signed, now } = stored;
  const { der, serial, notBefore, notAfter: expiresAt } = signed;
  await change(device, async (tx, changes) => {
    await lockTarget(tx, tenantId, targetId);
    if (stored.renewedId !== undefined) await requireUnrevoked(tx, tenantId, stored.renewedId);
    await requireRoom(tx, { tenantId, targetId, now });
    const [inserted] = await insertCertificate(tx).execute({
      ...{ tenantId, targetId, authorityId, groupId, serial },
      certificate: certificatePem(der),
      ...times({ notBefore, expiresAt, issuedAt: now }),
    });
    if (!inserted) return requireSame(tx, stored, tenantId);
    await showEnd(tx).execute({ tenantId, targetId, ...times({ expiresAt }) });
    changes.targets([controllerId]);
    changes.record({
      type: stored.renewedId === undefined ? 'target.certificate-issued' : 'target.certificate-renewed',
      subjects: [controllerId],
      changes: { serial: { new: serial }, expiresAt: { new: expiresAt } },
    });
  });
  return der;
}

const times = (given: Record<string, Date>) =>
  Object.fromEntries(Object.entries(given).map(([name, time]) => [name, time.toISOString()]));

/* Statements that are built once: to build them for each certificate would take longer than to sign it. */

const ofTenant = sql.placeholder('tenantId');
const ofTarget = sql.placeholder('targetId');
const time = (name: string) => sql`${sql.placeholder(name)}::timestamptz`;

const insertCertificate = preparedSql<{ id: string }>(
  () => sql`
    INSERT INTO ${issuedCertificates}
      (tenant_id, target_id, authority_id, group_id, serial, certificate, not_before, expires_at, issued_at)
    VALUES (${ofTenant}, ${ofTarget}, ${sql.placeholder('authorityId')}, ${sql.placeholder('groupId')},
      ${sql.placeholder('serial')}, ${sql.placeholder('certificate')}, ${time('notBefore')}, ${time('expiresAt')},
      ${time('issuedAt')})
    ON CONFLICT DO NOTHING RETURNING id`,
);

const showEnd = preparedSql(
  () => sql`
    UPDATE ${targets} SET certificate_expires_at = ${time('expiresAt')}
    WHERE tenant_id = ${ofTenant} AND id = ${ofTarget}`,
);

const lock = preparedSql<{ id: string }>(
  () => sql`
    SELECT id FROM ${targets} WHERE tenant_id = ${ofTenant} AND id = ${ofTarget} AND ${isHere} FOR NO KEY UPDATE`,
);

/** What has expired and is on no list of revoked ones. */
const forgetExpired = preparedSql(
  () => sql`
    DELETE FROM ${issuedCertificates} WHERE tenant_id = ${ofTenant} AND target_id = ${ofTarget}
      AND expires_at <= ${time('now')} AND revoked_at IS NULL`,
);

const countUnexpired = preparedSql<{ count: number }>(
  () => sql`
    SELECT count(*)::int AS count FROM ${issuedCertificates}
    WHERE tenant_id = ${ofTenant} AND target_id = ${ofTarget} AND expires_at > ${time('now')}`,
);

/** An EST server may answer the same request with the same certificate. @throws UNAVAILABLE where it is another one */
async function requireSame(
  tx: Transaction,
  { targetId, authorityId, signed: { der, serial } }: Stored,
  tenantId: number,
): Promise<void> {
  const [same] = await tx
    .select({ id: issuedCertificates.id })
    .from(issuedCertificates)
    .where(
      and(
        eq(issuedCertificates.tenantId, tenantId),
        eq(issuedCertificates.authorityId, authorityId),
        eq(issuedCertificates.serial, serial),
        eq(issuedCertificates.targetId, targetId),
        eq(issuedCertificates.certificate, certificatePem(der)),
        isNull(issuedCertificates.revokedAt),
      ),
    );
  if (!same) throw issuingUnavailable('The authority that signs has used a serial number twice.');
}

/** Whoever revokes its certificates, takes it over or deletes it, waits. @throws UNAUTHENTICATED */
async function lockTarget(tx: Transaction, tenantId: number, targetId: number): Promise<void> {
  const [target] = await lock(tx).execute({ tenantId, targetId });
  if (!target) throw unauthenticated();
}

/** @throws UNAUTHENTICATED */
async function requireUnrevoked(tx: Transaction, tenantId: number, id: number): Promise<void> {
  const [unrevoked] = await tx
    .select({ id: issuedCertificates.id })
    .from(issuedCertificates)
    .where(
      and(
        eq(issuedCertificates.tenantId, tenantId),
        eq(issuedCertificates.id, id),
        isNull(issuedCertificates.revokedAt),
      ),
    );
  if (!unrevoked) throw unauthenticated();
}

/** @throws QUOTA_EXCEEDED */
async function requireRoom(
  tx: Transaction,
  { tenantId, targetId, now }: { tenantId: number; targetId: number; now: Date },
): Promise<void> {
  const its = { tenantId, targetId, ...times({ now }) };
  const [[unexpired]] = await Promise.all([countUnexpired(tx).execute(its), forgetExpired(tx).execute(its)]);
  if (unexpired!.count >= MOST_UNEXPIRED) throw noRoom();
}
