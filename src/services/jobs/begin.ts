import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../database/connect.ts';
import { type JobKindName, jobs } from '../../database/tables/jobs.ts';
import { quotaExceeded } from '../../errors.ts';
import { PERMISSIONS } from '../access/grants.ts';
import { requirePermission } from '../access/permissions.ts';
import { storedCallerOf } from '../access/stored-caller.ts';
import { changeBy } from '../shared/change.ts';
import type { Context } from '../shared/context.ts';
import { parse } from '../shared/parse.ts';
import { selectionFields } from '../shared/selection.ts';
import { isActiveJob, JOB_COLUMNS, type Job } from './job.ts';
import { type BulkInput, type Done, KINDS, tryOnNone } from './kinds.ts';

/** So many are changed within the answer; more by a job. */
export const AT_ONCE = 1_000;
/** Jobs of a tenant that wait or run. */
const MOST_ACTIVE = 100;
/** Jobs that a tenant's list keeps. */
const KEPT_AT_MOST = 1_000;

export interface BulkChange extends Done {
  /** How many are different now, or would be after a dry run. */
  affectedCount: number;
  /** What does it, where there is too much for one answer. */
  job: Job | null;
}

const Chosen = z.object(selectionFields);
const NOTHING = { changed: [], affectedCount: 0, job: null };

/**
 * Does what the verb of a kind does: at once where things are named, few match or it is a dry run, else by a job, for
 * which this only checks the input. A filter that few match goes through all once: then only these are looked at. Needs
 * what the verb needs.
 * @throws QUOTA_EXCEEDED where too many jobs wait; what the verb throws
 */
export async function changeMany<I extends BulkInput>(
  context: Context,
  name: JobKindName,
  input: I,
): Promise<BulkChange> {
  const kind = KINDS[name];
  requirePermission(context, ...kind.permissions);
  const { filter, ids, controllerIds, dryRun, ...parameters } = input;
  if (dryRun) return { ...NOTHING, ...(await kind.count(context, input)) };
  let among: number[] | undefined;
  if (filter != null && (ids ?? controllerIds) == null) {
    const some = await kind.source.some(context, filter, AT_ONCE + 1);
    if (some.length > AT_ONCE) {
      await (kind.isAllOrNone
        ? kind.count(context, input)
        : tryOnNone(context, kind, { filter, parameters }));
      const matching = await kind.source.count(context, filter);
      return { ...NOTHING, job: await beginJob(context, { kind: name, filter, parameters, ...matching }) };
    }
    among = some.map(({ id }) => id);
  }
  const chosen = { ...parse(Chosen, { filter, ids, controllerIds }), among };
  const done = await changeBy(context, (step) => kind.work(step, chosen, parameters));
  return { ...done, affectedCount: done.changed.length, job: null };
}

type NewJob = Pick<typeof jobs.$inferInsert, 'kind' | 'filter' | 'parameters' | 'total' | 'upTo'>;

/** Begins a job that was checked. @throws QUOTA_EXCEEDED where too many wait */
export const beginJob = (context: Context, given: NewJob): Promise<Job> =>
  changeBy(context, async ({ tx, changes }) => {
    const { caller, origin, clock } = context;
    const now = clock();
    await makeRoom(tx, caller.tenantId);
    const [job] = await tx
      .insert(jobs)
      .values({
        ...given,
        ...storedCallerOf(caller, PERMISSIONS),
        state: 'queued',
        channel: origin.channel,
        address: origin.address,
        requestId: origin.requestId,
        traceParent: origin.traceParent,
        createdAt: now,
        updatedAt: now,
      })
      .returning(JOB_COLUMNS);
    changes.record({
      type: 'job.created',
      subjects: [String(job!.id)],
      changes: { kind: { new: given.kind }, filter: { new: given.filter }, total: { new: given.total } },
    });
    return job!;
  });

/** Refuses more than may wait, and forgets the oldest of those that have ended. @throws QUOTA_EXCEEDED */
async function makeRoom(tx: Transaction, tenantId: number): Promise<void> {
  const active = await tx.$count(jobs, and(eq(jobs.tenantId, tenantId), isActiveJob));
  if (active >= MOST_ACTIVE) throw quotaExceeded('jobs under way', MOST_ACTIVE);
  const oldest = sql`${jobs.id} <= (
    SELECT id FROM ${jobs} WHERE tenant_id = ${tenantId} ORDER BY id DESC OFFSET ${KEPT_AT_MOST - 1} LIMIT 1)`;
  await tx.delete(jobs).where(and(eq(jobs.tenantId, tenantId), sql`${jobs.endedAt} IS NOT NULL`, oldest));
}
