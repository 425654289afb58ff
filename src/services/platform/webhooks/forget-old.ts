import { sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import type { Database, Transaction } from '../../../database/connect.ts';
import { webhookDeliveries } from '../../../database/tables/webhooks.ts';

const KEPT_MS = 7 * 86_400_000;

/** Forgets what was delivered or failed seven days ago, and gives up what has waited for as long. */
export async function forgetOldDeliveries(database: Database | Transaction, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_MS).toISOString();
  await database.execute(sql`
    DELETE FROM ${webhookDeliveries} WHERE finished_at < ${before}::timestamptz ${overAllTenants('retention')}`);
  await database.execute(sql`
    UPDATE ${webhookDeliveries}
    SET state = 'failed', finished_at = ${now.toISOString()}::timestamptz, last_error = 'waited for seven days'
    WHERE state = 'pending' AND created_at < ${before}::timestamptz ${overAllTenants('retention')}`);
}
