/**
 * Which targets matched a filter when its watchers were last told, so that it can be told when one ceases to.
 * Exact, until there are too many: from then on only a few, and `before` often doesn't know.
 */
export interface Memory {
  before(targetId: number): boolean | undefined;
  told(targetId: number, matches: boolean): void;
  forget(targetId: number): void;
  /** Gives back its share of the budget. */
  clear(): void;
}

/** Matching targets that all filters of a process may have remembered together: about 40 bytes each. */
export interface Budget {
  left: number;
}

/** Matching targets remembered of one filter. */
export const MOST_MATCHES = 100_000;
/** What is remembered, be it a match or not, where there are more. */
const REMEMBERED_INEXACTLY = 2_000;

/** `matches` are all there are; undefined: too many. */
export function openMemory(matches: Iterable<number> | undefined, budget: Budget): Memory {
  let exact: Set<number> | undefined = new Set(matches);
  const verdicts = new Map<number, boolean>();
  budget.left -= exact.size;

  const giveUp = () => {
    budget.left += exact?.size ?? 0;
    exact = undefined;
  };
  if (!matches || budget.left < 0) giveUp();
  return {
    before: (id) => (exact ? exact.has(id) : verdicts.get(id)),
    told(id, matches) {
      if (!exact) {
        verdicts.delete(id);
        verdicts.set(id, matches);
        if (verdicts.size > REMEMBERED_INEXACTLY) verdicts.delete(verdicts.keys().next().value!);
        return;
      }
      if (matches === exact.has(id)) return;
      if (matches) exact.add(id);
      else exact.delete(id);
      budget.left += matches ? -1 : 1;
      if (exact.size > MOST_MATCHES || budget.left < 0) giveUp();
    },
    forget(id) {
      verdicts.delete(id);
      if (exact?.delete(id)) budget.left++;
    },
    clear() {
      giveUp();
      verdicts.clear();
    },
  };
}
