import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';

/** As RFC 5280 calls them, in 5.3.1. */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/**
 * How long a revoked certificate is told of after its end: RFC 5280 wants one list more, and a list is valid for a day.
 */
export const TOLD_AFTER_END_MS = 86_400_000;

/**
 * The certificates that devices got from an issuing authority, until they have expired and a newer one is issued. No
 * foreign keys: a revoked one is told of when its target, group or authority is gone, and their ids are never used again.
 */
export const issuedCertificates = pgTable(
  'issued_certificates',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    targetId: reference('target_id').notNull(),
    /** The certificate authority that signed it. */
    authorityId: reference('authority_id').notNull(),
    /** The enrollment group by whose policy it was issued. */
    groupId: reference('group_id').notNull(),
    /** In hexadecimal, in upper case and without leading zeros. */
    serial: exactText('serial').notNull(),
    notBefore: instant('not_before').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** In PEM. */
    certificate: text('certificate').notNull(),
    issuedAt: instant('issued_at').notNull(),
    revokedAt: instant('revoked_at'),
    revokedBy: text('revoked_by'),
    revocationReason: text('revocation_reason', { enum: REVOCATION_REASONS }),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('issued_certificates_serial_key').on(t.tenantId, t.authorityId, t.serial),
    index('issued_certificates_target_idx').on(t.tenantId, t.targetId),
    // What a revocation list has.
    index('issued_certificates_revoked_idx')
      .on(t.tenantId, t.authorityId, t.revokedAt)
      .where(sql`${t.revokedAt} IS NOT NULL`),
    // What no list has any more.
    index('issued_certificates_expired_idx').on(t.expiresAt).where(sql`${t.revokedAt} IS NOT NULL`),
    check(
      'issued_certificates_reason_check',
      sql`${t.revocationReason} IN ('unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation')`,
    ),
  ],
);
