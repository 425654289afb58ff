import { setTimeout as pause } from 'node:timers/promises';
import { onceAMinute } from '../once-a-minute.ts';
import type { Client } from './connect.ts';
import type { Connection } from './connection.ts';
import { type Link, openLink } from './link.ts';
import type { LinkPool } from './pool.ts';
import { openReconnectingLink } from './reconnecting-link.ts';
import { openStalledLinks } from './stalled-links.ts';
import { DatabaseUnavailableError } from './unavailable.ts';

/** Knows whether a replica can be read, and how far it is. */
export interface ReplicaWatch {
  isUsed(): boolean;
  /**
   * Whether the replica has everything that was committed before this call. Waits for that a moment; if it takes longer,
   * the replica is left aside.
   */
  hasAll(): Promise<boolean>;
  lagBytes(): number;
  /** Whether there is a pooler between. */
  isPooled(): boolean;
  /** The link, if it leads to the server that is watched. @throws DatabaseUnavailableError */
  admit(link: Link): Promise<Link>;
  close(): Promise<void>;
}

export interface WatchOptions {
  /** Those that read from the replica. */
  links: LinkPool;
  /** The database that it is a replica of. */
  client: Pick<Client, 'unsafe'>;
  tell: (line: string) => void;
}

const LOOK_EVERY_MS = 250;
/** An answer that takes longer doesn't come. */
const ANSWERED_WITHIN_MS = 1_000;
/** The longest wait of a read for what it must see. */
const WAIT_AT_MOST_MS = 100;
const ASK_AGAIN_MS = 2;

/**
 * What is committed is flushed before it is acknowledged, and only that is sent to replicas; unless the database is told
 * not to wait for its disk.
 */
const WRITTEN = `
  SELECT (CASE current_setting('synchronous_commit')
    WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0')::text AS at`;
const REPLAYED = `SELECT (pg_last_wal_replay_lsn() - '0/0')::text AS at WHERE pg_is_in_recovery()`;
/** Different for each server, and each of its starts. */
const STARTED = 'SELECT pg_postmaster_start_time()::text AS started, pg_backend_pid() AS pid';
const CONTENTS = `
  SELECT system_identifier || ' ' || current_database() AS contents,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS citus FROM pg_control_system()`;

interface Server {
  started: string;
  isPooled: boolean;
}

/** Opens the watch. Returns at once; the replica is used after two looks at it at the earliest. */
export function openReplicaWatch(
  connection: Connection,
  { links, client, tell }: WatchOptions,
): ReplicaWatch {
  const standing = openStanding(tell);
  const stalled = openStalledLinks();
  let server: Server | undefined;

  /** Nothing is read there until it has been looked at. */
  const close = (why: string) => {
    server = undefined;
    standing.restart();
    links.shut(why);
  };
  const lose = (why: string) => {
    close(why);
    standing.leave(why);
  };
  const reconnecting = openReconnectingLink({
    open: (signal) => openLink(connection, { name: 'muster reads', signal }),
    async onOpen(link) {
      const found = await serverOf(link);
      await requireReplica(link, client);
      // Those there are may lead to another server.
      close('it is opened');
      server = found;
      links.open();
    },
    onLost: () => lose('the connection to it has ended'),
    onFailure: (error) => lose((error as Error).message),
  });
  const written = inTurn(async () => positionIn(await client.unsafe(WRITTEN)) ?? 0n);
  const hear = inTurn(async () => {
    const link = reconnecting.current();
    if (!link) throw new DatabaseUnavailableError('the connection to the replica has ended');
    standing.hear(positionIn(await link.ask(REPLAYED)));
  });
  const looking = lookRegularly({
    async look() {
      const link = reconnecting.current();
      if (!link) return;
      await hear();
      standing.judge(await written());
      const question = stalled.question(links.all());
      if (question) for (const { link: dead } of stalled.judge(await link.ask(question))) dead.cut();
    },
    onFailure: () => standing.leave('its position is not known'),
    onSilence: reconnecting.renew,
  });
  const reaches = async (needed: bigint): Promise<boolean> => {
    const until = performance.now() + WAIT_AT_MOST_MS;
    while (standing.isUsed() && !standing.has(needed) && performance.now() < until) {
      await hear();
      if (!standing.has(needed)) await pause(ASK_AGAIN_MS);
    }
    return standing.isUsed() && standing.has(needed);
  };
  return {
    isUsed: standing.isUsed,
    async hasAll() {
      if (!standing.isUsed()) return false;
      try {
        const needed = await written();
        const isThere = await Promise.race([reaches(needed), pause(WAIT_AT_MOST_MS, false)]);
        if (isThere) standing.promise(needed);
        else standing.leave(BEHIND);
        return isThere;
      } catch {
        // Whatever failed: the database itself can be asked, or says what is wrong.
        return false;
      }
    },
    lagBytes: standing.lagBytes,
    isPooled: () => server?.isPooled ?? true,
    async admit(link) {
      const found = await serverOf(link).catch(() => undefined);
      if (found && found.started === server?.started) return link;
      link.cut();
      throw new DatabaseUnavailableError('the address of the replica leads to another server');
    },
    async close() {
      looking.end();
      standing.restart();
      await reconnecting.close();
    },
  };
}

