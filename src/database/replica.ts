import { getTableName } from 'drizzle-orm';
import { type Database, databaseOn, type Pool, type PoolOptions, typesOfDrizzle } from './connect.ts';
import type { Connection } from './connection.ts';
import type { Rows } from './link.ts';
import { openLink } from './link.ts';
import { type LinkPool, openLinkPool } from './pool.ts';
import { openReplicaWatch } from './replica-watch.ts';
import { apiKeys } from './tables/api-keys.ts';
import { roles } from './tables/roles.ts';
import { sessions } from './tables/sessions.ts';
import { tenantConfiguration } from './tables/tenants.ts';
import { users } from './tables/users.ts';
import { wasCanceled } from './unavailable.ts';

/** A replica of the database, for calls that only read. */
export interface Replica {
  /**
   * The replica, if it has everything that was committed before this call, by whichever process; otherwise the database
   * itself. For one call of a caller: what that reads later is never older.
   */
  reads(): Promise<Database>;
  state(): ReplicaState;
  /** Everything that waits for it is asked of the database. */
  cut(): void;
  close(): Promise<void>;
}

export interface ReplicaState {
  /** Whether reads go there. */
  isUsed: boolean;
  /** How many bytes of the log it was behind when it was last looked at. */
  lagBytes: number;
  /** How many calls of `reads` were given the one and the other. */
  given: Readonly<{ replica: number; database: number }>;
}

export type ReplicaOptions = Required<Pick<PoolOptions, 'connections' | 'prepare' | 'slow' | 'tell'>> & {
  /** The pool of the database that it is a replica of. */
  pool: Pool;
};

/** What decides who may do what is read from the database itself only. */
const NEVER_THERE = new RegExp(
  `\\b(${[users, roles, apiKeys, sessions, tenantConfiguration].map(getTableName).join('|')})\\b`,
);

/** Opens the connections to a replica. Returns at once: it is used as soon as it has proved to be one. */
export function openReplica(
  connection: Connection,
  { pool, connections, prepare, slow, tell }: ReplicaOptions,
): Replica {
  const given = { replica: 0, database: 0 };
  const types = typesOfDrizzle();
  const links = openLinkPool({
    most: connections,
    tell,
    connect: async (signal) =>
      watch.admit(
        await openLink(connection, {
          name: 'muster reads',
          types,
          signal,
          slow,
          prepare: prepare && !watch.isPooled(),
          pipelines: !watch.isPooled(),
        }),
      ),
  });
  const watch = openReplicaWatch(connection, { links, client: pool.client, tell });
  const { database } = databaseOn(readingFrom(links, pool.links, watch.isUsed), types);

  return {
    async reads() {
      const isThere = await watch.hasAll();
      given[isThere ? 'replica' : 'database']++;
      return isThere ? database : pool.database;
    },
    state: () => ({ isUsed: watch.isUsed(), lagBytes: watch.lagBytes(), given }),
    cut: links.cut,
    async close() {
      await watch.close();
      await links.close();
    },
  };
}

/**
 * Sends single statements to a replica while it is used, and whatever it can't answer to the database: it may be gone,
 * the statement may be in the way of what it replays, or write after all. Transactions are the database's.
 */
function readingFrom(replica: LinkPool, database: LinkPool, isUsed: () => boolean): LinkPool {
  return {
    ...database,
    async ask(text, parameters, how): Promise<Rows> {
      if (!isUsed() || NEVER_THERE.test(text)) return database.ask(text, parameters, how);
      try {
        return await replica.ask(text, parameters, how);
      } catch (error) {
        // Somebody had a reason: it isn't begun anew elsewhere.
        if (wasCanceled(error)) throw error;
        return database.ask(text, parameters, how);
      }
    },
  };
}
