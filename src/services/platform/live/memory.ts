/**
 * Which targets matched a filter at the last event, to notice when one no longer matches. Exact until there are too many.
 * From then on it remembers only a few, and `matchedBefore` is often undefined.
 */
export interface MatchMemory {
  matchedBefore(targetId: number): boolean | undefined;
  remember(targetId: number, matches: boolean): void;
  forget(targetId: number): void;
  /** Returns its share of the budget. */
  clear(): void;
}

/** Matching targets that all filters of a process may have remembered together: about 40 bytes each. */
export interface MatchBudget {
  left: number;
}

/** Matching targets remembered of one filter. */
export const MOST_MATCHES = 100_000;
/** How many results are remembered, matches or not, where more than that match. */
const REMEMBERED_INEXACTLY = 2_000;

/** `matches` are all matching targets; undefined if there are too many. */
export function openMatchMemory(matches: Iterable<number> | undefined, budget: MatchBudget): MatchMemory {
  let exact: Set<number> | undefined = new Set(matches);
  const results = new Map<number, boolean>();
  budget.left -= exact.size;

  const giveUp = () => {
    budget.left += exact?.size ?? 0;
    exact = undefined;
  };
  if (!matches || budget.left < 0) giveUp();
  return {
    matchedBefore: (id) => (exact ? exact.has(id) : results.get(id)),
    remember(id, matches) {
      if (!exact) {
        results.delete(id);
        results.set(id, matches);
        if (results.size > REMEMBERED_INEXACTLY) results.delete(results.keys().next().value!);
        return;
      }
      if (matches === exact.has(id)) return;
      if (matches) exact.add(id);
      else exact.delete(id);
      budget.left += matches ? -1 : 1;
      if (exact.size > MOST_MATCHES || budget.left < 0) giveUp();
    },
    forget(id) {
      results.delete(id);
      if (exact?.delete(id)) budget.left++;
    },
    clear() {
      giveUp();
      results.clear();
    },
  };
}
