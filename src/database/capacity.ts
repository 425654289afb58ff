import type { Connection } from './connection.ts';
import { openLink } from './link.ts';

/** Connections of a process beside its pool: for the monitor, the listener and the pool of subscriptions. */
export const BESIDE_POOL = 4;
/** Connections left for the session of the embedded database, for commands, and for people who look at the database. */
const SPARE = 3;
/** With fewer, two transactions may wait for each other: one is for statements, one for a lock, one for work. */
export const LEAST_POOL = 3;

const ALLOWED = `
  SELECT least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', TRUE)::int, 0),
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0),
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0)) AS allowed`;

export interface Capacity {
  /** Connections that the database allows to all processes together. */
  allowed: number;
  /** Connections for the pool of one process: at most as many as wished. */
  pool: number;
}

/** How large the pool of each of the processes can be, by the limits of the database. */
export async function poolCapacity(
  connection: Connection,
  { wished, processes }: { wished: number; processes: number },
): Promise<Capacity> {
  const link = await openLink(connection, { name: 'muster' });
  try {
    const [row] = await link.ask(ALLOWED);
    const allowed = Number(row.allowed);
    const fitting = Math.floor((allowed - SPARE) / processes) - BESIDE_POOL;
    return { allowed, pool: Math.max(LEAST_POOL, Math.min(wished, fitting)) };
  } finally {
    await link.end();
  }
}

/** Whether a pooler answers for the server: it names other processes than those that work. */
export async function isPooled(connection: Connection): Promise<boolean> {
  const link = await openLink(connection, { name: 'muster' });
  try {
    const [row] = await link.ask('SELECT pg_backend_pid() AS pid');
    return Number(row.pid) !== link.pid;
  } finally {
    await link.end();
  }
}
