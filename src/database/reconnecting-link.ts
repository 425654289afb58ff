import type { Link } from './link.ts';

/** A link that is opened again whenever it ends. */
export interface ReconnectingLink {
  /** Undefined while there is none. */
  current(): Link | undefined;
  /** Ends the link that there is; another is opened. */
  renew(): void;
  close(): Promise<void>;
}

export interface ReconnectingLinkOptions {
  open: (signal: AbortSignal) => Promise<Link>;
  /** What a new link is to do before it counts; where it throws, another is opened. */
  onOpen: (link: Link) => Promise<void> | void;
  onLost?: () => void;
  /** A link couldn't be opened. */
  onFailure?: (error: unknown) => void;
}

/** Between attempts: never long, and not the same for all processes. */
const pause = () => 250 + 250 * Math.random();
/** An attempt that takes longer goes on, but isn't waited for: what came back meanwhile may not have heard of it. */
const ATTEMPT_ALONE_MS = 1_000;
const ATTEMPTS_AT_MOST = 5;
/** A life that says that another attempt won't do better. */
const SHORT_MS = 1_000;

/** Keeps a link open. The first attempt has begun when it returns. */
export function openReconnectingLink({
  open,
  onOpen,
  onLost,
  onFailure,
}: ReconnectingLinkOptions): ReconnectingLink {
  let current: Link | undefined;
  let closed = false;
  let attempts: AbortController[] = [];
  let timer: NodeJS.Timeout | undefined;

  const isWanted = () => !closed && !current;
  const again = (ms: number) => {
    clearTimeout(timer);
    if (isWanted()) timer = setTimeout(attempt, ms);
  };
  const giveUpAll = () => {
    clearTimeout(timer);
    for (const one of attempts) one.abort();
    attempts = [];
  };
  const attempt = async () => {
    const own = new AbortController();
    attempts.push(own);
    if (attempts.length > ATTEMPTS_AT_MOST) attempts.shift()!.abort();
    again(ATTEMPT_ALONE_MS);
    let link: Link | undefined;
    try {
      link = await open(own.signal);
      if (own.signal.aborted) return link.cut();
      await take(link);
    } catch (error) {
      link?.cut();
      if (own.signal.aborted) return;
      attempts = attempts.filter((one) => one !== own);
      onFailure?.(error);
      again(pause());
    }
  };
  const take = async (link: Link) => {
    await onOpen(link);
    if (link.isOver || !isWanted()) throw new Error('the link came too late');
    giveUpAll();
    current = link;
    const openedAt = performance.now();
    link.onOver = () => {
      current = undefined;
      if (closed) return;
      onLost?.();
      // At once, unless that has led to nothing.
      again(performance.now() - openedAt < SHORT_MS ? pause() : 0);
    };
  };
  void attempt();
  return {
    current: () => current,
    renew: () => current?.cut(),
    async close() {
      closed = true;
      giveUpAll();
      await current?.end();
    },
  };
}
