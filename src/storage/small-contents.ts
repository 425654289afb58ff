import { buffer } from 'node:stream/consumers';
import { LRUCache } from 'lru-cache';
import { ContentLostError, type ContentStore } from './store.ts';

/** Of larger contents nothing is remembered: their pieces are read as they are sent. */
const LARGEST = 1 << 20;
/** What an entry takes beside its bytes. */
const OVERHEAD = 256;

/** Small contents that were read of late: whole fleets fetch the same. */
export interface SmallContents {
  /**
   * A whole content of that size, which nobody may change; undefined where it is too large.
   * @throws ContentLostError also if the store has less of it
   */
  read(location: string, size: number): Promise<Uint8Array> | undefined;
  /** What they take now. */
  bytes(): number;
}

/** Remembers contents in at most so many bytes. A location is written only once, so that nothing gets old. */
export function openSmallContents(store: ContentStore, bytes: number): SmallContents {
  const largest = Math.min(LARGEST, bytes / 4 - OVERHEAD);
  const known =
    bytes > 0
      ? new LRUCache<string, Uint8Array, number>({
          maxSize: bytes,
          sizeCalculation: ({ length }) => length + OVERHEAD,
          // Who waits for one that was pushed out gets it all the same.
          ignoreFetchAbort: true,
          allowStaleOnFetchAbort: true,
          fetchMethod: async (location, _, { context: size }) => {
            const content = await buffer(await store.read(location, { first: 0, last: size - 1 }));
            if (content.length !== size) throw new ContentLostError(location);
            return content;
          },
        })
      : undefined;
  return {
    read(location, size) {
      if (!known || size < 1 || size > largest) return undefined;
      return known.forceFetch(location, { context: size });
    },
    bytes: () => known?.calculatedSize ?? 0,
  };
}
