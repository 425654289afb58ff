import type { Link } from './link.ts';

/** A link that is opened again whenever it ends. */
export interface ReconnectingLink {
  /** Undefined while there is none. */
  current(): Link | undefined;
  /** Ends the current link, so that another is opened. */
  renew(): void;
  close(): Promise<void>;
}

export interface ReconnectingLinkOptions {
  open: (signal: AbortSignal) => Promise<Link>;
  /** Work on a new link before it is used; if it throws, another link is opened. */
  onOpen: (link: Link) => Promise<void> | void;
  onLost?: () => void;
  /** A link couldn't be opened. */
  onFailure?: (error: unknown) => void;
}

/** The wait between attempts: short, and different for all processes. */
const pause = () => 250 + 250 * Math.random();
/** If an attempt takes longer, another is started beside it: a server that has come back may not know of the first. */
const ATTEMPT_ALONE_MS = 1_000;
const ATTEMPTS_AT_MOST = 5;
/** If a link lived only so long, another attempt is not made at once. */
const SHORT_MS = 1_000;

/** Keeps a link open. The first attempt has started when it returns. */
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
      // At once, unless the link lived only a short time.
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
