import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/connect.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';
import { invalid, webhookNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { eventOf } from '../audit/record.ts';
import { beginEvent } from '../audit/write.ts';
import type { WebhookDelivery } from './delivery.ts';
import { type WebhookKey, webhookWithId } from './find.ts';
import { DELIVERY_COLUMNS, joinedEvents } from './list-deliveries.ts';

const TestWebhook = z.object({ id: z.number() });
export type TestWebhook = z.input<typeof TestWebhook>;

const TYPE = 'webhook.tested';

/**
 * Sends an event `webhook.tested` by this webhook alone, whatever types it wants, at once even where it waits for its
 * next attempt. While an earlier test still waits, that one is answered and nothing is added. Needs
 * UPDATE_TENANT_CONFIGURATION and READ_AUDIT.
 * @returns the delivery, which waits to be sent
 * @throws WEBHOOK_NOT_FOUND, and INVALID_INPUT where it is switched off or suspended
 */
export async function testWebhook(context: Context, input: TestWebhook): Promise<WebhookDelivery> {
  const { tenantId } = requirePermission(context, 'UPDATE_TENANT_CONFIGURATION', 'READ_AUDIT');
  const { id } = parse(TestWebhook, input);
  const key = { tenantId, id };

  return change(context, async (tx) => {
    const [webhook] = await tx
      .select({ name: webhooks.name, active: webhooks.active, suspendedAt: webhooks.suspendedAt })
      .from(webhooks)
      .where(webhookWithId(tenantId, id))
      .for('no key update');
    if (!webhook) throw webhookNotFound(String(id));
    if (!webhook.active) throw invalid('id: the webhook is switched off', ['id']);
    if (webhook.suspendedAt) throw invalid('id: the webhook is suspended; an update resumes it', ['id']);
    await tx.update(webhooks).set({ retryAt: null }).where(webhookWithId(tenantId, id));
    const waiting = await lastTest(tx, key);
    if (waiting?.state === 'pending') return waiting;
    const event = eventOf(context, { type: TYPE, subjects: [webhook.name] });
    await tx
      .insert(webhookDeliveries)
      .values({ tenantId, webhookId: id, eventId: await beginEvent(tx, event), createdAt: context.clock() });
    return (await lastTest(tx, key))!;
  });
}

async function lastTest(tx: Transaction, { tenantId, id }: WebhookKey): Promise<WebhookDelivery | undefined> {
  const [last] = await tx
    .select(DELIVERY_COLUMNS)
    .from(webhookDeliveries)
    .innerJoin(auditEvents, joinedEvents)
    .where(
      and(
        eq(webhookDeliveries.tenantId, tenantId),
        eq(webhookDeliveries.webhookId, id),
        eq(auditEvents.type, TYPE),
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(1);
  return last;
}
