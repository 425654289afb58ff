import { sql } from 'drizzle-orm';
import type { Database } from '../../src/database/connect.ts';
import { IS_CITUS } from './citus.ts';

/** A connection that waits for a lock, and the one that has it. */
interface Waiting {
  pid: number;
  holder: number;
  query: string;
}

/**
 * Of Citus the connections to the coordinator, whose part on another node waits; their number is the end of the global one.
 * It shows those of all databases.
 */
const ON_CITUS = sql`
  SELECT pid, (blocking_gpid % 10000000000)::int AS holder, blocked_statement AS query
  FROM citus_lock_waits JOIN pg_stat_activity ON pid = waiting_gpid % 10000000000
  WHERE datname = current_database() /* of a test */`;
const ELSEWHERE = sql`
  SELECT pid, unnest(pg_blocking_pids(pid)) AS holder, query
  FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

/** Who waits for a lock in this database. Not to be asked in a transaction, which would see the same for ever. */
export const waitingForLocks = async (database: Database): Promise<Waiting[]> => [
  ...(await database.execute<Waiting & Record<string, unknown>>(IS_CITUS ? ON_CITUS : ELSEWHERE)),
];
