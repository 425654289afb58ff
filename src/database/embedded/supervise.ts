import { setTimeout as wait } from 'node:timers/promises';
import type { Reached } from './reach.ts';
import { oneLine } from './run.ts';

/** A server that is started again when it ends. */
export interface SupervisedServer {
  /** Stops supervising. @returns the current server */
  release(): Promise<Reached>;
}

/** A server that ran so long is started again at once; otherwise the wait doubles each time. */
const STEADY_MS = 60_000;
const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 30_000;

/** Keeps a server running. `tell` gets one line each time that it was started again, or couldn't be. */
export function superviseServer(
  first: Reached,
  reach: (signal: AbortSignal) => Promise<Reached>,
  tell: (line: string) => void,
): SupervisedServer {
  const ending = new AbortController();
  const { signal } = ending;
  let reached = first;
  let reachedAt = performance.now();
  let rest = 0;
  let recovering = Promise.resolve();

  const recover = async () => {
    if (performance.now() - reachedAt > STEADY_MS) rest = 0;
    let isBack = false;
    while (!isBack && !signal.aborted) {
      await wait(rest, undefined, { signal }).catch(() => {});
      rest = Math.min(LONGEST_REST_MS, 2 * rest || FIRST_REST_MS);
      if (!signal.aborted) isBack = await tryAgain();
    }
  };
  const tryAgain = async (): Promise<boolean> => {
    const { pid } = reached;
    try {
      reached = await reach(signal);
    } catch (error) {
      if (!signal.aborted)
        tell(`the embedded database has ended and can't be started, which is tried again: ${oneLine(error)}`);
      return false;
    }
    reachedAt = performance.now();
    // Perhaps only our session had ended.
    if (reached.pid !== pid) tell(`the embedded database had ended (process ${pid}) and was started again`);
    watch();
    return true;
  };
  const watch = () => {
    const begin = () => {
      if (!signal.aborted) recovering = recover();
    };
    reached.session.onOver = begin;
    if (reached.session.isOver) begin();
  };
  watch();
  return {
    async release() {
      ending.abort();
      await recovering;
      return reached;
    },
  };
}
