import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Connection } from './database/connection.ts';

/** The wait before a lost worker is replaced: twice as long after each worker that ended before it served. */
const RESTART_AFTER_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** If so many in a row end before they serve, starting another doesn't help. */
const HOPELESS_AFTER = 10;
/** Tells workers where the database is. They inherit it from the primary; no other process sees it. */
const DATABASE_VARIABLE = 'MUSTER_WORKER_DATABASE';

export interface WorkerDatabase {
  connection: Connection;
  direct: Connection;
}

/** The database that the primary gave to this worker; undefined in the primary. */
export function databaseOfWorker(): WorkerDatabase | undefined {
  const text = cluster.isWorker ? process.env[DATABASE_VARIABLE] : undefined;
  return text ? JSON.parse(text) : undefined;
}

/** A worker ended before it served; it has logged the reason itself. */
export class WorkerError extends Error {}

export interface Workers {
  /** Ends them all, each in an orderly way. */
  stop(): Promise<void>;
  /** Sends a signal to all. */
  signal(signal: NodeJS.Signals): void;
}

/** Hears of workers that ended after they had served. */
export interface Losses {
  /** A worker has ended, by a signal or with a code: another is started. */
  onLost(how: string): void;
  /** No worker runs long enough to serve. */
  onHopeless(): void;
}

/** Starts workers that share the port, and starts another for one that ends. Resolves once all serve. */
export async function startWorkers(
  count: number,
  port: number,
  database: WorkerDatabase,
  { onLost, onHopeless }: Losses,
): Promise<Workers> {
  let stopping = false;
  /** Workers in a row that ended before they served. */
  let failures = 0;
  const metrics = new AggregatorRegistry();
  const fork = () => {
    const worker = cluster.fork({ PORT: String(port), [DATABASE_VARIABLE]: JSON.stringify(database) });
    worker.on('message', (message: { serving?: boolean }) => {
      if (message.serving) failures = 0;
    });
    return worker;
  };

  cluster.on('message', async (worker: Worker, message: { wants?: string; id?: number }) => {
    if (message.wants !== 'metrics') return;
    // If a worker doesn't answer in time, there are no metrics.
    const text = await metrics.clusterMetrics().catch(() => '');
    if (worker.isConnected()) worker.send({ metrics: text, id: message.id });
  });
  cluster.on('exit', (_worker, code, signal) => {
    if (stopping) return;
    onLost(howItEnded(code, signal));
    if (++failures > HOPELESS_AFTER) {
      stopping = true;
      return onHopeless();
    }
    // This timer alone keeps the primary alive while there is no worker.
    const wait = Math.min(RESTART_AFTER_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
    setTimeout(() => stopping || fork(), wait);
  });
  const living = () =>
    Object.values(cluster.workers ?? {}).filter((worker): worker is Worker => worker?.isDead() === false);
  const stop = async () => {
    stopping = true;
    await Promise.all(
      living().map((worker) => {
        const ended = new Promise((resolve) => worker.once('exit', resolve));
        worker.process.kill('SIGTERM');
        return ended;
      }),
    );
  };
  const signal = (name: NodeJS.Signals) => {
    for (const worker of living()) worker.process.kill(name);
  };
  try {
    await Promise.all(Array.from({ length: count }, fork).map(served));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, signal };
}

const howItEnded = (code: number, signal: string | null) => (signal ? `by ${signal}` : `with code ${code}`);

const served = (worker: Worker) =>
  new Promise<void>((resolve, reject) => {
    worker.once('exit', (code, signal) =>
      reject(new WorkerError(`a worker ended ${howItEnded(code, signal)} before it served`)),
    );
    worker.on('message', (message: { serving?: boolean }) => message.serving && resolve());
  });

let asked = 0;

/** Gives a worker's metrics to its primary when it asks. @returns a function that asks for those of all workers */
export function shareMetrics(registry: Registry): () => Promise<string> {
  new AggregatorRegistry(); // listens for the primary's question
  AggregatorRegistry.setRegistries(registry);
  return metricsOfAllWorkers;
}

/** The metrics of all workers, collected by the primary. */
function metricsOfAllWorkers(): Promise<string> {
  const id = ++asked;
  return new Promise((resolve) => {
    const hear = (message: { metrics?: string; id?: number }) => {
      if (message.id !== id || message.metrics === undefined) return;
      process.off('message', hear);
      resolve(message.metrics);
    };
    process.on('message', hear);
    process.send?.({ wants: 'metrics', id });
  });
}
