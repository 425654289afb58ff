import { z } from 'zod';
import { invalid, rolloutNotFound } from '../../../errors.ts';
import { checkedFilter } from '../../../filters/checked.ts';
import { requirePermission } from '../../access/permissions.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { ROLLOUT_FIELDS } from '../../deployments/rollouts/fields.ts';
import { findRollouts } from '../../deployments/rollouts/find.ts';
import { parse } from '../../shared/parse.ts';
import type { LiveContext } from './live.ts';
import { ROLLOUTS_AT_MOST, type RolloutsFeed, type WatchedRollouts } from './rollout-watchers.ts';

const RolloutsWatch = z.object({
  ids: z.array(z.number().int()).min(1).max(ROLLOUTS_AT_MOST).nullish(),
  filter: z.string().nullish(),
});

/**
 * Sends the progress of rollouts, either those with these ids or the newest 100 that match a filter, now and after each
 * change, at most once a second. Each time it tells of those that are different. Needs READ_ROLLOUT and what the filter's fields need, and
 * ends when the caller loses it. A slow reader is told of several changes together.
 * @throws ROLLOUT_NOT_FOUND, INVALID_INPUT, the filter's errors
 */
export async function watchRollouts(
  context: LiveContext,
  input: z.input<typeof RolloutsWatch>,
): Promise<RolloutsFeed> {
  requirePermission(context, 'READ_ROLLOUT');
  return context.live.watchRollouts(context, await watchedBy(context, parse(RolloutsWatch, input)));
}

async function watchedBy(
  context: LiveContext,
  { ids, filter }: z.output<typeof RolloutsWatch>,
): Promise<WatchedRollouts> {
  if ((ids == null) === (filter == null)) throw invalid('give either ids or a filter', ['ids']);
  if (filter != null) {
    requireFilterReadable(context, ROLLOUT_FIELDS, checkedFilter(ROLLOUT_FIELDS, filter));
    return { filter };
  }
  const found = await findRollouts(context, ids!);
  const missing = found.indexOf(undefined);
  if (missing >= 0) throw rolloutNotFound(String(ids![missing]), ['ids', String(missing)]);
  return { ids: [...new Set(ids)] };
}
