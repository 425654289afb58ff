import { sql } from 'drizzle-orm';
import { capacityOf, type Database, type Transaction } from '../../database/connect.ts';

export interface Periodic {
  /** Runs it now, or once more after the run under way, where the lock can be had. */
  hurry(): void;
  /** Waits for a run under way. */
  close(): Promise<void>;
}

/** Thrown when other jobs have all the connections for jobs. */
const LATER_MS = 1_000;

/** Jobs that run now: each holds a connection for its lock, and needs others for its work. */
const entered = new WeakMap<Database, number>();

/** With one connection kept for single statements, half of the others are for holding. */
function enter(database: Database): boolean {
  const count = entered.get(database) ?? 0;
  if (count >= Math.floor((capacityOf(database) - 1) / 2)) return false;
  entered.set(database, count + 1);
  return true;
}

const leave = (database: Database) => void entered.set(database, entered.get(database)! - 1);

export interface PeriodicOptions {
  /** Tells its lock from those of other work. */
  name: string;
  everyMs: number;
  /** `tx` is the transaction that holds the lock. */
  work: (tx: Transaction) => Promise<void>;
  onError: (error: unknown) => void;
}

/** Runs `work` again and again, each time in one process of all: in whichever gets the lock first. */
export function runPeriodically(
  database: Database,
  { name, everyMs, work, onError }: PeriodicOptions,
): Periodic {
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let later: NodeJS.Timeout | undefined;
  const runLocked = async () => {
    let working = Promise.resolve();
    try {
      await database.transaction(async (tx) => {
        const [row] = await tx.execute<{ mine: boolean }>(
          sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${`periodic ${name}`}, 0)) AS mine`,
        );
        if (row?.mine) working = work(tx);
        await working;
      });
    } catch (error) {
      onError(error);
    }
    // Where the lock was lost with its connection the work comes to an end a little later.
    await working.catch(() => {});
  };
  const run = async () => {
    running = runLocked();
    await running;
    leave(database);
    running = undefined;
    if (again && !closed) begin();
  };
  const begin = () => {
    if (running) return;
    clearTimeout(later);
    if (!enter(database)) {
      if (!closed) later = setTimeout(begin, LATER_MS).unref();
      return;
    }
    again = false;
    void run();
  };
  const timer = setInterval(begin, everyMs);
  timer.unref();
  return {
    hurry() {
      again = running !== undefined;
      if (!again && !closed) begin();
    },
    async close() {
      closed = true;
      clearInterval(timer);
      clearTimeout(later);
      await running;
    },
  };
}
