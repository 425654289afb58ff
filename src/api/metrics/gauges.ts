import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeviceCounts } from '../../services/devices/polling/device-counts.ts';
import type { Gauges } from '../../services/platform/gauges.ts';

/** What a process says of itself at each scrape. */
export interface Observed {
  version: string;
  /** Whether the database answers. */
  isReady: () => boolean;
  rememberedDevices: () => number;
  pollTimesWaiting: () => number;
  deviceCounts: DeviceCounts;
  /** Questions to enrollment hooks, by outcome. */
  hookCalls: ReadonlyMap<string, number>;
  /** Requests to EST servers that sign, by outcome. */
  estRequests: ReadonlyMap<string, number>;
  /** Refused sign-ins of administrators and programs, by code. */
  signInsRefused: ReadonlyMap<string, number>;
  /** How many there are, and how many the server has ended, by reason. */
  connections: { size: () => number; ended: ReadonlyMap<string, number> };
  /** Requests that wait for a turn of the event loop. */
  requestsWaiting: () => number;
  /** Undefined where there is none. */
  replica: (() => ReplicaObserved) | undefined;
  pool: () => { open: number; busy: number; waiting: number };
  /** @throws DatabaseUnavailableError */
  readGauges: () => Promise<Gauges>;
}

interface ReplicaObserved {
  /** Whether reads go there. */
  isUsed: boolean;
  lagBytes: number;
  /** How many calls that only read were given to which. */
  given: Readonly<{ replica: number; database: number }>;
}

/** For so long the numbers that the database counts are as good as new. */
const FRESH_MS = 15_000;

/** Registers what is read at each scrape. */
export function openGauges(registry: Registry, observed: Observed): void {
  openOwnGauges(registry, observed);
  openOwnCounters(registry, observed);
  openDatabaseGauges(registry, observed.readGauges);
}

function openOwnGauges(registry: Registry, observed: Observed): void {
  const { connections } = observed;
  const gauge = (name: string, help: string, read: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read()) });
  };
  const info = new Gauge({
    name: 'muster_info',
    help: 'One for each process that serves.',
    labelNames: ['version'],
    registers: [registry],
  });
  info.set({ version: observed.version }, 1);
  gauge('muster_database_up', 'Processes whose database answers.', () => Number(observed.isReady()));
  gauge(
    'muster_devices_remembered',
    'Devices whose polls are answered from memory.',
    observed.rememberedDevices,
  );
  gauge('muster_poll_times_waiting', 'Times of polls that are not written yet.', observed.pollTimesWaiting);
  gauge('muster_connections', 'Connections that are open.', connections.size);
  gauge('muster_requests_waiting', 'Requests that wait, as many came at once.', observed.requestsWaiting);
  gauge('muster_pool_connections', 'Connections to the database.', () => observed.pool().open);
  gauge('muster_pool_busy', 'Connections to the database that work.', () => observed.pool().busy);
  gauge(
    'muster_pool_waiting',
    'Callers that wait for a connection to the database.',
    () => observed.pool().waiting,
  );
  const { replica } = observed;
  gauge('muster_replica_used', 'Processes whose reads go to the replica.', () =>
    Number(replica?.().isUsed ?? 0),
  );
  gauge('muster_replica_left_aside', "Processes that have a replica and don't read it.", () =>
    Number(replica?.().isUsed === false),
  );
  gauge(
    'muster_replica_lag_bytes',
    'Bytes of the log that the replica has not replayed.',
    () => replica?.().lagBytes ?? 0,
  );
}

/** Counts that are kept elsewhere, by a label. */
function openOwnCounters(registry: Registry, observed: Observed): void {
  const { deviceCounts, connections, replica } = observed;
  const counter = (name: string, help: string, label: string, counts: () => Iterable<[string, number]>) => {
    const made: Counter = new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        made.reset();
        for (const [value, count] of counts()) made.inc({ [label]: value }, count);
      },
    });
  };
  counter(
    'muster_reads_total',
    'Calls that only read, where there is a replica: by what answered them, replica or database.',
    'from',
    () => Object.entries(replica?.().given ?? {}),
  );
  counter(
    'muster_connections_ended_total',
    'Connections that the server ended, by reason: full, room, head, body, answer, linger.',
    'why',
    () => connections.ended,
  );
  counter(
    'muster_sign_ins_refused_total',
    'Refused sign-ins of administrators and programs, by code.',
    'code',
    () => observed.signInsRefused,
  );
  counter(
    'muster_devices_total',
    'Devices that were registered, that were put among those to approve, and requests of devices that were refused.',
    'outcome',
    () => Object.entries(deviceCounts),
  );
  counter(
    'muster_enrollment_hook_calls_total',
    'Questions to enrollment hooks, by outcome: allow, deny, hold, failed, and busy or resting where nothing was sent.',
    'outcome',
    () => observed.hookCalls,
  );
  counter(
    'muster_est_requests_total',
    'Requests to EST servers that sign, by outcome: answered, failed, and busy or resting where nothing was sent.',
    'outcome',
    () => observed.estRequests,
  );
}

/** Each process reads the same: of several the largest counts. */
function openDatabaseGauges(registry: Registry, read: () => Promise<Gauges>): void {
  const latest = openLatest(read);
  const gauge = (name: string, help: string, of: (gauges: Gauges) => number | Record<string, number>) => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames: ['status'],
      aggregator: 'max',
      registers: [registry],
      async collect() {
        const gauges = await latest();
        made.reset();
        if (!gauges) return;
        const value = of(gauges);
        if (typeof value === 'number') return made.set(value);
        for (const [status, count] of Object.entries(value)) made.set({ status }, count);
      },
    });
  };
  gauge('muster_targets', 'Targets of all tenants by status, as of the last five minutes.', (g) => g.targets);
  gauge('muster_rollouts', 'Rollouts of all tenants by status.', (g) => g.rollouts);
  gauge('muster_webhook_deliveries_waiting', 'Events that wait to be delivered.', (g) => g.deliveriesWaiting);
  gauge('muster_webhook_oldest_seconds', 'For how long the oldest of them waits.', (g) => g.oldestDelivery);
  gauge('muster_jobs_waiting', 'Jobs that are queued or run.', (g) => g.jobsWaiting);
  gauge('muster_jobs_oldest_seconds', 'How long ago the oldest of them was begun.', (g) => g.oldestJob);
}

/** The same answer for all gauges of a scrape, and for those of the next seconds; undefined without a database. */
function openLatest(read: () => Promise<Gauges>): () => Promise<Gauges | undefined> {
  let latest: Promise<Gauges | undefined> | undefined;
  let until = 0;
  return () => {
    if (!latest || performance.now() > until) {
      until = performance.now() + FRESH_MS;
      latest = read().catch(() => {
        until = 0;
        return undefined;
      });
    }
    return latest;
  };
}
