import { pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity } from './columns.ts';
import { tenantReference } from './tenants.ts';

export const targetTypes = pgTable(
  'target_types',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    key: exactText('key').notNull(),
    name: exactText('name').notNull(),
    description: text('description'),
    color: text('color'),
    ...authorship,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('target_types_key_key').on(t.tenantId, t.key),
    unique('target_types_name_key').on(t.tenantId, t.name),
  ],
);
