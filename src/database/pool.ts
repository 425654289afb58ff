import { onceAMinute } from '../once-a-minute.ts';
import type { How, Link, Rows } from './link.ts';
import { type Member, openMembers, type Use } from './pool-members.ts';
import { inTransaction, type TransactionLink } from './transaction.ts';
import { DatabaseUnavailableError } from './unavailable.ts';

/** Links that statements and transactions share, opened when they are needed. */
export interface LinkPool {
  ask(text: string, parameters?: readonly unknown[], how?: How): Promise<Rows>;
  begin<T>(work: (tx: TransactionLink) => Promise<T>): Promise<T>;
  /** How many there can be, as far as known. */
  capacity(): number;
  isOpen(): boolean;
  /** How many links there are and work, and how many callers wait for one. */
  use(): { open: number; busy: number; waiting: number };
  all(): Link[];
  /** Everything that waits fails at once, and so does every statement until `open`. */
  shut(reason: string): void;
  open(): void;
  /** Ends it at once: everything that waits fails. */
  cut(): void;
  /** Waits for running transactions, but not long. */
  close(): Promise<void>;
}

export interface LinkPoolOptions {
  most: number;
  connect: (signal: AbortSignal) => Promise<Link>;
  /** Gets lines for the operator, not one for every statement. */
  tell: (line: string) => void;
}

/** The longest wait for a link. */
const WAIT_AT_MOST_MS = 10_000;
/** The most callers that wait. */
const WAITING_AT_MOST = 10_000;
const LOOK_EVERY_MS = 250;
const CLOSE_WITHIN_MS = 5_000;
const CLOSED = 'it is closed here';

interface Waiter {
  since: number;
  begin: (member: Member) => void;
  reject: (error: unknown) => void;
}

/** Opens a pool; it connects with the first statement. */
export function openLinkPool({ most, connect, tell }: LinkPoolOptions): LinkPool {
  const { lend, serve, members, rejectAll, waiting, stop } = openLending({ most, connect, tell });
  const transactions = new Set<Promise<unknown>>();
  let shutBy: string | undefined;
  let closing = false;

  const lendIfOpen = <T>(use: Use, work: (member: Member) => Promise<T>): Promise<T> =>
    shutBy === undefined ? lend(use, work) : Promise.reject(new DatabaseUnavailableError(shutBy));
  const release = (member: Member) => {
    member.reserved = false;
    serve();
  };
  const shut = (reason: string) => {
    shutBy = reason;
    rejectAll(new DatabaseUnavailableError(reason));
    members.cutAll();
  };

  return {
    capacity: members.capacity,
    isOpen: () => shutBy === undefined,
    use() {
      const all = members.all();
      const busy = all.filter(({ link, reserved }) => reserved || link.awaited > 0);
      return { open: all.length, busy: busy.length, waiting: waiting.own.length + waiting.shared.length };
    },
    all: () => members.all().map(({ link }) => link),
    ask: (text, parameters, how) => lendIfOpen('shared', ({ link }) => link.ask(text, parameters, how)),
    begin(work) {
      if (closing) return Promise.reject(new DatabaseUnavailableError(CLOSED));
      const running = lendIfOpen('own', (member) =>
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
      members.retry();
    },
    cut() {
      closing = true;
      shut(CLOSED);
    },
    async close() {
      closing = true;
      const timer = setTimeout(shut, CLOSE_WITHIN_MS, CLOSED);
      await Promise.allSettled(transactions);
      shutBy = CLOSED;
      rejectAll(new DatabaseUnavailableError(CLOSED));
      await Promise.all(members.all().map(({ link }) => link.end()));
      clearTimeout(timer);
      stop();
    },
  };
}

/** Lends links to callers, in the order of their calls. */
function openLending({ most, connect, tell }: LinkPoolOptions) {
  const waiting: Record<Use, Waiter[]> = { shared: [], own: [] };
  const isDue = onceAMinute();
  const tellSometimes = (line: string) => {
    if (isDue('')) tell(line);
  };
  const rejectAll = (error: unknown) => {
    for (const list of Object.values(waiting)) for (const { reject } of list.splice(0)) reject(error);
  };
  /** Lends links to waiting callers, and opens more if there are too few. */
  const serve = () => {
    for (const use of ['shared', 'own'] as const)
      for (let waiter = waiting[use][0]; waiter; waiter = waiting[use][0]) {
        const member = members.pick(use);
        if (!member) break;
        waiting[use].shift();
        waiter.begin(member);
      }
    members.grow(waiting.own.length + Math.min(1, waiting.shared.length));
  };
  const members = openMembers({
    most,
    connect,
    tell: tellSometimes,
    onChange: serve,
    onIdle(member) {
      if (waiting.own.length && !member.reserved) serve();
    },
    onFailure: rejectAll,
  });
  const look = () => {
    members.retireOld();
    const now = performance.now();
    for (const list of Object.values(waiting))
      while (list[0] && now - list[0].since > WAIT_AT_MOST_MS) {
        list.shift()!.reject(new DatabaseUnavailableError('no connection became free'));
        tellSometimes(
          `requests wait in vain for one of the ${members.all().length} connections of a pool of ${most}; see DATABASE_POOL_SIZE`,
        );
      }
    serve();
  };
  const looking = setInterval(look, LOOK_EVERY_MS).unref();

  return {
    members,
    serve,
    rejectAll,
    waiting: waiting as Readonly<Record<Use, readonly unknown[]>>,
    stop: () => clearInterval(looking),
    /** Does work on a link as soon as one is free. */
    lend<T>(use: Use, work: (member: Member) => Promise<T>): Promise<T> {
      const member = waiting[use].length ? undefined : members.pick(use);
      if (member) {
        if (use === 'shared' && member.link.awaited) members.grow(1);
        return work(member);
      }
      if (waiting[use].length >= WAITING_AT_MOST)
        return Promise.reject(new DatabaseUnavailableError('too much waits for it'));
      return new Promise<T>((resolve, reject) => {
        const begin = (member: Member) => resolve(work(member));
        waiting[use].push({ since: performance.now(), begin, reject });
        serve();
      });
    },
  };
}
