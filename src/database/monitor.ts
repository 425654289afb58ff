import { openSharedClock, type SharedClock } from './clock.ts';
import type { Connection } from './connection.ts';
import { type Link, openLink } from './link.ts';
import type { LinkPool } from './pool.ts';
import { openReconnectingLink } from './reconnecting-link.ts';
import { openStalledLinks } from './stalled-links.ts';
import { isFull, isNobodyThere } from './unavailable.ts';

/** Knows whether the database answers, because it asks it four times a second over a separate link. */
export interface DatabaseMonitor {
  /**
   * When the database is lost, everything that waits in this pool fails, and so does every statement until it is back.
   */
  guard(links: LinkPool): void;
  /** Whether the database answers, as far as known. */
  answers(): boolean;
  /** Whether there is no database server, so that nobody can change anything: what was read is still valid. */
  isAway(): boolean;
  /** What time it is. */
  now(): Date;
  /** Adds a listener that is called when the database is back. */
  onBack(listener: () => void): void;
  close(): Promise<void>;
}

/** Gets events for the operator. */
export interface MonitorLog {
  lost(reason: string): void;
  back(afterMs: number): void;
  /** A single connection was given up. */
  gaveUp(why: string): void;
  /** This machine's clock is so much ahead of the database's; undefined: they agree again. */
  clock(aheadMs: number | undefined): void;
}

/** Often enough to answer waiting requests within two seconds. */
const ASK_EVERY_MS = 250;
/**
 * So many checks in a row without a byte on any link. It counts checks, because a busy process receives nothing itself.
 */
const SILENT_AT_MOST = 5;
/** The time of the database, in milliseconds since 1970. */
const TIME = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now';

/** Opens the monitor, which connects the same way as the pools. Waits until the database answers for the first time. */
export async function openMonitor(connection: Connection, tell: MonitorLog): Promise<DatabaseMonitor> {
  const pools: LinkPool[] = [];
  const listeners: (() => void)[] = [];
  const stalled = openStalledLinks();
  const abandoned = openAbandonedProcesses();
  const clock = openSharedClock(tell.clock);
  let state: 'unknown' | 'answers' | 'lost' = 'unknown';
  let lostAt = performance.now();
  let away = false;
  let silent = 0;
  let heard = 0;
  let asking = false;

  const linksOfPools = () => pools.flatMap((links) => links.all());
  const heardInAll = () =>
    [...linksOfPools(), reconnecting.current()].reduce((sum, link) => sum + (link?.heard() ?? 0), 0);

  const lose = (reason: string) => {
    if (state === 'lost') return;
    state = 'lost';
    lostAt = performance.now();
    abandoned.add(linksOfPools());
    for (const links of pools) links.shut(reason);
    reconnecting.renew();
    tell.lost(reason);
  };
  const find = async (link: Link) => {
    await abandoned.end(link);
    await askTime(link, clock);
    away = false;
    silent = 0;
    if (state === 'answers') return;
    const wasLost = state === 'lost';
    state = 'answers';
    for (const links of pools) links.open();
    if (wasLost) tell.back(performance.now() - lostAt);
    for (const listener of listeners) listener();
    found();
  };
  let found = () => {};
  const first = new Promise<void>((resolve) => {
    found = resolve;
  });

  const reconnecting = openReconnectingLink({
    open: (signal) => openLink(connection, { name: 'muster watch', signal }),
    onOpen: find,
    onFailure(error) {
      away = isNobodyThere(error);
      if (isFull(error)) silent = 0;
      else if (away || state === 'unknown') lose((error as Error).message);
    },
  });
  /** Asks one question at a time. */
  const ask = async (link: Link) => {
    asking = true;
    try {
      await abandoned.end(link);
      const question = stalled.question(linksOfPools());
      if (!question) return await askTime(link, clock);
      const rows = await link.ask(question);
      for (const { link: dead, why } of stalled.judge(rows)) {
        abandoned.add([dead]);
        dead.cut();
        tell.gaveUp(why);
      }
    } catch {
      // The link has ended, and is opened again.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => {
    const now = heardInAll();
    silent = now === heard ? silent + 1 : 0;
    heard = now;
    if (silent >= SILENT_AT_MOST) lose('it does not answer');
    const link = reconnecting.current();
    if (link && !asking) void ask(link);
  }, ASK_EVERY_MS).unref();

  await first;
  return {
    guard(links) {
      pools.push(links);
      if (state === 'lost') links.shut('it does not answer');
    },
    answers: () => state === 'answers',
    isAway: () => state === 'lost' && away,
    now: clock.now,
    onBack: (listener) => void listeners.push(listener),
    async close() {
      clearInterval(timer);
      await reconnecting.close();
    },
  };
}

async function askTime(link: Link, clock: SharedClock): Promise<void> {
  const askedAt = performance.now();
  const [row] = await link.ask(TIME);
  clock.hear(Number(row.now), askedAt);
}

/**
 * The server's processes for links that were given up. They may hold locks, and don't know that their client is gone.
 * They are ended as soon as the server answers.
 */
function openAbandonedProcesses() {
  const waiting = new Map<number, number>();
  return {
    add(links: readonly Link[]) {
      for (const { pid } of links) waiting.set(pid, performance.now());
    },
    async end(link: Link): Promise<void> {
      if (!waiting.size) return;
      // A process that started later only has the same number.
      const conditions = [...waiting].map(([pid, since]) => {
        const seconds = ((performance.now() - since) / 1000).toFixed(3);
        return `pid = ${pid} AND backend_start < now() - interval '${seconds} seconds'`;
      });
      await link.ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = current_user AND application_name LIKE 'muster%' AND (${conditions.join(' OR ')})`);
      waiting.clear();
    },
  };
}
