import type { Connection } from './connection.ts';
import { openLink } from './link.ts';

/** Connections of a process beside its pool: for the monitor, the listener and the pool of subscriptions. */
export const BESIDE_POOL = 4;
/** Connections left for the session of the embedded database, for commands, and for people who look at the database. */
const SPARE = 3;
/** With fewer, two transactions may wait for each other: one is for statements, one for a lock, one for work. */
export const LEAST_POOL = 3;

const LIMITS = `
  SELECT pg_backend_pid() AS pid, least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', TRUE)::int, 0),
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0),
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0)) AS allowed`;

export interface Limits {
  /** Connections that the database allows to all processes together. */
  allowed: number;
  /** Whether a pooler answers for the server: it names other processes than those that work. */
  isPooled: boolean;
}

/** Asks the database, or the pooler before it, how many connections there may be. */
export async function readLimits(connection: Connection): Promise<Limits> {
  const link = await openLink(connection, { name: 'muster' });
  try {
    const [row] = await link.ask(LIMITS);
    return { allowed: Number(row.allowed), isPooled: Number(row.pid) !== link.pid };
  } finally {
    await link.end();
  }
}

/** How many connections the pool of each of the processes can have: at most as many as wished. */
export function poolCapacity(
  allowed: number,
  { wished, processes }: { wished: number; processes: number },
): number {
  const fitting = Math.floor((allowed - SPARE) / processes) - BESIDE_POOL;
  return Math.max(LEAST_POOL, Math.min(wished, fitting));
}
