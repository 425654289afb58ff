import { foreignKey, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, reference } from './columns.ts';
import { targets } from './targets.ts';

/** The targets whose device has not used its newest token yet. The row is deleted when it does. */
export const targetTokenRotations = pgTable(
  'target_token_rotations',
  {
    tenantId: reference('tenant_id').notNull(),
    targetId: reference('target_id').notNull(),
    rotatedAt: instant('rotated_at').notNull(),
    rotatedBy: text('rotated_by').notNull(),
    /** SHA-256 in hexadecimal of the older tokens, the newest first; empty if they ended at once. */
    oldDigests: text('old_digests').array().notNull(),
    /** Until when each of them works. */
    oldUntil: instant('old_until').array().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.targetId] }),
    foreignKey({
      name: 'target_token_rotations_target_fkey',
      columns: [t.tenantId, t.targetId],
      foreignColumns: [targets.tenantId, targets.id],
    }).onDelete('cascade'),
  ],
);
