import { requirePermission } from '../../access/permissions.ts';
import { findRollout } from '../../deployments/rollouts/find.ts';
import type { LiveContext } from './live.ts';
import type { RolloutFeed, RolloutProgress } from './rollout-watchers.ts';

/** In which nothing happens to a rollout any more. */
const LAST = ['finished', 'stopped', 'approval_denied', 'deleted'];

/**
 * Tells how far a rollout is, now and whenever it went on, once a second at the most, until it ended or is gone. Needs
 * READ_ROLLOUT, and ends when the caller loses it.
 * @throws ROLLOUT_NOT_FOUND
 */
export async function watchRollout(
  context: LiveContext,
  id: number,
): Promise<AsyncIterableIterator<RolloutProgress>> {
  requirePermission(context, 'READ_ROLLOUT');
  await findRollout(context, id);
  return untilItEnds(context.live.watchRollout(context, id));
}

/** By hand: a generator that waits for its feed could not be left before the next item. */
function untilItEnds(feed: RolloutFeed): AsyncIterableIterator<RolloutProgress> {
  const done = { done: true, value: undefined } as const;
  const iterator: AsyncIterableIterator<RolloutProgress> = {
    async next() {
      const { value } = await feed.next();
      if (!value || LAST.includes(value.rollout.status)) await feed.return?.();
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
