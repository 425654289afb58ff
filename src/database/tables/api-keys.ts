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
    /** Its owner: the key never has more permissions than this account. */
    ownerId: reference('owner_id').notNull(),
    /** SHA-256 of its secret. */
    digest: text('digest').notNull(),
    permissions: text('permissions').array().notNull(),
    roles: text('roles').array().notNull(),
    /** A filter that limits all permissions on targets. */
    scope: text('scope'),
    expiresAt: instant('expires_at'),
    /** May be up to an hour old. */
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
