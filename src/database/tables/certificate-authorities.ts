import { boolean, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant } from './columns.ts';
import { tenantReference } from './tenants.ts';

/** The authorities whose certificates a tenant's devices sign in with. */
export const certificateAuthorities = pgTable(
  'certificate_authorities',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    /** In PEM; the following columns are read from it. */
    certificate: text('certificate').notNull(),
    fingerprint: exactText('fingerprint').notNull(),
    subject: text('subject').notNull(),
    notBefore: instant('not_before').notNull(),
    notAfter: instant('not_after').notNull(),
    /** Serial numbers of revoked certificates, in hexadecimal. */
    revokedSerials: text('revoked_serials').array().notNull(),
    /** Whether its certificates only enroll, and sign in no device that polls. */
    bootstrapOnly: boolean('bootstrap_only').notNull(),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('certificate_authorities_name_key').on(t.tenantId, t.name),
    unique('certificate_authorities_fingerprint_key').on(t.tenantId, t.fingerprint),
  ],
);
