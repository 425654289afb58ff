import { jobs } from '../../../../src/database/tables/jobs.ts';
import { cancelJob } from '../../../../src/services/jobs/cancel.ts';
import { findJob, findJobs } from '../../../../src/services/jobs/find.ts';
import { listJobs } from '../../../../src/services/jobs/list.ts';
import { watchJob } from '../../../../src/services/jobs/watch.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import type { Verb, Verbs } from './verb.ts';
import type { Side } from './world.ts';

const made = new WeakMap<Side, number>();
const idOf = (side: Side) => made.get(side)!;

/** A job of the caller of the verbs that waits. */
async function makeJob({ database, caller, clock }: Context, side: Side): Promise<void> {
  const { tenantId, username } = caller;
  const now = clock();
  const [job] = await database
    .insert(jobs)
    .values({
      tenantId,
      username,
      kind: 'delete_targets',
      state: 'queued',
      filter: `id==${side.name}`,
      parameters: {},
      total: 1,
      upTo: 1,
      hasAccount: true,
      grants: [],
      channel: 'GRAPHQL',
      createdAt: now,
      updatedAt: now,
    })
    .returning({ id: jobs.id });
  made.set(side, job!.id);
}

const onJob = (verb: Omit<Verb, 'needs' | 'given'>): Verb => ({ needs: [], given: makeJob, ...verb });

/** Whoever began a job may see and cancel it, and administrators: no permission is asked for. */
export const JOB_VERBS: Verbs = {
  findJob: onJob({
    call: async (c, side) => (await findJob(c, idOf(side))).filter,
    elsewhere: 'JOB_NOT_FOUND',
  }),
  findJobs: onJob({
    call: async (c, side) => (await findJobs(c, [idOf(side)])).length,
    elsewhere: 0,
  }),
  listJobs: onJob({
    call: async (c, side) => (await listJobs(c, { filter: `id==${idOf(side)}` })).total(),
    elsewhere: 0,
  }),
  cancelJob: onJob({
    call: async (c, side) => (await cancelJob(c, { id: idOf(side) })).state,
    elsewhere: 'JOB_NOT_FOUND',
  }),
  watchJob: onJob({
    async call(c, side) {
      const watched = watchJob(c, idOf(side));
      const { value } = await watched.next();
      await watched.return(undefined);
      return value?.state;
    },
    elsewhere: 'JOB_NOT_FOUND',
  }),
};
