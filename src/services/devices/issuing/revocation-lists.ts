import { and, asc, eq, gt, isNotNull } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { certificateAuthorities } from '../../../database/tables/certificate-authorities.ts';
import { issuedCertificates, TOLD_AFTER_END_MS } from '../../../database/tables/issued-certificates.ts';
import { issuingAuthorities } from '../../../database/tables/issuing-authorities.ts';
import { certificateAuthorityNotFound, issuingUnavailable } from '../../../errors.ts';
import type { Platform } from '../../shared/context.ts';
import { certificateAuthorityWithId } from '../certificate-authorities/find.ts';
import { type RevokedCertificate, signRevocationList } from './revocation-list.ts';
import { type IssuingAuthority, isIssuing, signerOf } from './signer.ts';

/** A signed list, as it is answered until something is revoked, or it is old. */
interface Kept {
  /** The changes that it has at least. */
  changes: number;
  der: Buffer;
  renewAt: number;
}

export interface RevocationLists {
  /**
   * The list of the revoked certificates of an authority that issues or issued, in DER.
   * @throws CERTIFICATE_AUTHORITY_NOT_FOUND; UNAVAILABLE where too much is revoked for one list
   */
  read(platform: Platform, tenantName: string, authorityId: number): Promise<Buffer>;
}

/** Whoever checks revocations asks again by then; a new list is signed after half of it. */
const VALID_MS = 86_400_000;
/** About 40 bytes each. */
const MOST_ENTRIES = 250_000;
const KEPT_BYTES = 64 * 1_024 * 1_024;

/** Everybody may ask for lists: each is signed once for each change, and by one request at a time. */
export function openRevocationLists(): RevocationLists {
  const kept = new LRUCache<string, Kept>({ maxSize: KEPT_BYTES, sizeCalculation: ({ der }) => der.length });
  const underWay = new Map<string, Promise<Kept>>();

  const build = (platform: Platform, tenantId: number, authority: IssuingAuthority, changes: number) => {
    const key = `${tenantId}/${authority.id}`;
    const running = underWay.get(key);
    if (running) return running;
    const building = sign(platform, tenantId, authority, changes).finally(() => underWay.delete(key));
    underWay.set(key, building);
    return building.then((list) => {
      kept.set(key, list);
      return list;
    });
  };

  return {
    async read(platform, tenantName, authorityId) {
      const tenant = await platform.tenants.byName(tenantName);
      const authority = tenant?.certificateAuthorities.find(({ id }) => id === authorityId);
      // Of what another server signs that one has the list.
      if (!tenant || !authority || !isIssuing(authority) || authority.issuing.upstream)
        throw certificateAuthorityNotFound(String(authorityId));
      const { tenantId } = tenant;
      const changes = await changesOf(platform, tenantId, authorityId);
      const known = kept.get(`${tenantId}/${authorityId}`);
      const isFresh = (list: Kept) => list.changes >= changes && platform.clock().getTime() < list.renewAt;
      if (known && isFresh(known)) return known.der;
      const built = await build(platform, tenantId, authority, changes);
      // It may have been begun for a request before this one.
      return isFresh(built) ? built.der : (await build(platform, tenantId, authority, changes)).der;
    },
  };
}

/** How many changes the newest list must have. */
async function changesOf({ database }: Platform, tenantId: number, authorityId: number): Promise<number> {
  const [row] = await database
    .select({ changes: issuingAuthorities.crlNumber })
    .from(issuingAuthorities)
    .where(and(eq(issuingAuthorities.tenantId, tenantId), eq(issuingAuthorities.authorityId, authorityId)));
  if (!row) throw certificateAuthorityNotFound(String(authorityId));
  return row.changes;
}

async function sign(
  { database, clock, secrets }: Platform,
  tenantId: number,
  authority: IssuingAuthority,
  changes: number,
): Promise<Kept> {
  const now = clock();
  const revoked = await database
    .select({
      serial: issuedCertificates.serial,
      revokedAt: issuedCertificates.revokedAt,
      reason: issuedCertificates.revocationReason,
    })
    .from(issuedCertificates)
    .where(
      and(
        eq(issuedCertificates.tenantId, tenantId),
        eq(issuedCertificates.authorityId, authority.id),
        isNotNull(issuedCertificates.revokedAt),
        gt(issuedCertificates.expiresAt, new Date(now.getTime() - TOLD_AFTER_END_MS)),
      ),
    )
    .orderBy(asc(issuedCertificates.revokedAt), asc(issuedCertificates.id))
    .limit(MOST_ENTRIES + 1);
  if (revoked.length > MOST_ENTRIES)
    throw issuingUnavailable(`More than ${MOST_ENTRIES} certificates are revoked, which no list has.`);
  const known = new Set(revoked.map(({ serial }) => serial));
  const der = await signRevocationList(signerOf(authority, secrets), {
    changes,
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + VALID_MS),
    revoked: [
      ...revoked.map(({ serial, revokedAt, reason }) => ({
        serial,
        revokedAt: revokedAt!,
        reason: reason ?? 'unspecified',
      })),
      ...(await namedByHand(database, tenantId, authority.id)).filter(({ serial }) => !known.has(serial)),
    ],
  });
  return { changes, der, renewAt: now.getTime() + VALID_MS / 2 };
}

/** The serials that somebody has named, whoever signed them: no more is known of them. */
async function namedByHand(
  database: Platform['database'],
  tenantId: number,
  authorityId: number,
): Promise<RevokedCertificate[]> {
  const [row] = await database
    .select({
      serials: certificateAuthorities.revokedSerials,
      revokedAt: certificateAuthorities.lastModifiedAt,
    })
    .from(certificateAuthorities)
    .where(certificateAuthorityWithId(tenantId, authorityId));
  return (row?.serials ?? []).map((serial) => ({ serial, revokedAt: row!.revokedAt, reason: 'unspecified' }));
}
