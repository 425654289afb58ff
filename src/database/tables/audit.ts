import { bigint, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { exactText, identity, instant } from './columns.ts';
import { tenantReference } from './tenants.ts';

/** What was done in a tenant: one row for each change, written in the same transaction. Rows are never changed. */
export const auditEvents = pgTable(
  'audit_events',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    at: instant('at').notNull(),
    actor: exactText('actor').notNull(),
    actorKind: text('actor_kind').notNull(),
    /** The name of the API key that acted for the account. */
    apiKey: exactText('api_key'),
    channel: text('channel').notNull(),
    address: text('address'),
    type: exactText('type').notNull(),
    /** Names of the changed things; null if a filter selected them. */
    subjects: text('subjects').array(),
    filter: text('filter'),
    count: bigint('count', { mode: 'number' }).notNull(),
    /** The old and the new value of each field. */
    changes: jsonb('changes').$type<Readonly<Record<string, { old?: unknown; new?: unknown }>>>(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('audit_events_at_idx').on(t.tenantId, t.at),
    index('audit_events_subjects_idx').using('gin', t.subjects),
  ],
);
