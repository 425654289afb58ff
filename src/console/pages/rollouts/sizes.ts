import { type Share, shareOf } from '../../../rollout-shares.ts';

/**
 * How many targets each group gets of those that its filter matches. Targets that several filters match are counted for
 * each.
 */
export function sizesOf(groups: readonly Share[], matching: ReadonlyMap<string, number>): number[] {
  const left = new Map(matching);
  return groups.map((group) => {
    const candidates = left.get(group.filter) ?? 0;
    const size = shareOf(groups, group, candidates);
    left.set(group.filter, candidates - size);
    return size;
  });
}
