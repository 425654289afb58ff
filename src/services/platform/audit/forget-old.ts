import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/connect.ts';
import { auditEvents } from '../../../database/tables/audit.ts';
import { tenantConfiguration, tenants } from '../../../database/tables/tenants.ts';
import { webhookDeliveries } from '../../../database/tables/webhooks.ts';
import { AUDIT_RETENTION_DAYS, type ConfigurationKeyName } from '../tenants/configuration-keys.ts';

const KEY: ConfigurationKeyName = 'audit.retention.days';
/** In one statement. */
const AT_A_TIME = 10_000;

/**
 * Deletes what is older than each tenant's `audit.retention.days`, except what a webhook has still to send, for at most
 * seven days. @returns how many events
 */
export async function forgetOldAuditEvents(database: Database | Transaction, now: Date): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const deleted = await database.execute<{ id: string }>(sql`
      WITH old AS (
        SELECT event.tenant_id, event.id
        FROM ${tenants} AS tenant
        LEFT JOIN ${tenantConfiguration} AS setting
          ON setting.tenant_id = tenant.tenant_id AND setting.key = ${KEY}
        CROSS JOIN LATERAL (
          SELECT tenant_id, id FROM ${auditEvents}
          WHERE tenant_id = tenant.tenant_id AND at < ${now.toISOString()}::timestamptz
            - make_interval(days => coalesce((setting.value #>> '{}')::int, ${AUDIT_RETENTION_DAYS}::int))
            AND NOT EXISTS (
              SELECT 1 FROM ${webhookDeliveries} AS delivery
              WHERE delivery.tenant_id = audit_events.tenant_id AND delivery.event_id = audit_events.id
                AND delivery.state = 'pending')
          ORDER BY at LIMIT ${AT_A_TIME}) AS event
        LIMIT ${AT_A_TIME})
      DELETE FROM ${auditEvents} USING old
      WHERE audit_events.tenant_id = old.tenant_id AND audit_events.id = old.id
      RETURNING audit_events.id`);
    forgotten += deleted.length;
    if (deleted.length < AT_A_TIME) return forgotten;
  }
}
