import { sql } from 'drizzle-orm';
import { overAllTenants } from '../../database/all-tenants.ts';
import type { Database, Transaction } from '../../database/connect.ts';
import { jobs } from '../../database/tables/jobs.ts';
import { tenantConfiguration } from '../../database/tables/tenants.ts';
import { type ConfigurationKeyName, JOB_RETENTION_DAYS } from '../platform/tenants/configuration-keys.ts';

const KEY: ConfigurationKeyName = 'job.retention.days';

/** Deletes jobs that ended longer ago than each tenant's `job.retention.days`. */
export async function forgetOldJobs(database: Database | Transaction, now: Date): Promise<void> {
  await database.execute(sql`
    DELETE FROM ${jobs} WHERE ended_at < ${now.toISOString()}::timestamptz - make_interval(days => coalesce(
      (SELECT (value #>> '{}')::int FROM ${tenantConfiguration} AS setting
       WHERE setting.tenant_id = jobs.tenant_id AND setting.key = ${KEY}), ${JOB_RETENTION_DAYS}::int)) ${overAllTenants('retention')}`);
}
