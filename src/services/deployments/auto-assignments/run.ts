import { isUnavailable } from '../../../database/unavailable.ts';
import { DomainError } from '../../../errors.ts';
import type { Platform } from '../../shared/context.ts';
import { type AutoAssignmentKey, assignNextTargets, type NextTargets } from './assign-next.ts';
import { type Active, findActive, newestTarget, notePass } from './passes.ts';
import { gatherNewsOfTargets, type TargetNews } from './target-news.ts';

/** The longest that one auto-assignment keeps others waiting. */
const TURN_MS = 2_000;
/** After one that failed it rests so long. */
const FAILED_REST_MS = 60_000;
/** After news were looked through, the next have so many times as long to gather, but targets don't wait long. */
const NEWS_PAUSE_FACTOR = 4;
const LONGEST_NEWS_PAUSE_MS = 5_000;

/** @returns whether it came to its end */
type Work = (platform: Platform, active: Active, isStopping: () => boolean) => Promise<boolean>;

/**
 * What assigns by itself, each time that it is called: each auto-assignment gets a turn. Targets that are new or changed
 * are looked at first; now and then it passes through all its targets, in case time or a missed announcement changed what
 * matches, and goes on where the last turn ended. One that fails is tried again a minute later; why is told, unless its
 * set lacks something meanwhile.
 */
export function autoAssigner(
  platform: Platform,
  onError: (error: unknown) => void,
): (isStopping?: () => boolean) => Promise<void> {
  const news = gatherNewsOfTargets(platform.announcements);
  let failed = new Map<string, number>();
  let newsAgainAt = 0;

  const takeTurn = async (active: Active, work: Work, isStopping: () => boolean) => {
    const name = nameOf(active);
    if (performance.now() < (failed.get(name) ?? 0)) return true;
    try {
      const isDone = await work(platform, active, isStopping);
      failed.delete(name);
      return isDone;
    } catch (error) {
      if (!isOfSet(error)) onError(error);
      if (isUnavailable(error)) return false;
      failed.set(name, performance.now() + FAILED_REST_MS);
      return true;
    }
  };

  /** @returns the tenants of which more may have changed than was looked at */
  const lookAtNews = async (all: readonly Active[], isStopping: () => boolean): Promise<number[]> => {
    const began = performance.now();
    if (began < newsAgainAt) return [];
    const newsOf = news.take();
    for (const active of all) {
      const its = newsOf(active.tenantId);
      if (its && !(await takeTurn(active, lookAt(its), isStopping))) news.keep(active.tenantId, its);
    }
    const now = performance.now();
    newsAgainAt = now + Math.min(NEWS_PAUSE_FACTOR * (now - began), LONGEST_NEWS_PAUSE_MS);
    return all.map(({ tenantId }) => tenantId).filter((id) => newsOf(id)?.moreChanged);
  };

  return async (isStopping = () => false) => {
    const all = await findActive(platform);
    failed = new Map(
      all.map(nameOf).flatMap((name) => (failed.has(name) ? [[name, failed.get(name)!]] : [])),
    );
    const changed = new Set(await lookAtNews(all, isStopping));
    for (const active of all) {
      if (!active.isToPass && !(active.mayPass && changed.has(active.tenantId))) continue;
      await takeTurn(active, pass, isStopping);
      for (const id of await lookAtNews(all, isStopping)) changed.add(id);
    }
  };
}

const nameOf = ({ tenantId, id }: AutoAssignmentKey) => `${tenantId}/${id}`;

const isOfSet = (error: unknown) =>
  error instanceof DomainError && error.code.startsWith('DISTRIBUTION_SET_');

/** Looks at the targets of which something is new. New ones that nobody named have ids after those of the last pass. */
const lookAt =
  ({ names, moreCreated }: TargetNews): Work =>
  async (platform, active, isStopping) => {
    const began = performance.now();
    const mayGoOn = () => !isStopping() && performance.now() - began < TURN_MS;
    const from = async (next: NextTargets) => (await assignFrom(platform, active, next, mayGoOn)) === null;
    const isDone = names.size === 0 || (await from({ after: 0, named: [...names] }));
    return isDone && (!moreCreated || from({ after: active.newestPassed }));
  };

const pass: Work = async (platform, active, isStopping) => {
  const began = performance.now();
  const newest = active.passedTo ? active.newestPassed : await newestTarget(platform, active.tenantId);
  const mayGoOn = () => !isStopping() && performance.now() - began < TURN_MS;
  const reached = await assignFrom(platform, active, { after: active.passedTo }, mayGoOn);
  await notePass(platform, active, { reached, newest, spentMs: performance.now() - began });
  return reached === null;
};

/** @returns the id of the last target that it came to, null where there are no more */
async function assignFrom(
  platform: Platform,
  key: AutoAssignmentKey,
  next: NextTargets,
  mayGoOn: () => boolean,
): Promise<number | null> {
  let after: number | null = next.after;
  while (after !== null && mayGoOn()) after = await assignNextTargets(platform, key, { ...next, after });
  return after;
}
