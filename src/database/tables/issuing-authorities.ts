import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { certificateAuthorities } from './certificate-authorities.ts';
import { reference } from './columns.ts';

export const ISSUING_KINDS = ['made', 'intermediate', 'upstream'] as const;
/** Where its key is: made by the server, brought along, or at an EST server that signs. */
export type IssuingKind = (typeof ISSUING_KINDS)[number];

/** An EST server that signs, without its secrets. */
export interface UpstreamServer {
  /** Below which its operations are. */
  url: string;
  /** In PEM: the authorities of its TLS; null for those that Node.js trusts. */
  trustAnchors: string | null;
  /** Of HTTP Basic; `{controllerId}` in it stands for that of the device. */
  username: string | null;
  /** What is shown to it, in PEM. */
  certificate: string | null;
}

/**
 * The certificate authorities that sign certificates of devices here. The newest of a tenant signs; those before it only
 * count for the certificates that they have signed.
 */
export const issuingAuthorities = pgTable(
  'issuing_authorities',
  {
    tenantId: reference('tenant_id').notNull(),
    /** The certificate authority that it is. */
    authorityId: reference('authority_id').notNull(),
    kind: text('kind', { enum: ISSUING_KINDS }).notNull(),
    /** As secrets are stored: its key in PEM; of one upstream what Muster signs in with there, as JSON. */
    secret: text('secret').notNull(),
    upstream: jsonb('upstream').$type<UpstreamServer>(),
    /** The certificates above its own, in PEM, the nearest first. */
    chain: text('chain').array().notNull(),
    /** With what the number of its list of revoked certificates begins: raised when one is revoked. */
    crlNumber: bigint('crl_number', { mode: 'number' }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.authorityId] }),
    foreignKey({
      name: 'issuing_authorities_authority_fkey',
      columns: [t.tenantId, t.authorityId],
      foreignColumns: [certificateAuthorities.tenantId, certificateAuthorities.id],
    }).onDelete('cascade'),
    check(
      'issuing_authorities_kind_check',
      sql`${t.kind} IN ('made', 'intermediate', 'upstream') AND (${t.kind} = 'upstream') = (${t.upstream} IS NOT NULL)`,
    ),
  ],
);
