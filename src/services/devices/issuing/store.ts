import { and, eq, isNull, sql } from 'drizzle-orm';
import { arrayText } from '../../../database/arrays.ts';
import type { Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
import { issuedCertificates } from '../../../database/tables/issued-certificates.ts';
import { targets } from '../../../database/tables/targets.ts';
import { issuingUnavailable, quotaExceeded, unauthenticated } from '../../../errors.ts';
import { isHere } from '../../fleet/targets/target.ts';
import type { Changes } from '../../shared/change.ts';
import type { ActorContext } from '../../shared/context.ts';
import { gatherMessages, type Met } from '../reports/gather-messages.ts';
import { certificatePem } from './pem.ts';
import type { SignedCertificate } from './sign.ts';

/** Of a target: a device that asks again and again would fill the table and the list of revoked certificates. */
const MOST_UNEXPIRED = 20;

/** A certificate that was signed for a device. */
interface Signed {
  device: ActorContext;
  targetId: number;
  authorityId: number;
  groupId: number;
  /** The id of the certificate that is renewed, if one is. */
  renewedId?: number;
  signed: SignedCertificate;
  now: Date;
}

/**
 * Stores a certificate: from the commit on the device may sign in by it. Those of a tenant that are issued at the same
 * time share a transaction.
 * @throws QUOTA_EXCEEDED; UNAUTHENTICATED where the target, or the certificate that is renewed, is gone, or the target has
 *   moved; UNAVAILABLE where the serial number was used for another one
 */
export async function storeCertificate(signed: Signed): Promise<void> {
  await gathererOf(signed.device.database)(signed);
}

/** @throws QUOTA_EXCEEDED where a target has as many certificates as it may have */
export async function requireRoom(device: ActorContext, targetId: number, now: Date): Promise<void> {
  const its = { tenantId: device.caller.tenantId, targetIds: arrayText([targetId]), now: now.toISOString() };
  const [unexpired] = await countUnexpired(device.database).execute(its);
  requireFew(unexpired?.count);
}

/** @throws QUOTA_EXCEEDED */
function requireFew(unexpired = 0): void {
  if (unexpired >= MOST_UNEXPIRED)
    throw quotaExceeded('certificates of a target that have not expired', MOST_UNEXPIRED);
}

/** Whoever revokes a target's certificates, takes it over or deletes it, waits. */
const gathererOf = gatherMessages<Signed, { id: number }, Known, Signed>({
  atMost: 5,
  async lockTogether(tx, tenantId, all) {
    const rows = await lockIdle(tx).execute({ tenantId, ...targetsOf(all) });
    const ids = new Set(rows.map(({ id }) => Number(id)));
    const locked = all.filter(({ targetId }) => ids.has(targetId));
    return new Map(locked.map(({ device, targetId }) => [device.caller.username, { id: targetId }]));
  },
  async lockAlone(tx, one) {
    const [row] = await lock(tx).execute({ tenantId: one.device.caller.tenantId, ...targetsOf([one]) });
    if (!row) throw unauthenticated();
    return { id: one.targetId };
  },
  read: readKnown,
  decide({ message, row }, { unexpired, renewable }) {
    if (message.renewedId !== undefined && !renewable.has(message.renewedId)) throw unauthenticated();
    requireFew(unexpired.get(row.id));
    return message;
  },
  write: (tx, changes, decided) =>
    write(
      tx,
      changes,
      decided.map(({ done }) => done),
    ),
});

interface Known {
  /** By target: how many certificates have not expired. */
  unexpired: ReadonlyMap<number, number>;
  /** The ids of those that are renewed and aren't revoked. */
  renewable: ReadonlySet<number>;
}

async function readKnown(
  tx: Transaction,
  tenantId: number,
  met: readonly Met<Signed, { id: number }>[],
): Promise<Known> {
  const all = met.map(({ message }) => message);
  const renewed = all.flatMap(({ renewedId }) => renewedId ?? []);
  const [counts, unrevoked] = await Promise.all([
    countUnexpired(tx).execute({ tenantId, ...targetsOf(all), ...timeOf(all) }),
    renewed.length ? findUnrevoked(tx).execute({ tenantId, ids: arrayText(renewed) }) : [],
  ]);
  return {
    unexpired: new Map(counts.map(({ id, count }) => [Number(id), count])),
    renewable: new Set(unrevoked.map(({ id }) => Number(id))),
  };
}

async function write(tx: Transaction, changes: Changes, all: readonly Signed[]): Promise<void> {
  if (!all.length) return;
  const { tenantId } = all[0]!.device.caller;
  const [rows] = await Promise.all([
    insert(tx).execute({ tenantId, ...columnsOf(all) }),
    forgetExpired(tx).execute({ tenantId, ...targetsOf(all), ...timeOf(all) }),
  ]);
  const inserted = new Set(rows.map(({ id }) => Number(id)));
  const stored = all.filter(({ targetId }) => inserted.has(targetId));
  for (const one of all) if (!inserted.has(one.targetId)) await requireSame(tx, one);
  if (stored.length) await showEnds(tx).execute({ tenantId, ...targetsOf(stored), ends: endsOf(stored) });
  for (const { device, renewedId, signed } of stored) {
    const subjects = [device.caller.username];
    changes.targets(subjects);
    changes.record(
      {
        type: renewedId === undefined ? 'target.certificate-issued' : 'target.certificate-renewed',
        subjects,
        changes: { serial: { new: signed.serial }, expiresAt: { new: signed.notAfter } },
      },
      device,
    );
  }
}

/** An EST server may answer the same request with the same certificate. @throws UNAVAILABLE where it is another one */
async function requireSame(
  tx: Transaction,
  { device, targetId, authorityId, signed: { der, serial } }: Signed,
): Promise<void> {
  const [same] = await tx
    .select({ id: issuedCertificates.id })
    .from(issuedCertificates)
    .where(
      and(
        eq(issuedCertificates.tenantId, device.caller.tenantId),
        eq(issuedCertificates.authorityId, authorityId),
        eq(issuedCertificates.serial, serial),
        eq(issuedCertificates.targetId, targetId),
        eq(issuedCertificates.certificate, certificatePem(der)),
        isNull(issuedCertificates.revokedAt),
      ),
    );
  if (!same) throw issuingUnavailable('The authority that signs has used a serial number twice.');
}

const targetsOf = (all: readonly Signed[]) => ({ targetIds: arrayText(all.map(({ targetId }) => targetId)) });

const endsOf = (all: readonly Signed[]) => arrayText(all.map(({ signed }) => signed.notAfter.toISOString()));

/** Those that come together were issued within a moment. */
const timeOf = ([first]: readonly Signed[]) => ({ now: first!.now.toISOString() });

const columnsOf = (all: readonly Signed[]) => ({
  ...targetsOf(all),
  authorityIds: arrayText(all.map(({ authorityId }) => authorityId)),
  groupIds: arrayText(all.map(({ groupId }) => groupId)),
  serials: arrayText(all.map(({ signed }) => signed.serial)),
  certificates: arrayText(all.map(({ signed }) => certificatePem(signed.der))),
  begins: arrayText(all.map(({ signed }) => signed.notBefore.toISOString())),
  ends: endsOf(all),
  issued: arrayText(all.map(({ now }) => now.toISOString())),
});

const ofTenant = sql.placeholder('tenantId');
const list = (name: string, type: string) => sql`${sql.placeholder(name)}::${sql.raw(type)}[]`;
const targetIds = list('targetIds', 'bigint');
const now = sql`${sql.placeholder('now')}::timestamptz`;

const lockWith = (ending: string) =>
  preparedSql<{ id: string }>(
    () => sql`
      SELECT id FROM ${targets} WHERE tenant_id = ${ofTenant} AND id = ANY(${targetIds}) AND ${isHere}
      ORDER BY id FOR NO KEY UPDATE ${sql.raw(ending)}`,
  );
const lock = lockWith('');
/** Waits for nobody: what is locked already is left out. */
const lockIdle = lockWith('SKIP LOCKED');

const countUnexpired = preparedSql<{ id: string; count: number }>(
  () => sql`
    SELECT target_id AS id, count(*)::int AS count FROM ${issuedCertificates}
    WHERE tenant_id = ${ofTenant} AND target_id = ANY(${targetIds}) AND expires_at > ${now}
    GROUP BY target_id`,
);

const findUnrevoked = preparedSql<{ id: string }>(
  () => sql`
    SELECT id FROM ${issuedCertificates}
    WHERE tenant_id = ${ofTenant} AND id = ANY(${list('ids', 'bigint')}) AND revoked_at IS NULL`,
);

const insert = preparedSql<{ id: string }>(
  () => sql`
    INSERT INTO ${issuedCertificates}
      (tenant_id, target_id, authority_id, group_id, serial, certificate, not_before, expires_at, issued_at)
    SELECT ${ofTenant}::bigint, given.*
    FROM unnest(${targetIds}, ${list('authorityIds', 'bigint')}, ${list('groupIds', 'bigint')}, ${list('serials', 'text')},
      ${list('certificates', 'text')}, ${list('begins', 'timestamptz')}, ${list('ends', 'timestamptz')},
      ${list('issued', 'timestamptz')}) AS given
    ON CONFLICT DO NOTHING RETURNING target_id AS id`,
);

/** What has expired and is on no list of revoked ones. */
const forgetExpired = preparedSql(
  () => sql`
    DELETE FROM ${issuedCertificates} WHERE tenant_id = ${ofTenant} AND target_id = ANY(${targetIds})
      AND expires_at <= ${now} AND revoked_at IS NULL`,
);

const showEnds = preparedSql(
  () => sql`
    UPDATE ${targets} AS target SET certificate_expires_at = given.ends_at
    FROM unnest(${targetIds}, ${list('ends', 'timestamptz')}) AS given(id, ends_at)
    WHERE target.tenant_id = ${ofTenant} AND target.id = given.id`,
);
