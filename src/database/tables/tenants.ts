import { pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { authorship, exactText, identity, instant, jsonValue, reference } from './columns.ts';

export const tenants = pgTable(
  'tenants',
  {
    tenantId: identity('tenant_id').primaryKey(),
    /** As it was spelled when it was created. */
    name: text('name').notNull(),
    /** In lower case: devices may spell a tenant in any case. */
    nameKey: exactText('name_key').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [unique('tenants_name_key').on(t.nameKey)],
);

export const tenantReference = () =>
  reference('tenant_id')
    .notNull()
    .references(() => tenants.tenantId);

/** The tenant's own settings; a key without a row is inherited from the system. */
export const tenantConfiguration = pgTable(
  'tenant_configuration',
  {
    tenantId: tenantReference(),
    key: exactText('key').notNull(),
    value: jsonValue('value').notNull(),
    ...authorship,
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] })],
);
