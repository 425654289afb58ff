import { webhooks } from '../../../database/tables/webhooks.ts';
import { requirePermission } from '../../access/permissions.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { added } from '../audit/record.ts';
import { checkUrl } from '../outgoing/check-url.ts';
import { newSigningSecret } from '../outgoing/sign.ts';
import { WEBHOOK_COLUMNS, type Webhook } from './find.ts';
import { WebhookInput } from './input.ts';

/**
 * Creates a webhook: from now on the tenant's events are sent to its URL. The secret that signs them is shown only in
 * this answer. Needs CREATE_TENANT_CONFIGURATION, and READ_AUDIT because it sends what the audit trail shows.
 * @throws WEBHOOK_ALREADY_EXISTS, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function createWebhook(
  context: Context,
  input: WebhookInput,
): Promise<{ webhook: Webhook; secret: string }> {
  const { tenantId } = requirePermission(context, 'CREATE_TENANT_CONFIGURATION', 'READ_AUDIT');
  const { name, url, eventTypes, active } = parse(WebhookInput, input);
  checkUrl(url, context.systemDefaults.privateWebhooks);
  const secret = newSigningSecret();

  return change(context, async (tx, changes) => {
    const [webhook] = await tx
      .insert(webhooks)
      .values({
        tenantId,
        name,
        url,
        secret: context.secrets.seal(secret),
        eventTypes: eventTypes ?? null,
        active: active ?? true,
        failures: 0,
        ...creationStamp(context),
      })
      .returning(WEBHOOK_COLUMNS);
    changes.record({
      type: 'webhook.created',
      subjects: [name],
      changes: added({ url, eventTypes, active }),
    });
    return { webhook: webhook!, secret };
  });
}
