import { onceAMinute } from '../once-a-minute.ts';
import type { How, Link, Rows } from './link.ts';
import { inTransaction, type TransactionLink } from './transaction.ts';
import { asUnavailable, DatabaseUnavailableError, isFull } from './unavailable.ts';

/** Links that statements and transactions share, opened as they are needed. */
export interface Links {
  ask(text: string, parameters?: readonly unknown[], how?: How): Promise<Rows>;
  begin<T>(work: (tx: TransactionLink) => Promise<T>): Promise<T>;
  /** How many there can be, as far as is known. */
  room(): number;
  isOpen(): boolean;
  all(): Link[];
  /** All that waits fails at once, and so does whatever is asked until `open`. */
  shut(reason: string): void;
  open(): void;
  /** Waits for transactions under way. */
  close(): Promise<void>;
}

export interface LinksOptions {
  most: number;
  connect: (signal: AbortSignal) => Promise<Link>;
  /** Gets what an operator should know, once and not for every statement. */
  tell: (line: string) => void;
}

/** Nobody waits longer for a link. */
const WAIT_AT_MOST_MS = 10_000;
/** Nor do more. */
const WAITING_AT_MOST = 10_000;
/** Statements sent on one link before the first is answered. */
const AWAITED_AT_MOST = 1_000;
const LOOK_EVERY_MS = 250;
/** After a connection couldn't be had: up to twice as long, so that not all come at the same time. */
const REST_MS = 250;
const REST_WHEN_FULL_MS = 5_000;
/** The server's side of a connection grows by what it remembers. */
const LIFETIME_MS = 45 * 60_000;
const CLOSE_WITHIN_MS = 5_000;
const CLOSED = 'it is closed here';

interface Member {
  link: Link;
  /** A transaction has it, or it is being ended. */
  reserved: boolean;
  until: number;
  old: boolean;
  /** Rejects when the link ends. */
  over: Promise<never>;
}

interface Waiter {
  since: number;
  begin: (member: Member) => void;
  reject: (error: unknown) => void;
}

/** Whoever asks shares a link with others, or has one of its own. */
type Use = 'shared' | 'own';

/**
 * Opens a pool. Of several links one is never given to a transaction: what transactions read beside themselves would
 * wait for the end of others, which wait for the same.
 */
