import { openLine } from '../services/shared/fair-queue.ts';

/** How many requests begin in one turn of the event loop: some two milliseconds of it. */
const AT_ONCE = 8;
/** How many may wait for a turn: about a second's worth, and of one address. */
const OF_ALL = 5_000;
const OF_ONE = 1_000;

/**
 * Begins few requests in each turn of the event loop, so that polls, which don't wait for a turn, are never behind a crowd
 * of requests that cost more. Addresses take turns.
 */
export interface Turns {
  /**
   * Begins at once, or in a later turn.
   * @param address asked only if it waits
   * @returns false where too many wait: then it never begins
   */
  take(begin: () => void, address: () => string): boolean;
  waiting(): number;
}

export function openTurns({ atOnce = AT_ONCE, ofAll = OF_ALL, ofOne = OF_ONE } = {}): Turns {
  const line = openLine();
  /** How many may still begin in this turn. */
  let left = atOnce;
  let isDue = false;
  const count = () => {
    left--;
    if (!isDue) setImmediate(nextTurn);
    isDue = true;
  };
  const nextTurn = () => {
    isDue = false;
    left = atOnce;
    while (left > 0 && line.size() > 0) {
      count();
      line.next()!();
    }
  };
  return {
    waiting: line.size,
    take(begin, address) {
      if (left > 0 && line.size() === 0) {
        count();
        begin();
        return true;
      }
      const name = address();
      const ahead = line.sizeOf(name);
      // One who has nothing waiting gets a place however many others wait: as many as there are addresses.
      if (ahead >= ofOne || (ahead > 0 && line.size() >= ofAll)) return false;
      line.add(name, begin);
      return true;
    },
  };
}
