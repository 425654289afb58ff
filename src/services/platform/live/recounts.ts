import { isUnavailable } from '../../../database/unavailable.ts';

/** Nothing is counted more often. */
const COUNT_EVERY_MS = 1_000;
/** Nor may counting take more than one part in this many of the time. */
const SHARE = 5;

export interface RecountOptions {
  isWatched: () => boolean;
  /** Counts for all who watch, and tells them. */
  count: () => Promise<void>;
  /** Called when nobody watches, and counting anew wouldn't come too early. */
  onEmpty?: () => void;
  log: (error: unknown) => void;
}

/** Counts anew soon after each change, as often as may be. */
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
    /** Whether something changed since the count under way, or the last one, began. */
    isOutdated: () => outdated,
    /** Something changed. */
    hear() {
      outdated = true;
      if (isWatched()) schedule();
    },
    /** Somebody left. */
    leave() {
      if (!isWatched()) schedule();
    },
  };
}
