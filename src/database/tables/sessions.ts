import { foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';
import { users } from './users.ts';

/** Accounts that are signed in with a browser's cookie. An ended session has no row. */
export const sessions = pgTable(
  'sessions',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    userId: reference('user_id').notNull(),
    /** SHA-256 of its secret. */
    digest: text('digest').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({
      name: 'sessions_user_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    index('sessions_user_idx').on(t.tenantId, t.userId),
  ],
);
