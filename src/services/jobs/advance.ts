import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';
import { waitForLocks } from '../../database/patience.ts';
import { jobs } from '../../database/tables/jobs.ts';
import { DomainError } from '../../errors.ts';
import { inSpan } from '../../tracing/tracer.ts';
import { requirePermission } from '../access/permissions.ts';
import { restoreCaller } from '../access/stored-caller.ts';
import { addToEvent } from '../platform/audit/growing.ts';
import type { ChangeRecord } from '../platform/audit/record.ts';
import { change, type Step } from '../shared/change.ts';
import { asServer, type Context, type Platform } from '../shared/context.ts';
import { cutText } from '../shared/text.ts';
import { endJob } from './end.ts';
import { isActiveJob, type JobRow, originOfJob } from './job.ts';
import { type Done, KINDS, tryOnNone } from './kinds.ts';

export interface JobKey {
  tenantId: number;
  id: number;
}

/** The longest that a batch waits for what others have locked. */
const PATIENCE = '5s';
/** What is told beside the work: that a limit is near. It has an event of its own. */
const BESIDE = /\.quota-(near|reached)$/;
/** Faults of single targets after which a job gives up. */
const MOST_FAULTS = 100;
const LONGEST_MESSAGE = 512;

/**
 * Handles the next `size` of a job's targets, in one transaction with how far it is then: so whatever process dies when,
 * nothing is done twice and nothing left out. Who began the job must still be permitted to.
 * @returns how many to take next: fewer after a fault, until it is known which target it is of; null where it has ended
 */
export async function advanceJob(platform: Platform, key: JobKey, size: number): Promise<number | null> {
  const context = await contextOf(platform, key);
  if (context === null) return null;
  const parent = context?.origin.traceParent;
  const attributes = { 'muster.job': key.id, 'muster.job.batch': size };
  return inSpan({ name: 'job batch', parent, attributes }, () => advanceAs(platform, context, key, size));
}

async function advanceAs(
  platform: Platform,
  context: Context | undefined,
  key: JobKey,
  size: number,
): Promise<number | null> {
  if (!context) {
    const message = 'Who began it has no account any more, or its API key is gone.';
    return failJob(platform, key, { code: 'UNAUTHENTICATED', message });
  }
  try {
    return (await withJob(context, key, (step, job) => takeBatch(step, job, size))) ? size : null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const fault = await faultWithoutTargets(context, key);
    if (fault) return failJob(platform, key, fault);
    if (size > 1) return Math.ceil(size / 10);
    return (await withJob(context, key, (step, job) => passOver(step, job, error))) ? 1 : null;
  }
}

/** Ends a job that can't go on. */
export async function failJob(
  platform: Platform,
  key: JobKey,
  { code, message }: { code: string; message: string },
): Promise<null> {
  const context = asServer(platform, key.tenantId);
  await change(context, async (tx, changes) => {
    const job = await lockJob(tx, key);
    if (!job) return;
    const { requestId, traceParent } = originOfJob(job);
    const by = { ...context, origin: { ...context.origin, requestId, traceParent } };
    await endJob(
      { tx, context: by, changes: { ...changes, record: (done) => changes.record(done, by) } },
      job,
      { state: 'failed', code, message: cutText(message, LONGEST_MESSAGE) },
    );
  });
  return null;
}

/** The context of who began the job, with what they are permitted still; null for a job that is gone. */
async function contextOf(platform: Platform, { tenantId, id }: JobKey): Promise<Context | null | undefined> {
  const [job] = await platform.database
    .select()
    .from(jobs)
    .where(and(eq(jobs.tenantId, tenantId), eq(jobs.id, id)));
  if (!job) return null;
  const caller = await restoreCaller(platform, job);
  return caller && { ...platform, caller, origin: originOfJob(job) };
}

/** Runs a step with the locked job. @returns whether there is more to do */
const withJob = (
  context: Context,
  key: JobKey,
  work: (step: Step, job: JobRow) => Promise<boolean>,
): Promise<boolean> =>
  change(context, async (tx, changes) => {
    const job = await lockJob(tx, key);
    return job ? work({ tx, context, changes }, job) : false;
  });

async function lockJob(tx: Transaction, { tenantId, id }: JobKey): Promise<JobRow | undefined> {
  await waitForLocks(tx, PATIENCE);
  const [job] = await tx
    .select()
    .from(jobs)
    .where(and(eq(jobs.tenantId, tenantId), eq(jobs.id, id), isActiveJob))
    .for('update');
  return job;
}

const NOTHING: Done = { changed: [] };

async function takeBatch(step: Step, job: JobRow, size: number): Promise<boolean> {
  const { tx, context } = step;
  const { filter, parameters, upTo, reached } = job;
  const { permissions, source, work } = KINDS[job.kind];
  requirePermission(context, ...permissions);
  const part = await source.next(tx, context, filter, { after: reached, upTo, limit: size });
  const records: ChangeRecord[] = [];
  const record = (done: ChangeRecord) =>
    BESIDE.test(done.type) ? step.changes.record(done) : void records.push(done);
  const changes = { ...step.changes, record };
  const among = part.map(({ id }) => id);
  const { changed } = part.length ? await work({ ...step, changes }, { filter, among }, parameters) : NOTHING;
  let { eventId } = job;
  for (const record of records) eventId = await addToEvent(tx, context, eventId, record);
  if (eventId !== null && eventId !== job.eventId) step.changes.auditEvents([eventId]);
  const moved = await moveJob(step, job, {
    reached: among.at(-1) ?? upTo,
    done: job.done + part.length,
    changed: job.changed + changed.length,
    eventId,
  });
  if (part.length === size) return true;
  await endJob(step, moved, { state: 'finished' });
  return false;
}

/** What refuses the work whatever the targets. */
async function faultWithoutTargets(
  context: Context,
  { tenantId, id }: JobKey,
): Promise<DomainError | undefined> {
  const [job] = await context.database
    .select()
    .from(jobs)
    .where(and(eq(jobs.tenantId, tenantId), eq(jobs.id, id), isActiveJob));
  if (!job) return undefined;
  try {
    await tryOnNone(context, KINDS[job.kind], job);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  return undefined;
}

/** Goes on after the one target that is next, and notes what was wrong with it. */
async function passOver(step: Step, job: JobRow, { code, message }: DomainError): Promise<boolean> {
  const { filter, upTo, reached, faults } = job;
  const source = KINDS[job.kind].source;
  const [next] = await source.next(step.tx, step.context, filter, { after: reached, upTo, limit: 1 });
  if (!next) return true;
  const fault = { controllerId: next.controllerId, code, message: cutText(message, LONGEST_MESSAGE) };
  const moved = await moveJob(step, job, {
    reached: next.id,
    done: job.done + 1,
    failed: job.failed + 1,
    faults: [...faults, fault],
  });
  if (moved.failed < MOST_FAULTS) return true;
  await endJob(step, moved, {
    state: 'failed',
    code,
    message: `${MOST_FAULTS} targets were refused: ${fault.message}`,
  });
  return false;
}

async function moveJob(
  { tx, context }: Step,
  { tenantId, id, startedAt }: JobRow,
  moved: Partial<JobRow>,
): Promise<JobRow> {
  const now = context.clock();
  const [job] = await tx
    .update(jobs)
    .set({ ...moved, state: 'running', startedAt: startedAt ?? now, updatedAt: now })
    .where(and(eq(jobs.tenantId, tenantId), eq(jobs.id, id)))
    .returning();
  return job!;
}
