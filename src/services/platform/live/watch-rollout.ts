import { requirePermission } from '../../access/permissions.ts';
import { findRollout } from '../../deployments/rollouts/find.ts';
import { FINAL_STATUSES } from '../../deployments/rollouts/rollout.ts';
import type { LiveContext } from './live.ts';
import type { RolloutsFeed } from './rollout-watchers.ts';
import type { RolloutProgress } from './rollouts-known.ts';

/**
 * Sends the progress of a rollout now and after each change, at most once a second, until it has ended or is deleted. Needs
 * READ_ROLLOUT, and ends when the caller loses it.
 * @throws ROLLOUT_NOT_FOUND
 */
export async function watchRollout(
  context: LiveContext,
  id: number,
): Promise<AsyncIterableIterator<RolloutProgress>> {
  requirePermission(context, 'READ_ROLLOUT');
  await findRollout(context, id);
  return untilItEnds(context.live.watchRollouts(context, { ids: [id] }));
}

/** Not a generator: one that waits for its feed could not be closed before the next item. */
function untilItEnds(feed: RolloutsFeed): AsyncIterableIterator<RolloutProgress> {
  const done = { done: true, value: undefined } as const;
  const iterator: AsyncIterableIterator<RolloutProgress> = {
    async next() {
      const value = (await feed.next()).value?.changed[0];
      if (!value || FINAL_STATUSES.includes(value.rollout.status)) await feed.return?.();
      return value ? { done: false, value } : done;
    },
    async return() {
      await feed.return?.();
      return done;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
