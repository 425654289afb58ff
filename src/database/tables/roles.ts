import { pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity } from './columns.ts';
import { tenantReference } from './tenants.ts';

/** Named sets of permissions. Accounts and API keys have them by name, among their `roles`. */
export const roles = pgTable(
  'roles',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    description: text('description').notNull(),
    permissions: text('permissions').array().notNull(),
    ...authorship,
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] }), unique('roles_name_key').on(t.tenantId, t.name)],
);
