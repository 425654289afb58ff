import type { Readable } from 'node:stream';

/** Bytes from the first to the last, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/** A stored content is missing: somebody removed it, or its disk was lost. */
export class ContentLostError extends Error {
  constructor(location: string) {
    super(`the content ${location} is not in the store`);
    this.name = 'ContentLostError';
  }
}

/**
 * Keeps the contents of files under names that the caller chooses. Each name is written only once. Names have letters,
 * digits, `-` and `/`.
 */
export interface ContentStore {
  /** Resolves when the content is stored durably. After a failure nothing of it is left, unless the process dies. */
  write(location: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * The whole content, or the bytes of a range within it. Reading continues even if the content is removed.
   * @throws ContentLostError if there is nothing of that name
   */
  read(location: string, range?: ByteRange): Promise<Readable>;
  /** How many bytes it has; undefined if there is nothing of that name. */
  sizeOf(location: string): Promise<number | undefined>;
  /** It is no error if there is nothing of that name. */
  remove(location: string): Promise<void>;
}