export function openLinks({ most, connect, tell }: LinksOptions): Links {
  const members: Member[] = [];
  const waiting: Record<Use, Waiter[]> = { shared: [], own: [] };
  const transactions = new Set<Promise<unknown>>();
  let connecting = 0;
  let connects = new AbortController();
  let restUntil = 0;
  let fullUntil = 0;
  const isDue = onceAMinute();
  let shutBy: string | undefined;
  let closing = false;

  const room = () => (performance.now() < fullUntil ? Math.max(1, members.length) : most);
  const mayGrow = () => members.length + connecting < most && performance.now() >= restUntil;

  const pick = (use: Use): Member | undefined => {
    let best: Member | undefined;
    let reserved = 0;
    for (const member of members) {
      if (member.reserved) reserved++;
      else if (!member.old && (!best || member.link.awaited < best.link.awaited)) best = member;
    }
    if (!best || best.link.awaited >= AWAITED_AT_MOST) return undefined;
    if (use === 'shared') return best;
    if (reserved >= Math.max(1, room() - 1)) return undefined;
    // Rather a new one than one on which others wait.
    if (best.link.awaited && mayGrow()) return undefined;
    best.reserved = true;
    return best;
  };

  const grow = (wanted: number) => {
    while (connecting < wanted && mayGrow()) {
      const { signal } = connects;
      connecting++;
      connect(signal).then(
        (link) => {
          connecting--;
          if (signal.aborted) return link.cut();
          join(link);
        },
        (error) => {
          connecting--;
          if (!signal.aborted) fail(error);
        },
      );
    }
  };

  const join = (link: Link) => {
    if (link.isOver) return fail(new DatabaseUnavailableError('the connection has ended'));
    fullUntil = 0;
    const lifetime = LIFETIME_MS * (0.75 + Math.random() / 2);
    const over = new Promise<never>((_, reject) => {
      link.onOver = () => {
        members.splice(members.indexOf(member), 1);
        reject(new DatabaseUnavailableError('the connection has ended'));
        serve();
      };
    });
    over.catch(() => {});
    const member: Member = { link, over, reserved: false, old: false, until: performance.now() + lifetime };
    link.onIdle = () => {
      if (waiting.own.length && !member.reserved) serve();
    };
    members.push(member);
    serve();
  };

  const fail = (error: unknown) => {
    const full = isFull(error);
    restUntil = performance.now() + (full ? REST_WHEN_FULL_MS : REST_MS) * (1 + Math.random());
    if (full) {
      fullUntil = restUntil;
      tellSometimes(
        `the database has no more than ${members.length} connections left for this pool of ${most}`,
      );
    }
    if (members.length || connecting) serve();
    else rejectAll(asUnavailable(error));
  };
  const tellSometimes = (line: string) => {
    if (isDue('')) tell(line);
  };
  const rejectAll = (error: unknown) => {
    for (const list of Object.values(waiting)) for (const { reject } of list.splice(0)) reject(error);
  };

  /** Gives links to those who wait, and opens more where there are too few. */
  const serve = () => {
    for (const use of ['shared', 'own'] as const)
      for (let waiter = waiting[use][0]; waiter; waiter = waiting[use][0]) {
        const member = pick(use);
        if (!member) break;
        waiting[use].shift();
        waiter.begin(member);
      }
    grow(waiting.own.length + Math.min(1, waiting.shared.length));
  };

  /** Does work on a link as soon as there is one. */
  const lend = <T>(use: Use, work: (member: Member) => Promise<T>): Promise<T> => {
    if (shutBy !== undefined) return Promise.reject(new DatabaseUnavailableError(shutBy));
    const member = waiting[use].length ? undefined : pick(use);
    if (member) {
      if (use === 'shared' && member.link.awaited) grow(1);
      return work(member);
    }
    if (waiting[use].length >= WAITING_AT_MOST)
      return Promise.reject(new DatabaseUnavailableError('too much waits for it'));
    return new Promise<T>((resolve, reject) => {
      const begin = (member: Member) => resolve(work(member));
      waiting[use].push({ since: performance.now(), begin, reject });
      serve();
    });
  };

  const release = (member: Member) => {
    member.reserved = false;
    serve();
  };
  const retire = (member: Member) => {
    member.reserved = true;
    void member.link.end();
  };
  const look = () => {
    const now = performance.now();
    for (const member of members) {
      member.old ||= now > member.until;
      if (member.old && !member.reserved && !member.link.awaited) retire(member);
    }
    for (const list of Object.values(waiting))
      while (list[0] && now - list[0].since > WAIT_AT_MOST_MS) {
        list.shift()!.reject(new DatabaseUnavailableError('no connection became free'));
        tellSometimes(
          `requests wait in vain for one of the ${members.length} connections of a pool of ${most}; see DATABASE_POOL_SIZE`,
        );
      }
    serve();
  };
  const looking = setInterval(look, LOOK_EVERY_MS).unref();

  const shut = (reason: string) => {
    shutBy = reason;
    connects.abort();
    connects = new AbortController();
    rejectAll(new DatabaseUnavailableError(reason));
    for (const { link } of [...members]) link.cut();
  };

  return {
    room,
    isOpen: () => shutBy === undefined,
    all: () => members.map(({ link }) => link),
    ask: (text, parameters, how) => lend('shared', ({ link }) => link.ask(text, parameters, how)),
    begin(work) {
      if (closing) return Promise.reject(new DatabaseUnavailableError(CLOSED));
      const running = lend('own', (member) =>
        inTransaction(member.link, member.over, work).finally(() => release(member)),
      );
      const forget = () => void transactions.delete(running);
      transactions.add(running);
      running.then(forget, forget);
      return running;
    },
    shut,
    open() {
      if (closing) return;
      shutBy = undefined;
      restUntil = 0;
    },
    async close() {
      closing = true;
      const patience = setTimeout(shut, CLOSE_WITHIN_MS, CLOSED);
      await Promise.allSettled(transactions);
      shutBy = CLOSED;
      rejectAll(new DatabaseUnavailableError(CLOSED));
      await Promise.all(members.map(({ link }) => link.end()));
      clearTimeout(patience);
      clearInterval(looking);
    },
  };
}
