import { foreignKey, index, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';
import { users } from './users.ts';

/** Credentials of programs. A revoked one has no row. */
export const apiKeys = pgTable(
  'api_keys',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    /** Whose key it is: it never may more than this account may. */
    ownerId: reference('owner_id').notNull(),
    /** Of its secret, by SHA-256. */
    digest: text('digest').notNull(),
    permissions: text('permissions').array().notNull(),
    roles: text('roles').array().notNull(),
    /** A filter that narrows all permissions on targets. */
    scope: text('scope'),
    expiresAt: instant('expires_at'),
    /** Up to an hour behind. */
    lastUsedAt: instant('last_used_at'),
    createdAt: authorship.createdAt,
    createdBy: authorship.createdBy,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('api_keys_name_key').on(t.tenantId, t.name),
    foreignKey({
      name: 'api_keys_owner_fkey',
      columns: [t.tenantId, t.ownerId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    index('api_keys_owner_idx').on(t.tenantId, t.ownerId),
  ],
);
