import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';
import { invalid, webhookDeliveryNotFound, webhookNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { DELIVERY_FIELDS } from './fields.ts';
import { webhookWithId } from './find.ts';
import { joinedEvents } from './list-deliveries.ts';

const Redeliver = z.object({
  webhookId: z.number(),
  deliveryIds: z.array(z.number()).min(1, 'must have at least one delivery').max(1_000).nullish(),
  filter: z.string().nullish(),
});
export type Redeliver = z.input<typeof Redeliver>;

/**
 * Sends deliveries of a webhook again: those named, delivered or not, or all that match a filter. Needs
 * UPDATE_TENANT_CONFIGURATION; with a filter also READ_TENANT_CONFIGURATION and READ_AUDIT.
 * @returns the ids of those that wait now
 * @throws WEBHOOK_NOT_FOUND, WEBHOOK_DELIVERY_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function redeliver(context: Context, input: Redeliver): Promise<number[]> {
  const { tenantId } = requirePermission(context, 'UPDATE_TENANT_CONFIGURATION');
  const { webhookId, deliveryIds, filter } = parse(Redeliver, input);
  if ((deliveryIds == null) === (filter == null))
    throw invalid('deliveryIds: give either these or a filter', ['deliveryIds']);
  if (filter != null) requirePermission(context, 'READ_TENANT_CONFIGURATION', 'READ_AUDIT');
  const matching = await askedFilter(context, DELIVERY_FIELDS, filter);

  return change(context, async (tx, changes) => {
    const [webhook] = await tx
      .select({ name: webhooks.name })
      .from(webhooks)
      .where(webhookWithId(tenantId, webhookId))
      .for('key share');
    if (!webhook) throw webhookNotFound(String(webhookId), ['webhookId']);
    const ofWebhook = and(
      eq(webhookDeliveries.tenantId, tenantId),
      eq(webhookDeliveries.webhookId, webhookId),
    );
    const chosen = matching
      ? sql`${webhookDeliveries.id} IN (${tx
          .select({ id: webhookDeliveries.id })
          .from(webhookDeliveries)
          .innerJoin(auditEvents, joinedEvents)
          .where(and(ofWebhook, matching))})`
      : isAmong(webhookDeliveries.id, deliveryIds ?? []);
    const again = await tx
      .update(webhookDeliveries)
      .set({ state: 'pending', createdAt: context.clock(), attempts: 0, retryAt: null, finishedAt: null })
      .where(and(ofWebhook, chosen))
      .returning({ id: webhookDeliveries.id });
    const found = new Set(again.map(({ id }) => id));
    for (const [index, id] of (deliveryIds ?? []).entries())
      if (!found.has(id)) throw webhookDeliveryNotFound(String(id), ['deliveryIds', String(index)]);
    changes.record({
      type: 'webhook.redelivered',
      subjects: [webhook.name],
      count: again.length,
    });
    return [...found];
  });
}
