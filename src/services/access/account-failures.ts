import { boundedCache } from '../shared/bounded-cache.ts';
import type { SharedCounts } from '../shared/buckets.ts';

/** Wrong passwords for one account from one network that cost nothing but themselves. */
const FREE_FOR_ACCOUNT = 5;
/** After these each doubles the wait, up to this. */
const LONGEST_WAIT_MS = 60_000;
/** What was wrong is forgotten after this. */
const FORGOTTEN_MS = 15 * 60_000;

interface Failed {
  failures: number;
  until: number;
  /** How many of the failures the other processes haven't been told. */
  untold: number;
}

/** What the limit is called between processes. */
const LIMIT = 'passwords of an account from a network';

/** The latest wrong passwords, by a network and an account together, in all processes. `now` is in milliseconds. */
export function openAccountFailures(counts: SharedCounts, remembered: number, now: () => number) {
  const failed = boundedCache<string, Failed>(remembered, { ttl: FORGOTTEN_MS, perf: { now } });
  const untilOf = (place: string) => failed.get(place)?.until ?? 0;
  const add = (place: string, much: number, { untold, until }: { untold: number; until?: number }) => {
    const before = failed.get(place);
    const failures = (before?.failures ?? 0) + much;
    const after = {
      failures,
      until: until ?? now() + waitAfter(failures),
      untold: (before?.untold ?? 0) + untold,
    };
    if (untold && counts.announceCounted({ limit: LIMIT, name: place, much: after.untold })) after.untold = 0;
    if (failures > 0) failed.set(place, after);
    else failed.delete(place);
    return after;
  };
  counts.onCounted(LIMIT, (place, much) => {
    add(place, much, much > 0 ? { untold: 0 } : { untold: 0, until: untilOf(place) });
  });
  return {
    /** When there may be another attempt. */
    untilOf,
    /** Counts an attempt as failed. @returns takes that back */
    fail(place: string): () => void {
      const waited = untilOf(place);
      const mine = add(place, 1, { untold: 1 });
      return () => {
        // Where others failed meanwhile, they have to wait.
        const until = failed.get(place) === mine ? waited : untilOf(place);
        add(place, -1, { untold: -1, until });
      };
    },
    forget(place: string): void {
      const failures = failed.get(place)?.failures;
      if (failures) counts.announceCounted({ limit: LIMIT, name: place, much: -failures });
      failed.delete(place);
    },
  };
}

function waitAfter(failures: number): number {
  const beyond = failures - FREE_FOR_ACCOUNT;
  return beyond < 0 ? 0 : Math.min(1_000 * 2 ** beyond, LONGEST_WAIT_MS);
}
