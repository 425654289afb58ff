import { and, asc, eq, inArray, isNotNull, lte, or, sql } from 'drizzle-orm';
import { overAllTenants } from '../../../database/all-tenants.ts';
import { rollouts } from '../../../database/tables/rollouts.ts';
import { isUnavailable } from '../../../database/unavailable.ts';
import type { Platform } from '../../shared/context.ts';
import { type Periodic, runPeriodically } from '../../shared/periodic.ts';
import { advanceRollout, type RolloutKey } from './advance.ts';

/** As often as hawkBit. */
const LOOK_EVERY_MS = 2_000;
/** Looking at a running rollout may not take more than one part in this many of the time. */
const SHARE = 20;
/** Tenants whose rollouts go on side by side, so that one in trouble doesn't hold up the others. */
const TENANTS_AT_A_TIME = 3;

/** Brings the rollouts of all tenants on, in one process of all: every two seconds, and soon after a verb. */
export function openRollouts(
  platform: Platform,
  onError: (error: unknown) => void,
  everyMs = LOOK_EVERY_MS,
): Pick<Periodic, 'close'> {
  const { database, announcements } = platform;
  const runner = openRunner(platform, onError, everyMs);
  const periodic = runPeriodically(database, { name: 'rollouts', everyMs, work: runner.run, onError });
  announcements.subscribe({
    changed() {},
    everything() {
      runner.lookAtAll();
      periodic.hurry();
    },
    rollouts({ rolloutIds }) {
      runner.look(rolloutIds);
      periodic.hurry();
    },
  });
  return {
    close() {
      runner.stop();
      return periodic.close();
    },
  };
}

/** What a process remembers from run to run. */
export function openRunner(platform: Platform, onError: (error: unknown) => void, everyMs: number) {
  /** When to look at a rollout again, by its id, on the monotonic clock. */
  const lookAgainAt = new Map<number, number>();
  let wake = () => {};
  let stopping = false;

  const findDue = async (): Promise<RolloutKey[]> => {
    const underWay = await findUnderWay(platform);
    const ids = new Set(underWay.map(({ id }) => id));
    for (const id of lookAgainAt.keys()) if (!ids.has(id)) lookAgainAt.delete(id);
    const now = performance.now();
    return underWay.filter(({ id }) => (lookAgainAt.get(id) ?? 0) <= now);
  };
  const advance = async (key: RolloutKey) => {
    const began = performance.now();
    let more = false;
    let isBusy = true;
    try {
      more = await advanceRollout(platform, key);
    } catch (error) {
      isBusy = !isUnavailable(error);
      onError(error);
    }
    const pause = isBusy ? Math.max(everyMs, SHARE * (performance.now() - began)) : everyMs;
    if (!more) lookAgainAt.set(key.id, performance.now() + pause);
  };
  const runTenant = async (tenantId: number) => {
    while (!stopping) {
      const due = (await findDue()).filter((key) => key.tenantId === tenantId);
      if (!due.length) return;
      // One step each: a large rollout lets the others go on.
      for (const key of due) if (!stopping) await advance(key);
    }
  };
  return {
    /** These are to be looked at now. */
    look(ids: readonly number[]) {
      for (const id of ids) lookAgainAt.delete(id);
      wake();
    },
    lookAtAll() {
      lookAgainAt.clear();
      wake();
    },
    stop() {
      stopping = true;
      wake();
    },
    /** Until nothing is left to do at once. */
    async run() {
      const underWay = new Map<number, Promise<void>>();
      for (;;) {
        const due = stopping ? [] : await findDue();
        for (const { tenantId } of due) {
          if (underWay.has(tenantId) || underWay.size >= TENANTS_AT_A_TIME) continue;
          const work = runTenant(tenantId)
            .catch(onError)
            .finally(() => underWay.delete(tenantId));
          underWay.set(tenantId, work);
        }
        if (!underWay.size) return;
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([...underWay.values(), woken]);
      }
    },
  };
}

/** The rollouts of all tenants with which something may be to do. */
const findUnderWay = ({ database, clock }: Platform): Promise<RolloutKey[]> =>
  database
    .select({ tenantId: rollouts.tenantId, id: rollouts.id })
    .from(rollouts)
    .where(
      sql`${or(
        inArray(rollouts.status, ['creating', 'starting', 'running', 'stopping', 'deleting']),
        and(eq(rollouts.status, 'ready'), isNotNull(rollouts.startAt), lte(rollouts.startAt, clock())),
      )} ${overAllTenants('due rollouts')}`,
    )
    .orderBy(asc(rollouts.tenantId), asc(rollouts.id));
