import { bigint, customType, foreignKey, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';

/**
 * What was done in a tenant: one row for each change, written in the same transaction. Rows are never changed, but the
 * count of what a job does, which grows with each of its batches.
 */
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
    requestId: exactText('request_id'),
    /** For webhooks: the `traceparent` of what did it, where traces are recorded. */
    traceParent: exactText('trace_parent'),
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

/** Targets in one row of `auditEventTargets`: they have consecutive ids. */
export const TARGETS_A_BLOCK = 32_768;
const blockBits = customType<{ data: string }>({ dataType: () => `bit(${TARGETS_A_BLOCK})` });

const ofEvent = {
  tenantId: reference('tenant_id').notNull(),
  eventId: reference('event_id').notNull(),
};

/**
 * The targets that a filter chose for an event: a bit for each, which PostgreSQL compresses. A million of them are 31
 * rows and no more than 128 kB, and what was done to one target is found by its block.
 */
export const auditEventTargets = pgTable(
  'audit_event_targets',
  {
    ...ofEvent,
    block: bigint('block', { mode: 'number' }).notNull(),
    members: blockBits('members').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.block, t.eventId] }),
    foreignKey({
      name: 'audit_event_targets_event_fkey',
      columns: [t.tenantId, t.eventId],
      foreignColumns: [auditEvents.tenantId, auditEvents.id],
    }).onDelete('cascade'),
    index('audit_event_targets_event_idx').on(t.tenantId, t.eventId),
  ],
);

/** The names of what a filter chose for an event and is no target any more, or not yet. */
export const auditEventNames = pgTable(
  'audit_event_names',
  { ...ofEvent, id: identity('id'), names: text('names').array().notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({
      name: 'audit_event_names_event_fkey',
      columns: [t.tenantId, t.eventId],
      foreignColumns: [auditEvents.tenantId, auditEvents.id],
    }).onDelete('cascade'),
    index('audit_event_names_event_idx').on(t.tenantId, t.eventId),
    index('audit_event_names_names_idx').using('gin', t.names),
  ],
);
