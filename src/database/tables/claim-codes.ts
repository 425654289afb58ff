import { foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { exactText, instant, reference } from './columns.ts';
import { targets } from './targets.ts';

/** The targets that another tenant may take over: by which code, until when. One code may be for many of them. */
export const targetClaimCodes = pgTable(
  'target_claim_codes',
  {
    tenantId: reference('tenant_id').notNull(),
    targetId: reference('target_id').notNull(),
    /** SHA-256 in hexadecimal; the code itself is not stored. */
    digest: exactText('digest').notNull(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId] }),
    foreignKey({
      name: 'target_claim_codes_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
    index('target_claim_codes_digest_idx').on(t.tenantId, t.digest),
  ],
);
