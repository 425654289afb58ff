import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { preparedSql } from '../../../database/prepared.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { webhookDeliveries } from '../../../database/tables/webhooks.ts';
import { AUDIT_RETENTION_DAYS } from '../tenants/configuration-keys.ts';
import { keepersOf } from '../tenants/retention.ts';

/** In one statement. */
const AT_A_TIME = 10_000;

/**
 * Deletes what is older than each tenant's `audit.retention.days`, except what a webhook has still to send, for at most
 * seven days. @returns how many events
 */
export async function forgetOldAuditEvents(database: Database | Transaction, now: Date): Promise<number> {
  let forgotten = 0;
  const keepers = await keepersOf(database, { key: 'audit.retention.days', days: AUDIT_RETENTION_DAYS, now });
  for (const { tenantIds, before } of keepers)
    for (const tenantId of tenantIds) forgotten += await forgetEvents(database, tenantId, before);
  return forgotten;
}

const forgetSome = preparedSql(() => {
  const [tenantId, before] = ['tenantId', 'before'].map(sql.placeholder);
  return sql`
    DELETE FROM ${auditEvents} WHERE tenant_id = ${tenantId} AND id = ANY(ARRAY(
      SELECT event.id FROM ${auditEvents} AS event
      WHERE event.tenant_id = ${tenantId} AND event.at < ${before}::timestamptz AND NOT EXISTS (
        SELECT 1 FROM ${webhookDeliveries} AS delivery
        WHERE delivery.tenant_id = ${tenantId} AND delivery.event_id = event.id AND delivery.state = 'pending')
      ORDER BY event.at LIMIT ${sql.raw(String(AT_A_TIME))}))
    RETURNING id`;
});

async function forgetEvents(
  database: Database | Transaction,
  tenantId: number,
  before: Date,
): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const { length } = await forgetSome(database).execute({ tenantId, before: before.toISOString() });
    forgotten += length;
    if (length < AT_A_TIME) return forgotten;
  }
}
