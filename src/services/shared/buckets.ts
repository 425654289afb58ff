import { hash } from 'node:crypto';
import type { Announcements } from '../platform/announcements.ts';
import { boundedCache } from './bounded-cache.ts';

/** How the processes on a database tell each other what a limit has counted. */
export type SharedCounts = Pick<Announcements, 'announceCounted' | 'onCounted'>;

export interface BucketOptions {
  /** What the limit is called between processes. */
  limit: string;
  counts: SharedCounts;
  /** How much is in a full bucket; a new one is full. */
  holds: number;
  /** How much is added in a millisecond. */
  perMs: number;
  /** How many buckets are remembered; one that was forgotten is full again. */
  remembered: number;
  /** In milliseconds. */
  now: () => number;
}

interface Bucket {
  left: number;
  since: number;
  /** What was spent here and the other processes haven't been told. */
  untold: number;
}

/** What one process may spend before it tells the others: so small a part of a bucket, but 1 at least. */
const TOLD_PARTS = 50;

/**
 * Token buckets by name: how much each may still spend. All processes spend from the same: each tells the others, some
 * milliseconds later, and of a large bucket only when some of it was spent, so that few messages do.
 */
export function openBuckets({ limit, counts, holds, perMs, remembered, now }: BucketOptions) {
  const buckets = boundedCache<string, Bucket>(remembered);
  const step = Math.max(1, holds / TOLD_PARTS);

  const leftIn = (key: string): number => {
    const { left, since } = buckets.get(key) ?? { left: holds, since: now() };
    return Math.min(holds, left + (now() - since) * perMs);
  };
  /** @param untold how much of it the other processes don't know */
  const take = (key: string, much: number, untold: number) => {
    const left = leftIn(key);
    // What a bucket has got back since need not be told.
    const before = left === holds ? 0 : (buckets.get(key)?.untold ?? 0);
    const bucket = { left: left - much, since: now(), untold: before + untold };
    buckets.set(key, bucket);
    if (untold && Math.abs(bucket.untold) >= step)
      if (counts.announceCounted({ limit, name: key, much: bucket.untold })) bucket.untold = 0;
  };
  counts.onCounted(limit, (key, much) => take(key, much, 0));
  return {
    /** Below 0 after more was spent than there was. */
    leftIn: (name: string): number => leftIn(countedName(name)),
    /** Takes so much out; less than 0 gives back. */
    spend: (name: string, much: number): void => take(countedName(name), much, much),
  };
}

const LONGEST_NAME = 200;

/** The name itself, or a digest of one that may be of any length. */
export const countedName = (name: string): string =>
  name.length > LONGEST_NAME ? hash('sha256', name, 'base64') : name;
