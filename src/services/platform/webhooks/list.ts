import { eq } from 'drizzle-orm';
import { webhooks } from '../../../database/tables/webhooks.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { Context } from '../../shared/context.ts';
import { listMatching, sourceOf } from '../../shared/matching.ts';
import type { Listing, PageRequest } from '../../shared/page.ts';
import { WEBHOOK_FIELDS, WEBHOOK_ORDER, type WebhookOrderField } from './fields.ts';
import { WEBHOOK_COLUMNS, type Webhook } from './find.ts';

/**
 * Lists webhooks, the oldest first unless ordered otherwise. Needs READ_TENANT_CONFIGURATION.
 * @throws what `listMatching` throws
 */
export async function listWebhooks(
  context: Context,
  request: PageRequest<WebhookOrderField>,
): Promise<Listing<Webhook>> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const { database } = context;
  return listMatching(
    context,
    request,
    { fields: WEBHOOK_FIELDS, order: WEBHOOK_ORDER, scope: eq(webhooks.tenantId, tenantId) },
    sourceOf(database, () => database.select(WEBHOOK_COLUMNS).from(webhooks).$dynamic()),
  );
}
