import { boundedCache } from '../../shared/bounded-cache.ts';
import type { SharedCounts } from '../../shared/buckets.ts';

/** Calls to receivers that are under way in the other processes on the database. */
export interface UnderWayElsewhere {
  count(receiver: string): number;
  /** Tells the others of a call here. @returns what tells them that it has ended */
  begin(receiver: string): () => void;
}

/** No call takes as long: one whose end nobody has told, as its process died, has ended by then. */
const LONGEST_CALL_MS = 20_000;
/** Receivers that are remembered. */
const REMEMBERED = 10_000;
/** Of a receiver: with more it is busy in any case. */
const MOST_KNOWN = 1_000;

/** @param calls what the calls are named between processes */
export function openUnderWayElsewhere(
  counts: SharedCounts,
  calls: string,
  now: () => number,
): UnderWayElsewhere {
  /** By receiver until when each of its calls counts, the first told first. */
  const known = boundedCache<string, number[]>(REMEMBERED);
  const running = (receiver: string) => (known.get(receiver) ?? []).filter((until) => now() < until);

  counts.onCounted(calls, (receiver, much) => {
    const begun = new Array<number>(Math.min(Math.max(much, 0), MOST_KNOWN)).fill(now() + LONGEST_CALL_MS);
    const left = [...running(receiver), ...begun].slice(Math.max(-much, 0));
    known.set(receiver, left.slice(-MOST_KNOWN));
  });
  return {
    count: (receiver) => running(receiver).length,
    begin(receiver) {
      // An end without a beginning would end the call of another process.
      const isTold = counts.announceCounted({ limit: calls, name: receiver, much: 1 });
      return () => {
        if (isTold) counts.announceCounted({ limit: calls, name: receiver, much: -1 });
      };
    },
  };
}
