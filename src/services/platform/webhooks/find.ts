import { and, eq } from 'drizzle-orm';
import { isAmong } from '../../../database/bulk.ts';
import { webhooks } from '../../../database/tables/webhooks.ts';
import { requirePermission } from '../../access/permissions.ts';
import { inOrderOf } from '../../shared/by-id.ts';
import type { Context } from '../../shared/context.ts';

/** Where a tenant's events are sent to, as callers get it: the secret is shown only when it is made. */
export interface Webhook {
  id: number;
  name: string;
  url: string;
  eventTypes: string[] | null;
  active: boolean;
  failingSince: Date | null;
  suspendedAt: Date | null;
  lastError: string | null;
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

/** What names one of all tenants' webhooks. */
export interface WebhookKey {
  tenantId: number;
  id: number;
}

export const WEBHOOK_COLUMNS = {
  id: webhooks.id,
  name: webhooks.name,
  url: webhooks.url,
  eventTypes: webhooks.eventTypes,
  active: webhooks.active,
  failingSince: webhooks.failingSince,
  suspendedAt: webhooks.suspendedAt,
  lastError: webhooks.lastError,
  createdAt: webhooks.createdAt,
  createdBy: webhooks.createdBy,
  lastModifiedAt: webhooks.lastModifiedAt,
  lastModifiedBy: webhooks.lastModifiedBy,
};

export const webhookWithId = (tenantId: number, id: number) =>
  and(eq(webhooks.tenantId, tenantId), isAmong(webhooks.id, [id]));

/** For each id its webhook, or undefined where there is none. Needs READ_TENANT_CONFIGURATION. */
export async function findWebhooks(
  context: Context,
  ids: readonly number[],
): Promise<(Webhook | undefined)[]> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const rows = await context.database
    .select(WEBHOOK_COLUMNS)
    .from(webhooks)
    .where(and(eq(webhooks.tenantId, tenantId), isAmong(webhooks.id, ids)));
  return inOrderOf(ids, rows);
}