const BEHIND = 'it is behind';

/** Decides whether a replica is used, by what the database has written and the replica has replayed. */
function openStanding(tell: (line: string) => void) {
  const news = openNews(tell);
  let used = false;
  let replayed = 0n;
  /** As far as reads were given it: after a crash it may be less far. */
  let promised = 0n;
  /** What the database had written at the last look. */
  let written: bigint | undefined;
  let lag = 0n;
  const leave = (why: string) => {
    used = false;
    written = undefined;
    news.left(why);
  };
  return {
    isUsed: () => used,
    has: (position: bigint) => replayed >= position,
    lagBytes: () => Number(lag),
    leave,
    promise(position: bigint) {
      if (position > promised) promised = position;
    },
    restart() {
      used = false;
      written = undefined;
      replayed = 0n;
    },
    /** Undefined: it replays nothing. */
    hear(position: bigint | undefined) {
      if (position === undefined) leave('it is no replica');
      replayed = position ?? 0n;
    },
    /** Takes what the database has written now, after the replica was heard: that must have what was written by the last look. */
    judge(now: bigint) {
      lag = now > replayed ? now - replayed : 0n;
      const before = written;
      if (replayed > now) leave('it has what the database has not');
      else if (before !== undefined && replayed >= before && replayed >= promised) {
        used = true;
        news.used();
      } else if (before !== undefined) leave(BEHIND);
      written = now;
    },
  };
}

/** Looks four times a second. `onSilence` is called when a look doesn't come to an end. */
function lookRegularly(ways: { look(): Promise<void>; onFailure(): void; onSilence(): void }) {
  let since: number | undefined;
  const timer = setInterval(async () => {
    if (since !== undefined) {
      if (performance.now() - since > ANSWERED_WITHIN_MS) ways.onSilence();
      return;
    }
    since = performance.now();
    await ways.look().catch(ways.onFailure);
    since = undefined;
  }, LOOK_EVERY_MS).unref();
  return { end: () => clearInterval(timer) };
}

async function serverOf(link: Link): Promise<Server> {
  const [row] = await link.ask(STARTED);
  return { started: row.started, isPooled: Number(row.pid) !== link.pid };
}

/** @throws Error unless it has the same contents as the database, and all of them */
async function requireReplica(link: Link, client: WatchOptions['client']): Promise<void> {
  const [[there], [here]] = await Promise.all([link.ask(CONTENTS), client.unsafe(CONTENTS)]);
  if (there.contents !== here.contents) throw new Error('it is of another database');
  if (there.citus) throw new Error('other nodes of a Citus have the rows');
}

const positionIn = ([row]: readonly { at: string | null }[]): bigint | undefined =>
  row?.at == null ? undefined : BigInt(row.at);

/** Asks for all who ask while an answer is under way once more, after it: no answer is older than its question. */
function inTurn<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= last.then(() => {
      const asked = ask();
      last = asked.catch(() => {});
      next = undefined;
      return asked;
    });
    return next;
  };
}

/** Says when the replica is left aside and taken up again; each reason once a minute. */
function openNews(tell: (line: string) => void) {
  const isDue = onceAMinute();
  let told: 'left' | 'used' | undefined;
  return {
    left(why: string) {
      if (told === 'left' || !isDue(why)) return;
      told = 'left';
      tell(`the replica is not read: ${why}; reads go to the database itself`);
    },
    used() {
      if (told === 'used') return;
      told = 'used';
      tell('reads go to the replica');
    },
  };
}
