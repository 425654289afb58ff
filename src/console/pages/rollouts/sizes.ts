/** Percentages are rounded: three groups of 33 % take everything, as on the server. */
const WHOLE = 99;
/** So far off are sums of thirds. */
const EXACT = 2e-5;

/**
 * How many targets each group gets of those that its filter matches, as the server shares them out: groups with the same
 * filter share them, one after the other; a last one that makes them whole takes the rest. Targets that several filters
 * match are counted for each.
 */
export function sizesOf(
  groups: readonly { filter: string; percentage: number }[],
  matching: ReadonlyMap<string, number>,
): number[] {
  const left = new Map(matching);
  return groups.map((group, at) => {
    const alike = groups.filter(({ filter }) => filter === group.filter);
    const taken = groups
      .slice(0, at)
      .filter(({ filter }) => filter === group.filter)
      .reduce((sum, { percentage }) => sum + percentage, 0);
    const isLast = group === alike.at(-1) && taken + group.percentage >= WHOLE;
    const candidates = left.get(group.filter) ?? 0;
    const size = isLast ? candidates : partOf(candidates, group.percentage, 100 - taken);
    left.set(group.filter, candidates - size);
    return size;
  });
}

/** So many of the candidates are `percentage` of the percent that are left. */
function partOf(candidates: number, percentage: number, rest: number): number {
  if (rest <= percentage) return candidates;
  const parts = Math.round(rest / percentage);
  const isEven = Math.abs(rest - parts * percentage) < EXACT;
  return Math.round(isEven ? candidates / parts : (candidates * percentage) / rest);
}
