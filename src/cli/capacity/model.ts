/** What one piece of work costs. */
export interface Cost {
  /** Processor time of the server, in microseconds. */
  server: number;
  /** Processor time of the database, in microseconds. */
  database: number;
  /** What the database writes ahead, in bytes. */
  wal: number;
}

export interface Costs {
  /** Of a device that the process remembers. */
  poll: Cost;
  /** The first poll of a device that comes to a process: it is read from the database. */
  firstPoll: Cost;
  /** One whole update: polls, the deployment, the download, five messages. */
  update: Cost;
  memory: { process: number; device: number };
  disk: { device: number; update: number };
}

/** How much of each kind of work there is. */
export interface Work {
  polls: number;
  firstPolls: number;
  updates: number;
}

export interface Fleet {
  devices: number;
  /** Seconds from a poll of a device to its next. */
  interval: number;
  /** Seconds in which all devices are to install one update. */
  campaign: number;
  /** Updates of a device whose history is kept. */
  keptUpdates: number;
}

export interface Capacity {
  pollsPerSecond: number;
  serverCores: number;
  databaseCores: number;
  processes: number;
  /** Bytes, of all processes together. */
  serverMemory: number;
  databaseMemory: number;
  databaseDisk: number;
  walPerSecond: number;
  databaseIops: number;
  databaseNodes: number;
}

/** Of a core: above it queues grow, and no peak finds room. */
const BUSY_AT_MOST = 0.6;
/** Cores of a database's node that are easy to have. */
const CORES_A_NODE = 32;
const PAGE = 8_192;
/** Rows of `target_polls` that share a page of the database. */
const POLL_TIMES_A_PAGE = 60;
/** PostgreSQL's default: a page that was changed is written once in this time. */
const CHECKPOINT_SECONDS = 300;
/** Of the history of updates; what is known of devices is in use all the time. */
const HISTORY_IN_MEMORY = 0.1;
const LEAST_DATABASE_MEMORY = 1 << 29;

/** What work costs in all, in the units of `Cost`. */
export function costOf(costs: Costs, { polls, firstPolls, updates }: Work): Cost {
  const sum = (kind: keyof Cost) =>
    polls * costs.poll[kind] + firstPolls * costs.firstPoll[kind] + updates * costs.update[kind];
  return { server: sum('server'), database: sum('database'), wal: sum('wal') };
}

/** What a fleet needs while it polls and a campaign runs; `docs/scale.md` says what is counted, and how. */
export function capacityOf(costs: Costs, { devices, interval, campaign, keptUpdates }: Fleet): Capacity {
  const pollsPerSecond = devices / interval;
  const second = costOf(costs, {
    polls: pollsPerSecond,
    firstPolls: 0,
    updates: campaign > 0 ? devices / campaign : 0,
  });
  const serverCores = second.server / 1e6 / BUSY_AT_MOST;
  const databaseCores = second.database / 1e6 / BUSY_AT_MOST;
  const processes = Math.max(1, Math.ceil(serverCores));
  const known = devices * costs.disk.device;
  const history = devices * keptUpdates * costs.disk.update;
  const pagesWritten = Math.min(pollsPerSecond, devices / POLL_TIMES_A_PAGE / CHECKPOINT_SECONDS);
  return {
    pollsPerSecond,
    serverCores,
    databaseCores,
    processes,
    serverMemory: processes * costs.memory.process + devices * costs.memory.device,
    databaseMemory: Math.max(LEAST_DATABASE_MEMORY, known + history * HISTORY_IN_MEMORY),
    databaseDisk: known + history,
    walPerSecond: second.wal,
    databaseIops: second.wal / PAGE + pagesWritten,
    databaseNodes: Math.max(1, Math.ceil(databaseCores / CORES_A_NODE)),
  };
}
