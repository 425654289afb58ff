import { and, eq } from 'drizzle-orm';
import { jobs } from '../../database/tables/jobs.ts';
import { jobNotFound } from '../../errors.ts';
import type { Context } from '../shared/context.ts';
import { openLooks } from '../shared/looks.ts';
import { findJob } from './find.ts';
import { isActive, isVisible, JOB_COLUMNS, type Job } from './job.ts';

const nextLook = openLooks(async ({ database }, { tenantId, id }) => {
  const itself = and(eq(jobs.tenantId, tenantId), eq(jobs.id, id));
  const [job] = await database.select(JOB_COLUMNS).from(jobs).where(itself);
  return job;
});

/** Sends a job now and after each progress, until it has ended. @throws JOB_NOT_FOUND */
export async function* watchJob(context: Context, id: number): AsyncGenerator<Job, undefined> {
  let job: Job | undefined = await findJob(context, id);
  let sent: string | undefined;
  for (;;) {
    if (!job || !isVisible(context, job)) throw jobNotFound(String(id));
    const text = JSON.stringify(job);
    if (text !== sent) yield job;
    sent = text;
    if (!isActive(job)) return;
    job = await nextLook(context, { tenantId: context.caller.tenantId, id });
  }
}
