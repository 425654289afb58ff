import type { Connection } from './connection.ts';
import { openLink } from './link.ts';

/** What a process has beside its pool: the monitor, the listener and the pool of what subscribers are told. */
export const BESIDE_POOL = 4;
/** For the one process of the embedded database that all share, for commands, and for whoever looks at the database. */
const SPARE = 3;
/** Below that a transaction may wait for one that waits for it: one for statements, one for a lock, one for work. */
export const LEAST_POOL = 3;

const ALLOWED = `
  SELECT least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', TRUE)::int, 0),
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0),
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0)) AS allowed`;

export interface Capacity {
  /** Connections that the database gives to all processes together. */
  allowed: number;
  /** What is left for the pool of one process: no more than was wished for. */
  pool: number;
}

/** How large the pool of each of some processes can be, as the database has it. */
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
