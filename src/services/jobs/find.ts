import { and } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import { jobs } from '../../database/tables/jobs.ts';
import { jobNotFound } from '../../errors.ts';
import type { Context } from '../shared/context.ts';
import { JOB_COLUMNS, type Job, visibleJobs } from './job.ts';

/** A job of the caller's own, or any of the tenant for a TENANT_ADMIN. @throws JOB_NOT_FOUND */
export async function findJob(context: Context, id: number): Promise<Job> {
  const [job] = await findJobs(context, [id]);
  if (!job) throw jobNotFound(String(id));
  return job;
}

/** Those of the jobs that the caller may see, in no order. */
export const findJobs = async (context: Context, ids: readonly number[]): Promise<Job[]> =>
  context.database
    .select(JOB_COLUMNS)
    .from(jobs)
    .where(and(visibleJobs(context), isAmong(jobs.id, ids)));
