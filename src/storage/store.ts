import type { Readable } from 'node:stream';

/** Bytes from the first to the last, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/** A content that was stored is there no longer: it was removed behind our back, or its disk was lost. */
export class ContentLostError extends Error {
  constructor(location: string) {
    super(`the content ${location} is not in the store`);
    this.name = 'ContentLostError';
  }
}

/**
 * Keeps the contents of files under names that its user chooses, each once: nothing that is there is ever written again.
 * Names are texts of letters, digits, `-` and `/`.
 */
export interface ContentStore {
  /** Resolves when it is stored for good. After a failure nothing of it is left, unless the process dies. */
  write(location: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * All of it, or the bytes of a range that lies within. Reading goes on when it is removed meanwhile.
   * @throws ContentLostError where there is nothing of that name
   */
  read(location: string, range?: ByteRange): Promise<Readable>;
  /** How many bytes it has; undefined where there is nothing of that name. */
  sizeOf(location: string): Promise<number | undefined>;
  /** What isn't there is no error. */
  remove(location: string): Promise<void>;
}
