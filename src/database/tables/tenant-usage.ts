import { bigint, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { exactText } from './columns.ts';
import { tenantReference } from './tenants.ts';

/**
 * How many rows a tenant has in a table: the sum of its shares, which different connections count at the same time.
 * Triggers of the counted tables write it, in the transaction that makes or deletes the rows.
 */
export const tenantUsage = pgTable(
  'tenant_usage',
  {
    tenantId: tenantReference(),
    /** The table. */
    kind: exactText('kind').notNull(),
    share: integer('share').notNull(),
    total: bigint('total', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.kind, t.share] })],
);
