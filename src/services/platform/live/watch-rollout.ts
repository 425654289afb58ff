import { requirePermission } from '../../access/permissions.ts';
import { findRollout } from '../../deployments/rollouts/find.ts';
import type { LiveContext } from './live.ts';
import type { RolloutFeed, RolloutProgress } from './rollout-watchers.ts';

/** The states in which a rollout no longer changes. */
const FINAL_STATUSES = ['finished', 'stopped', 'approval_denied', 'deleted'];

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
  return untilItEnds(context.live.watchRollout(context, id));
}

/** Not a generator: one that waits for its feed could not be closed before the next item. */
function untilItEnds(feed: RolloutFeed): AsyncIterableIterator<RolloutProgress> {
  const done = { done: true, value: undefined } as const;
  const iterator: AsyncIterableIterator<RolloutProgress> = {
    async next() {
      const { value } = await feed.next();
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
