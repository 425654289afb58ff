import { DELIVERY_STATES, webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { exact } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import { TYPE_OF_EVENT } from '../audit/fields.ts';
import type { WebhookDelivery } from './delivery.ts';
import type { Webhook } from './find.ts';

/** What a filter may ask of a webhook. */
export const WEBHOOK_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: webhooks.id }],
  [['name'], { kind: 'text', column: webhooks.name }],
  [['url'], { kind: 'text', column: webhooks.url }],
  [['active'], { kind: 'boolean', column: webhooks.active }],
  [['failingSince'], { kind: 'time', column: webhooks.failingSince }],
  [['suspendedAt'], { kind: 'time', column: webhooks.suspendedAt }],
  [['createdAt'], { kind: 'time', column: webhooks.createdAt }],
  [['lastModifiedAt'], { kind: 'time', column: webhooks.lastModifiedAt }],
]);

/** What webhooks are sorted by. */
export const WEBHOOK_ORDER = {
  id: { expression: webhooks.id, of: (w) => w.id, type: 'bigint' },
  name: { expression: exact(webhooks.name), of: (w) => w.name, type: 'text' },
  createdAt: { expression: webhooks.createdAt, of: (w) => w.createdAt, type: 'timestamptz' },
  lastModifiedAt: { expression: webhooks.lastModifiedAt, of: (w) => w.lastModifiedAt, type: 'timestamptz' },
} as const satisfies Record<string, SortField<Webhook>>;
export type WebhookOrderField = keyof typeof WEBHOOK_ORDER;

/** What a filter may ask of a delivery. */
export const DELIVERY_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: webhookDeliveries.id }],
  [['state'], { kind: 'enum', column: webhookDeliveries.state, values: DELIVERY_STATES }],
  [['type'], TYPE_OF_EVENT],
  [['createdAt'], { kind: 'time', column: webhookDeliveries.createdAt }],
  [['finishedAt'], { kind: 'time', column: webhookDeliveries.finishedAt }],
  [['attempts'], { kind: 'integer', column: webhookDeliveries.attempts }],
  [['lastStatus'], { kind: 'integer', column: webhookDeliveries.lastStatus }],
]);

/** What deliveries are sorted by; ids grow with time. */
export const DELIVERY_ORDER = {
  id: { expression: webhookDeliveries.id, of: (d) => d.id, type: 'bigint' },
  state: { expression: exact(webhookDeliveries.state), of: (d) => d.state, type: 'text' },
  createdAt: { expression: webhookDeliveries.createdAt, of: (d) => d.createdAt, type: 'timestamptz' },
  attempts: { expression: webhookDeliveries.attempts, of: (d) => d.attempts, type: 'bigint' },
} as const satisfies Record<string, SortField<WebhookDelivery>>;
export type DeliveryOrderField = keyof typeof DELIVERY_ORDER;
