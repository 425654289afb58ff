import { and, lt, sql } from 'drizzle-orm';
import { overAllTenants } from '../../database/all-tenants.ts';
import { isAmong } from '../../database/bulk.ts';
import type { Database, Transaction } from '../../database/connect.ts';
import { jobs } from '../../database/tables/jobs.ts';
import { JOB_RETENTION_DAYS } from '../platform/tenants/configuration-keys.ts';
import { keepersOf } from '../platform/tenants/retention.ts';

/** Deletes jobs that ended longer ago than each tenant's `job.retention.days`. */
export async function forgetOldJobs(database: Database | Transaction, now: Date): Promise<void> {
  const keepers = await keepersOf(database, { key: 'job.retention.days', days: JOB_RETENTION_DAYS, now });
  for (const { tenantIds, before } of keepers)
    await database
      .delete(jobs)
      .where(
        sql`${and(isAmong(jobs.tenantId, tenantIds), lt(jobs.endedAt, before))} ${overAllTenants('retention')}`,
      );
}
