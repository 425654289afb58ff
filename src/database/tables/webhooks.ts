import { boolean, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { auditEvents } from './audit.ts';
import { authorship, exactText, identity, instant, reference } from './columns.ts';
import { tenantReference } from './tenants.ts';

/** The addresses that the events of a tenant are sent to. */
export const webhooks = pgTable(
  'webhooks',
  {
    tenantId: tenantReference(),
    id: identity('id'),
    name: exactText('name').notNull(),
    url: text('url').notNull(),
    /** The key that signs events, so it can't be stored as a hash. */
    secret: text('secret').notNull(),
    /** The types of the events to send, with `*` for any text; null means all. */
    eventTypes: text('event_types').array(),
    active: boolean('active').notNull(),
    /** Since when no delivery was accepted; null after a success. */
    failingSince: instant('failing_since'),
    /** When it was suspended, until somebody resumes it. */
    suspendedAt: instant('suspended_at'),
    /** Rounds in which no delivery was accepted, and when to try again. */
    failures: integer('failures').notNull(),
    retryAt: instant('retry_at'),
    lastError: text('last_error'),
    /** The process that delivers now, and until when it may. */
    leasedBy: text('leased_by'),
    leasedUntil: instant('leased_until'),
    ...authorship,
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] }), unique('webhooks_name_key').on(t.tenantId, t.name)],
);

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** The outbox: which event was or will be sent to which webhook. Written in the transaction of the change. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    tenantId: reference('tenant_id').notNull(),
    id: identity('id'),
    webhookId: reference('webhook_id').notNull(),
    eventId: reference('event_id').notNull(),
    state: text('state', { enum: DELIVERY_STATES }).notNull().default('pending'),
    /** When the event happened, or when somebody asked to send it again. */
    createdAt: instant('created_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    /** When to try again; null means at once. */
    retryAt: instant('retry_at'),
    finishedAt: instant('finished_at'),
    /** The receiver's last answer: the HTTP status, or why there was none. */
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({
      name: 'webhook_deliveries_webhook_fkey',
      columns: [t.tenantId, t.webhookId],
      foreignColumns: [webhooks.tenantId, webhooks.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'webhook_deliveries_event_fkey',
      columns: [t.tenantId, t.eventId],
      foreignColumns: [auditEvents.tenantId, auditEvents.id],
    }).onDelete('cascade'),
    index('webhook_deliveries_webhook_idx').on(t.tenantId, t.webhookId, t.state, t.id),
    index('webhook_deliveries_event_idx').on(t.tenantId, t.eventId),
  ],
);
