import { and, count, eq } from 'drizzle-orm';
import { webhooks } from '../../../database/tables/webhooks.ts';
import { requirePermission } from '../../access/permissions.ts';
import { askedFilter } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { type Listing, list, type PageRequest } from '../../shared/page.ts';
import { WEBHOOK_FIELDS, WEBHOOK_ORDER } from './fields.ts';
import { WEBHOOK_COLUMNS, type Webhook } from './find.ts';

/**
 * Lists webhooks, the oldest first. Needs READ_TENANT_CONFIGURATION.
 * @throws the filter's errors, and those of `list`.
 */
export async function listWebhooks(context: Context, request: PageRequest<'id'>): Promise<Listing<Webhook>> {
  const { tenantId } = requirePermission(context, 'READ_TENANT_CONFIGURATION');
  const matching = and(
    eq(webhooks.tenantId, tenantId),
    await askedFilter(context, WEBHOOK_FIELDS, request.filter),
  );
  return list(request, WEBHOOK_ORDER, 'id', {
    rows: async (where, orderBy, limit, offset) =>
      context.database
        .select(WEBHOOK_COLUMNS)
        .from(webhooks)
        .where(and(matching, where))
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
    async count() {
      const [row] = await context.database.select({ total: count() }).from(webhooks).where(matching);
      return row?.total ?? 0;
    },
  });
}
