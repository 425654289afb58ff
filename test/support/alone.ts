import type { SharedCounts } from '../../src/services/shared/buckets.ts';

/** A process that there is no other beside. */
export const ALONE: SharedCounts = { announceCounted: () => true, onCounted() {} };
