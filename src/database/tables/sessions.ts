import { sql } from 'drizzle-orm';
import { check, foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';
import { users } from './users.ts';

/** Who is signed in with a browser's cookie. An ended session has no row. */
export const sessions = pgTable(
  'sessions',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    /** Null if an issuer named the user, who needs no account. */
    userId: reference('user_id'),
    /** As the issuer named them; null for an account. */
    username: exactText('username'),
    /** The roles and permissions that the issuer listed. */
    roles: text('roles').array(),
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
    index('sessions_username_idx').on(t.tenantId, t.username).where(sql`${t.username} IS NOT NULL`),
    check(
      'sessions_user_check',
      sql`(${t.userId} IS NULL) = (${t.username} IS NOT NULL AND ${t.roles} IS NOT NULL)`,
    ),
  ],
);
