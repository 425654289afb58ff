import { bigint, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { tenantReference } from './tenants.ts';

const sum = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);

/** What happened in a tenant's fleet in five minutes, or, once that is old, in an hour. */
export const fleetHistory = pgTable(
  'fleet_history',
  {
    tenantId: tenantReference(),
    /** When it began. */
    at: instant('at').notNull(),
    registered: sum('registered'),
    polls: sum('polls'),
    finished: sum('finished'),
    failed: sum('failed'),
    /** How many targets there were at its end; null where nobody counted. */
    total: integer('total'),
    inSync: integer('in_sync'),
    pending: integer('pending'),
    error: integer('error'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.at] })],
);
