import { asc, sql } from 'drizzle-orm';
import { overAllTenants } from '../../database/all-tenants.ts';
import { STAYED_LOCKED } from '../../database/patience.ts';
import { postgresErrorOf } from '../../database/postgres-error.ts';
import { jobs } from '../../database/tables/jobs.ts';
import { isUnavailable } from '../../database/unavailable.ts';
import type { Platform } from '../shared/context.ts';
import { type Periodic, runPeriodically } from '../shared/periodic.ts';
import { advanceJob, failJob, type JobKey } from './advance.ts';
import { AT_ONCE } from './begin.ts';
import { isActiveJob } from './job.ts';

const LOOK_EVERY_MS = 1_000;
/** Tenants whose jobs go on side by side. */
const TENANTS_AT_A_TIME = 2;
/** After how many unexpected failures in a row a job is given up. */
const MOST_TRIES = 5;
/** Others were in the way: serialization_failure and deadlock_detected, too. */
const LATER = new Set([STAYED_LOCKED, '40001', '40P01']);

/**
 * Runs the jobs of all tenants, in one process of all; another goes on where that ends. A tenant's jobs run one after the
 * other, and the tenants take turns, a batch each.
 */
export function openJobRunner(
  platform: Platform,
  onError: (error: unknown) => void,
  everyMs = LOOK_EVERY_MS,
): Pick<Periodic, 'close' | 'hurry'> {
  const runner = jobRunner(platform, onError);
  const periodic = runPeriodically(platform.database, { name: 'jobs', everyMs, work: runner.run, onError });
  return {
    hurry: periodic.hurry,
    close() {
      runner.stop();
      return periodic.close();
    },
  };
}

/** What a process remembers of the jobs that it runs. */
export function jobRunner(platform: Platform, onError: (error: unknown) => void) {
  let stopping = false;
  const sizes = new Map<string, number>();
  const failures = new Map<string, number>();

  const advance = async (key: JobKey): Promise<boolean> => {
    const name = `${key.tenantId}/${key.id}`;
    try {
      const size = sizes.get(name) ?? AT_ONCE;
      const next = await advanceJob(platform, key, size);
      failures.delete(name);
      if (next === null) sizes.delete(name);
      // As long as there are no faults it takes more again.
      else sizes.set(name, next < size ? next : Math.min(next * 10, AT_ONCE));
      return true;
    } catch (error) {
      onError(error);
      const code = postgresErrorOf(error)?.code ?? '';
      if (isUnavailable(error) || LATER.has(code)) return false;
      const count = (failures.get(name) ?? 0) + 1;
      failures.set(name, count);
      if (count >= MOST_TRIES)
        await failJob(platform, key, { code: 'UNAVAILABLE', message: 'It failed for a reason unknown.' });
      return false;
    }
  };
  return {
    stop() {
      stopping = true;
    },
    /** Until no job can go on now. */
    async run(): Promise<void> {
      while (!stopping) {
        const due = await findDue(platform);
        let went = false;
        const takeTurns = async () => {
          for (let key = due.shift(); key && !stopping; key = due.shift())
            went = (await advance(key)) || went;
        };
        await Promise.all(Array.from({ length: TENANTS_AT_A_TIME }, takeTurns));
        if (!went) return;
      }
    },
  };
}

/** The oldest job of each tenant that has any under way. */
const findDue = ({ database }: Platform): Promise<JobKey[]> =>
  database
    .selectDistinctOn([jobs.tenantId], { tenantId: jobs.tenantId, id: jobs.id })
    .from(jobs)
    .where(sql`${isActiveJob} ${overAllTenants('due jobs')}`)
    .orderBy(asc(jobs.tenantId), asc(jobs.id));
