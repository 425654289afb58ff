import type { ContentStore } from './store.ts';

/** The store could not write something; the content isn't the reason. */
export class StoreFailure extends Error {
  constructor(
    /** Whether it has no space left. */
    readonly isFull: boolean,
    message: string,
  ) {
    super(message);
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const INSUFFICIENT_STORAGE = 507;

/** An error of the file system or of the S3 SDK; any other error is our own bug. */
function failureOf(error: unknown): StoreFailure | undefined {
  const { code, $metadata, message } = error as {
    code?: string;
    $metadata?: { httpStatusCode?: number };
    message: string;
  };
  if (typeof code !== 'string' && !$metadata) return undefined;
  return new StoreFailure(
    FULL.has(code ?? '') || $metadata?.httpStatusCode === INSUFFICIENT_STORAGE,
    message,
  );
}

/**
 * The same store, but each failed write is logged in one line and thrown as a `StoreFailure`. If the content broke off,
 * its own error is thrown.
 */
export const watchedStore = (store: ContentStore, tell: (line: string) => void): ContentStore => ({
  ...store,
  async write(location, content) {
    let isBroken = false;
    const watched = async function* () {
      try {
        yield* content;
      } catch (error) {
        isBroken = true;
        throw error;
      }
    };
    try {
      await store.write(location, watched());
    } catch (error) {
      const failure = isBroken ? undefined : failureOf(error);
      if (!failure) throw error;
      tell(`an artifact cannot be stored: ${failure.message}`);
      throw failure;
    }
  },
});
