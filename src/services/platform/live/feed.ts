/** The items that a watcher reads one by one, at its own pace. */
export interface Feed<T> extends AsyncIterableIterator<T> {
  push(item: T): void;
  /** Ends it with this error at once. Items that were not read are dropped. */
  fail(error: Error): void;
}

export interface FeedOptions<T> {
  /** How many items may wait to be read. */
  most: number;
  /** Called with an item when that many wait: makes room for it, or returns the error that ends the feed. */
  onFull: (waiting: T[], item: T) => Error | undefined;
  /** Called once, when the feed has ended. */
  onEnd: () => void;
}

export function openFeed<T>({ most, onFull, onEnd }: FeedOptions<T>): Feed<T> {
  let waiting: T[] = [];
  let reader: PromiseWithResolvers<IteratorResult<T>> | undefined;
  let failure: Error | undefined;
  let ended = false;

  const end = (error?: Error) => {
    if (ended) return;
    ended = true;
    waiting = [];
    if (reader && error) reader.reject(error);
    else reader?.resolve({ done: true, value: undefined });
    if (!reader) failure = error;
    reader = undefined;
    onEnd();
  };
  const feed: Feed<T> = {
    push(item) {
      if (ended) return;
      if (reader) {
        reader.resolve({ done: false, value: item });
        reader = undefined;
      } else if (waiting.length < most) waiting.push(item);
      else {
        const error = onFull(waiting, item);
        if (error) end(error);
      }
    },
    fail: end,
    async next() {
      const item = waiting.shift();
      if (item !== undefined) return { done: false, value: item };
      if (failure) {
        const error = failure;
        failure = undefined;
        throw error;
      }
      if (ended) return { done: true, value: undefined };
      reader ??= withResolvers();
      return reader.promise;
    },
    async return() {
      failure = undefined;
      end();
      return { done: true, value: undefined };
    },
    async throw(error) {
      end();
      throw error;
    },
    [Symbol.asyncIterator]: () => feed,
  };
  return feed;
}

/** A feed of numbers, of which a slow reader needs the newest only. */
export const openLatestFeed = <T>(onEnd: () => void): Feed<T> =>
  openFeed<T>({
    most: 1,
    onFull(waiting, item) {
      waiting[0] = item;
      return undefined;
    },
    onEnd,
  });

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

/** Node.js 20 has no `Promise.withResolvers`. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  const made = {} as PromiseWithResolvers<T>;
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
