import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../../database/bulk.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';
import { invalid, webhookDeliveryNotFound, webhookNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { webhookWithId } from './find.ts';

const Redeliver = z.object({
  webhookId: z.number(),
  deliveryIds: z.array(z.number()).min(1, 'must have at least one delivery').max(1_000).nullish(),
  allFailed: z.boolean().nullish(),
});
export type Redeliver = z.input<typeof Redeliver>;

/**
 * Sends deliveries of a webhook again: those named, delivered or not, or all that failed. Needs
 * UPDATE_TENANT_CONFIGURATION.
 * @returns how many wait now
 * @throws WEBHOOK_NOT_FOUND, WEBHOOK_DELIVERY_NOT_FOUND, INVALID_INPUT
 */
export async function redeliver(context: Context, input: Redeliver): Promise<number> {
  const { tenantId } = requirePermission(context, 'UPDATE_TENANT_CONFIGURATION');
  const { webhookId, deliveryIds, allFailed } = parse(Redeliver, input);
  if ((deliveryIds == null) === !allFailed)
    throw invalid('deliveryIds: give either these or allFailed', ['deliveryIds']);

  return change(context, async (tx, changes) => {
    const [webhook] = await tx
      .select({ name: webhooks.name })
      .from(webhooks)
      .where(webhookWithId(tenantId, webhookId))
      .for('key share');
    if (!webhook) throw webhookNotFound(String(webhookId), ['webhookId']);
    const again = await tx
      .update(webhookDeliveries)
      .set({ state: 'pending', createdAt: context.clock(), attempts: 0, retryAt: null, finishedAt: null })
      .where(
        and(
          eq(webhookDeliveries.tenantId, tenantId),
          eq(webhookDeliveries.webhookId, webhookId),
          deliveryIds ? isAmong(webhookDeliveries.id, deliveryIds) : eq(webhookDeliveries.state, 'failed'),
        ),
      )
      .returning({ id: webhookDeliveries.id });
    const found = new Set(again.map(({ id }) => id));
    for (const [index, id] of (deliveryIds ?? []).entries())
      if (!found.has(id)) throw webhookDeliveryNotFound(String(id), ['deliveryIds', String(index)]);
    changes.record({
      type: 'webhook.redelivered',
      subjects: [webhook.name],
      count: again.length,
    });
    return again.length;
  });
}
