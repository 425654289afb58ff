import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../../database/tables/webhooks.ts';

export type NewAuditEvent = typeof auditEvents.$inferInsert;

/**
 * Writes events, and into the outbox of each webhook that wants them: both in one statement. Webhooks are locked, so
 * a webhook that is being deleted is skipped and doesn't undo the change.
 */
export async function writeEvents(
  database: Database | Transaction,
  events: readonly NewAuditEvent[],
): Promise<void> {
  if (!events.length) return;
  const written = database
    .insert(auditEvents)
    .values([...events])
    .returning({
      tenantId: auditEvents.tenantId,
      id: auditEvents.id,
      at: auditEvents.at,
      type: auditEvents.type,
    });
  await database.execute(sql`
    WITH written AS (${written.getSQL()})
    INSERT INTO ${webhookDeliveries} (tenant_id, webhook_id, event_id, created_at)
    SELECT written.tenant_id, webhook.id, written.id, written.at
    FROM written JOIN ${webhooks} AS webhook ON webhook.tenant_id = written.tenant_id
    WHERE webhook.active AND (webhook.event_types IS NULL OR EXISTS (
      SELECT 1 FROM unnest(webhook.event_types) AS pattern
      WHERE starts_with(written.type, rtrim(pattern, '*')) AND (right(pattern, 1) = '*' OR pattern = written.type)))
    ORDER BY written.id
    FOR KEY SHARE OF webhook`);
}
