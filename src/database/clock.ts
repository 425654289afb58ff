/** What time it is for all servers of a database: a wrong clock of one of their machines, or one that jumps, harms none. */
export interface SharedClock {
  /** The time of this machine as long as it agrees with the database's, otherwise the database's. */
  now(): Date;
  /** Takes what the database answered to a question of then, a moment of `performance.now()`. */
  hear(databaseMs: number, askedAt: number): void;
}

/** Clocks that are kept by NTP differ less. */
const AGREES_WITHIN_MS = 1_000;

/**
 * Opens the clock. `tell` gets the difference to the database's clock when the two begin to disagree, and undefined when
 * they agree again.
 */
export function openSharedClock(tell: (aheadMs: number | undefined) => void): SharedClock {
  /** The time when `performance.now()` was 0: that one never jumps. */
  let base = Date.now() - performance.now();
  let agreed = true;
  const isNear = (one: number, other: number, more = 0) => Math.abs(one - other) <= AGREES_WITHIN_MS + more;

  return {
    now() {
      const own = Date.now();
      const shared = base + performance.now();
      return new Date(isNear(own, shared) ? own : shared);
    },
    hear(databaseMs, askedAt) {
      const [own, at] = [Date.now(), performance.now()];
      // It was answered at some moment between.
      const uncertain = (at - askedAt) / 2;
      const theirs = databaseMs + uncertain;
      const agrees = isNear(own, theirs, uncertain);
      if (agrees) base = own - at;
      else if (!isNear(base + at, theirs, uncertain)) base = theirs - at;
      if (agrees !== agreed) tell(agrees ? undefined : own - theirs);
      agreed = agrees;
    },
  };
}
