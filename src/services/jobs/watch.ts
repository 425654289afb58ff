import type { Context } from '../shared/context.ts';
import { findJob } from './find.ts';
import { isActive, type Job } from './job.ts';

const LOOK_EVERY_MS = 500;

/** Sends a job now and after each progress, until it has ended. @throws JOB_NOT_FOUND */
export async function* watchJob(context: Context, id: number): AsyncGenerator<Job, undefined> {
  let sent: string | undefined;
  for (;;) {
    const job = await findJob(context, id);
    const text = JSON.stringify(job);
    if (text !== sent) yield job;
    sent = text;
    if (!isActive(job)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
