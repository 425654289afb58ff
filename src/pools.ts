import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { BESIDE_POOL, poolCapacity, readLimits } from './database/capacity.ts';
import { openPool, type Pool } from './database/connect.ts';
import type { Connection } from './database/connection.ts';
import type { Slow } from './database/link.ts';
import { type DatabaseMonitor, openMonitor } from './database/monitor.ts';
import { connectionOf } from './database/open.ts';
import { SERVER } from './database/peers.ts';
import { openReplica, type Replica } from './database/replica.ts';
import { onceAMinute } from './once-a-minute.ts';

/** The connections of a process to the database. */
export interface Pools {
  pool: Pool;
  /** For events of subscriptions, so that they don't wait behind changes. */
  live: Pool;
  /** Undefined where there is none. */
  replica: Replica | undefined;
  monitor: DatabaseMonitor;
  /** Everything that waits for the database fails at once, and the log says so. */
  cut(): void;
  close(): Promise<void>;
}

/** Characters of a statement that the log shows. */
const LONGEST_STATEMENT = 1_000;
/** The monitor and the listener have one connection each. */
const LIVE_CONNECTIONS = BESIDE_POOL - 2;

/** Opens the pools of a process, and the monitor, which logs when the database is lost and when it is back. */
export async function openPools(
  config: Config,
  database: { connection: Connection; direct: Connection },
  log: Logger,
): Promise<Pools> {
  const { DATABASE_POOL_SIZE: wished, MUSTER_WORKERS: processes, MUSTER_SLOW_STATEMENT: afterMs } = config;
  const { connection, direct } = database;
  const monitor = await openMonitor(connection, {
    lost: (reason) =>
      log.error(`the database is lost: ${reason}; until it is back requests are answered 503`),
    back: (ms) => log.info(`the database is back after ${(ms / 1000).toFixed(1)} s`),
    gaveUp: (why) => log.warn(`a connection to the database was given up: ${why}`),
    clock: (ahead) => log.warn(clockLine(ahead)),
  });
  const { allowed, isPooled } = await readLimits(connection);
  const prepare = config.DATABASE_PREPARE && (!isPooled || config.given.has('DATABASE_PREPARE'));
  if (isPooled && connection === direct) log.warn(LISTENS_BEHIND_POOLER);
  // A pooler has its own limits.
  const isLimited = connection === direct && !isPooled;
  const connections = isLimited ? poolCapacity(allowed, { wished, processes }) : wished;
  if (connections < wished)
    log.warn(
      `the database allows ${allowed} connections: the pool of each process has ${connections}, not ${wished} as DATABASE_POOL_SIZE says`,
    );
  const tell = (line: string) => log.warn(line);
  const slow = slowLog(afterMs, log);
  const common = { prepare, slow, tell };
  const own = { ...common, pipelines: !isPooled, monitor };
  const pool = openPool(connection, { ...own, connections, name: SERVER });
  const { DATABASE_READ_URL: readUrl } = config;
  const replica = readUrl
    ? openReplica(connectionOf(readUrl), { ...common, pool, connections: wished })
    : undefined;
  const live = openPool(connection, { ...own, connections: LIVE_CONNECTIONS });
  return {
    pool,
    live,
    replica,
    monitor,
    cut() {
      log.warn(CUT_OFF);
      pool.cut();
      live.cut();
      replica?.cut();
    },
    async close() {
      await live.close();
      await replica?.close();
      await pool.close();
      await monitor.close();
    },
  };
}

function clockLine(aheadMs: number | undefined): string {
  if (aheadMs === undefined) return "this machine's clock agrees with the database's again";
  const seconds = Math.abs(Math.round(aheadMs / 1000));
  return `this machine's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: the database's counts`;
}

const CUT_OFF =
  'work on the database takes too long for the end: it is cut off, and goes on at the next start';

const LISTENS_BEHIND_POOLER =
  "the database is behind a pooler: unless that keeps whole sessions, servers don't hear of each other's changes; set DATABASE_DIRECT_URL to the database itself";

/** Logs slow statements, each text once a minute. */
function slowLog(afterMs: number, log: Logger): Slow {
  const isDue = onceAMinute();
  return {
    afterMs,
    tell(text, ms) {
      if (isDue(text.slice(0, LONGEST_STATEMENT)))
        log.info({ ms: Math.round(ms), statement: text.slice(0, LONGEST_STATEMENT) }, 'a slow statement');
    },
  };
}
