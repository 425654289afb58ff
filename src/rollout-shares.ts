/** What the server and the console's plan both say of how a rollout's groups share its targets: it imports nothing. */

/** Percentages are rounded: three groups of 33 % take everything. */
const WHOLE = 99;

export interface Share {
  /** What the group takes of the rollout's targets; empty for all. */
  filter: string;
  percentage: number;
  /** Whether it takes what comes later, and nothing of what is there. */
  dynamic?: boolean;
}

/**
 * How many a group gets of the candidates that groups before it left: its percentage is of all that its filter matches,
 * so those before it with the same filter make it a larger part of the rest.
 */
export function shareOf(groups: readonly Share[], group: Share, candidates: number): number {
  const alike = groups.filter(({ filter, dynamic }) => filter === group.filter && !dynamic);
  const at = alike.indexOf(group);
  const taken = alike.slice(0, at).reduce((sum, { percentage }) => sum + Math.fround(percentage), 0);
  const isLast = at === alike.length - 1 && taken + group.percentage >= WHOLE;
  const rest = 100 - taken;
  if (isLast || rest <= group.percentage) return candidates;
  // With the seven digits of hawkBit's percentages: of ten targets three groups of a third get three, three and four.
  const part = Math.fround(Math.fround(group.percentage) * 100) / rest;
  return Math.round((part * candidates) / 100);
}

/** The filters whose groups take all that they match. */
export function filtersTakenWhole(groups: readonly Share[]): string[] {
  const sums = new Map<string, number>();
  for (const { filter, percentage, dynamic } of groups)
    if (!dynamic) sums.set(filter, (sums.get(filter) ?? 0) + percentage);
  return [...sums].filter(([, sum]) => sum >= WHOLE).map(([filter]) => filter);
}

/** How many of `matching` targets are left after groups of the same filter have taken their shares. */
export const leftBy = (groups: readonly Share[], matching: number): number =>
  groups.reduce((left, group) => left - shareOf(groups, group, left), matching);
