import type { Readable } from 'node:stream';

/** Bytes from the first to the last, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * Keeps the contents of files under names that its user chooses, each once: nothing that is there is ever written again.
 * Names are texts of letters, digits, `-` and `/`.
 */
export interface ContentStore {
  /** Resolves when it is stored for good. After a failure nothing of it is left, unless the process dies. */
  write(location: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** All of it, or the bytes of a range that lies within. Reading goes on when it is removed meanwhile. */
  read(location: string, range?: ByteRange): Promise<Readable>;
  /** What isn't there is no error. */
  remove(location: string): Promise<void>;
}
