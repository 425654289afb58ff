import { isUnavailable } from '../../../database/unavailable.ts';

/** Counts are at least this far apart. */
const COUNT_EVERY_MS = 1_000;
/** Counting takes at most one part in this many of the time. */
const SHARE = 5;

export interface RecountOptions {
  isWatched: () => boolean;
  /** Counts for all watchers, and sends them the result. */
  count: () => Promise<void>;
  /** Called when nobody watches any more and the pause after the last count is over. */
  onEmpty?: () => void;
  log: (error: unknown) => void;
}

/** Counts again soon after each change, within these limits. */
export function openRecounts({ isWatched, count, onEmpty = () => {}, log }: RecountOptions) {
  let outdated = false;
  let counting = false;
  let nextAt = 0;
  let timer: NodeJS.Timeout | undefined;

  const run = async () => {
    timer = undefined;
    if (!isWatched()) return onEmpty();
    counting = true;
    outdated = false;
    let isBusy = true;
    const began = performance.now();
    nextAt = began + COUNT_EVERY_MS;
    try {
      await count();
    } catch (error) {
      log(error);
      outdated = true;
      isBusy = !isUnavailable(error);
    }
    counting = false;
    if (isBusy) nextAt = Math.max(nextAt, began + SHARE * (performance.now() - began));
    if (outdated || !isWatched()) schedule();
  };
  const schedule = () => {
    if (!timer && !counting) timer = setTimeout(run, Math.max(0, nextAt - performance.now()));
  };
  return {
    /** Whether something changed since the current or last count began. */
    isOutdated: () => outdated,
    /** Something changed. */
    onChange() {
      outdated = true;
      if (isWatched()) schedule();
    },
    /** A watcher was removed. */
    onRemove() {
      if (!isWatched()) schedule();
    },
  };
}
