import { pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity } from './columns.ts';
import { tenantReference } from './tenants.ts';

export const users = pgTable(
  'users',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    username: exactText('username').notNull(),
    passwordHash: text('password_hash').notNull(),
    permissions: text('permissions').array().notNull(),
    roles: text('roles').array().notNull(),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('users_username_key').on(t.tenantId, t.username),
  ],
);
