import { webhooks } from '../../../database/tables/webhooks.ts';
import { webhookNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { modificationStamp } from '../../shared/authorship.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import { givenOf } from '../../shared/patch.ts';
import { differences } from '../audit/record.ts';
import { checkUrl } from '../outgoing/check-url.ts';
import { newSigningSecret } from '../outgoing/sign.ts';
import { WEBHOOK_COLUMNS, type Webhook, webhookWithId } from './find.ts';
import { WebhookUpdate } from './input.ts';

const RESUMED = { failures: 0, failingSince: null, suspendedAt: null, retryAt: null, lastError: null };

/**
 * Changes a webhook: undefined keeps a field, null clears it. Waiting events go to the new URL. `active: true` resumes
 * a suspended webhook. A new secret is shown only in this answer, and the old one signs nothing more. Needs UPDATE_TENANT_CONFIGURATION and READ_AUDIT.
 * @throws WEBHOOK_NOT_FOUND, WEBHOOK_ALREADY_EXISTS, INVALID_INPUT
 */
export async function updateWebhook(
  context: Context,
  input: WebhookUpdate,
): Promise<{ webhook: Webhook; secret: string | null }> {
  const { tenantId } = requirePermission(context, 'UPDATE_TENANT_CONFIGURATION', 'READ_AUDIT');
  const { id, rotateSecret, ...rest } = parse(WebhookUpdate, input);
  const given = givenOf(rest);
  if (given.url !== undefined) checkUrl(given.url, context.systemDefaults.privateWebhooks);
  const secret = rotateSecret ? newSigningSecret() : null;

  return change(context, async (tx, changes) => {
    const [before] = await tx
      .select(WEBHOOK_COLUMNS)
      .from(webhooks)
      .where(webhookWithId(tenantId, id))
      .for('no key update');
    if (!before) throw webhookNotFound(String(id));
    if (!Object.keys(given).length && !secret) return { webhook: before, secret };
    const [webhook] = await tx
      .update(webhooks)
      .set({
        ...given,
        ...(given.active && RESUMED),
        ...(secret && { secret: context.secrets.seal(secret) }),
        ...modificationStamp(context),
      })
      .where(webhookWithId(tenantId, id))
      .returning(WEBHOOK_COLUMNS);
    const changed = differences(before, webhook!, ['name', 'url', 'eventTypes', 'active', 'suspendedAt']);
    changes.record({
      type: 'webhook.updated',
      subjects: [before.name],
      changes: { ...changed, ...(secret && { secret: {} }) },
    });
    return { webhook: webhook!, secret };
  });
}
