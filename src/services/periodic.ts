import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database/connect.ts';

export interface Periodic {
  /** Runs it now, or once more after the run under way, where the lock can be had. */
  hurry(): void;
  /** Waits for a run under way. */
  close(): Promise<void>;
}

/**
 * Runs `work` again and again, each time in one process of all: in whichever gets the lock first. `tx` is the
 * transaction that holds the lock.
 */
export function runPeriodically(
  database: Database,
  name: string,
  everyMs: number,
  work: (tx: Transaction) => Promise<void>,
  onError: (error: unknown) => void,
): Periodic {
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  const run = async () => {
    await database
      .transaction(async (tx) => {
        const [row] = await tx.execute<{ mine: boolean }>(
          sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${`periodic ${name}`}, 0)) AS mine`,
        );
        if (row?.mine) await work(tx);
      })
      .catch(onError);
    running = undefined;
    if (again && !closed) begin();
  };
  const begin = () => {
    if (running) return;
    again = false;
    running = run();
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
      await running;
    },
  };
}
