import { LRUCache } from 'lru-cache';

export interface BucketOptions {
  /** How much is in a full bucket; a new one is full. */
  holds: number;
  /** How much is added in a millisecond. */
  perMs: number;
  /** How many buckets are remembered; one that was forgotten is full again. */
  remembered: number;
  /** In milliseconds. */
  now: () => number;
}

/** Token buckets by name: how much each may still spend. */
export function openBuckets({ holds, perMs, remembered, now }: BucketOptions) {
  const buckets = new LRUCache<string, { left: number; since: number }>({ max: remembered });

  const leftIn = (name: string): number => {
    const { left, since } = buckets.get(name) ?? { left: holds, since: now() };
    return Math.min(holds, left + (now() - since) * perMs);
  };
  return {
    /** Below 0 after more was spent than there was. */
    leftIn,
    /** Takes so much out; less than 0 gives back. */
    spend: (name: string, much: number) =>
      void buckets.set(name, { left: leftIn(name) - much, since: now() }),
  };
}
