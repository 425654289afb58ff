import { webhooks } from '../../../database/tables/webhooks.ts';
import { webhookNotFound } from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { change } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { webhookWithId } from './find.ts';

/** Deletes a webhook and its deliveries. Needs DELETE_TENANT_CONFIGURATION. @throws WEBHOOK_NOT_FOUND */
export async function deleteWebhook(context: Context, { id }: { id: number }): Promise<void> {
  const { tenantId } = requirePermission(context, 'DELETE_TENANT_CONFIGURATION');

  await change(context, async (tx, changes) => {
    const [deleted] = await tx
      .delete(webhooks)
      .where(webhookWithId(tenantId, id))
      .returning({ name: webhooks.name, url: webhooks.url });
    if (!deleted) throw webhookNotFound(String(id));
    changes.record({
      type: 'webhook.deleted',
      subjects: [deleted.name],
      changes: { url: { old: deleted.url } },
    });
  });
}
