import { and, count, eq, sql } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';
import { webhookNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';
import { orderedBy } from '../../shared/matching.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import type { EventType } from '../audit/event-types.ts';
import type { WebhookDelivery } from './delivery.ts';
import { DELIVERY_FIELDS, DELIVERY_ORDER, type DeliveryOrderField } from './fields.ts';
import { webhookWithId } from './find.ts';

export const DELIVERY_COLUMNS = {
  id: webhookDeliveries.id,
  state: webhookDeliveries.state,
  eventId: webhookDeliveries.eventId,
  type: sql<EventType>`${auditEvents.type}`,
  subjects: auditEvents.subjects,
  createdAt: webhookDeliveries.createdAt,
  attempts: webhookDeliveries.attempts,
  retryAt: webhookDeliveries.retryAt,
  finishedAt: webhookDeliveries.finishedAt,
  lastStatus: webhookDeliveries.lastStatus,
  lastError: webhookDeliveries.lastError,
};

export const joinedEvents = and(
  eq(auditEvents.tenantId, webhookDeliveries.tenantId),
  eq(auditEvents.id, webhookDeliveries.eventId),
);

/**
 * Lists what a webhook sent in the last seven days and what waits, the newest first unless ordered otherwise. Needs READ_TENANT_CONFIGURATION
 * and READ_AUDIT.
 * @throws WEBHOOK_NOT_FOUND, the filter's errors, and those of `list`.
 */
export async function listWebhookDeliveries(
  context: Context,
  webhookId: number,
  request: PageRequest<DeliveryOrderField>,
): Promise<Listing<WebhookDelivery>> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION', 'READ_AUDIT');
  const [webhook] = await context.database
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(webhookWithId(tenantId, webhookId));
  if (!webhook) throw webhookNotFound(String(webhookId), ['webhookId']);

  const matching = and(
    eq(webhookDeliveries.tenantId, tenantId),
    eq(webhookDeliveries.webhookId, webhookId),
    await askedFilter(context, DELIVERY_FIELDS, request.filter),
  );
  return list(orderedBy(request, 'id', 'desc'), DELIVERY_ORDER, 'id', {
    rows: async (where, { orderBy, limit, offset }) =>
      context.database
        .select(DELIVERY_COLUMNS)
        .from(webhookDeliveries)
        .innerJoin(auditEvents, joinedEvents)
        .where(and(matching, where))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
    async count() {
      const [row] = await context.database
        .select({ total: count() })
        .from(webhookDeliveries)
        .innerJoin(auditEvents, joinedEvents)
        .where(matching);
      return row?.total ?? 0;
    },
  });
}

/** For each id its delivery, or undefined where there is none. Needs READ_TENANT_CONFIGURATION and READ_AUDIT. */
export async function findWebhookDeliveries(
  context: Context,
  ids: readonly number[],
): Promise<(WebhookDelivery | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION', 'READ_AUDIT');
  const rows = await context.database
    .select(DELIVERY_COLUMNS)
    .from(webhookDeliveries)
    .innerJoin(auditEvents, joinedEvents)
    .where(and(eq(webhookDeliveries.tenantId, tenantId), isAmong(webhookDeliveries.id, ids)));
  return inOrderOf(ids, rows);
}
