import { and } from 'drizzle-orm';
import { z } from 'zod';
import { isAmong } from '../../database/bulk.ts';
import { jobs } from '../../database/tables/jobs.ts';
import { jobEnded, jobNotFound } from '../../errors.ts';
import { changeBy } from '../shared/change.ts';
import type { Context } from '../shared/context.ts';
import { parse } from '../shared/parse.ts';
import { endJob } from './end.ts';
import { findJob } from './find.ts';
import { isActive, type Job, visibleJobs } from './job.ts';

const CancelJob = z.object({ id: z.number() });
export type CancelJob = z.input<typeof CancelJob>;

/**
 * Ends a job: what it has done stays, the rest isn't done. Waits for the batch under way. Of the caller's own jobs, or
 * any of the tenant for a TENANT_ADMIN.
 * @throws JOB_NOT_FOUND, JOB_ENDED
 */
export async function cancelJob(context: Context, input: CancelJob): Promise<Job> {
  const { id } = parse(CancelJob, input);
  await changeBy(context, async (step) => {
    const [job] = await step.tx
      .select()
      .from(jobs)
      .where(and(visibleJobs(context), isAmong(jobs.id, [id])))
      .for('update');
    if (!job) throw jobNotFound(String(id));
    if (!isActive(job)) throw jobEnded(String(id), job.state);
    await endJob(step, job, { state: 'canceled' });
  });
  return findJob(context, id);
}
