import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { LRUCache } from 'lru-cache';
import postgres from 'postgres';
import { PLANNED_ANEW } from './prepared.ts';
import * as schema from './schema.ts';

/** A URL, or the parts of one where the database is the embedded one. */
export type Connection =
  | string
  | { host: string; port: number; user: string; password: string; database: string };

export type Database = PostgresJsDatabase<typeof schema>;
/** The database inside of one transaction. Prepared statements never run here: they keep their pool. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface Pool {
  database: Database;
  client: postgres.Sql;
  close(): Promise<void>;
}

export interface PoolOptions {
  connections: number;
  /** False behind a pooler that cannot keep named statements. */
  prepare: boolean;
  /** Shown in `pg_stat_activity`; the embedded server stays up while one that begins with `muster` is there. */
  name?: string;
}

/** Opens a pool; nothing is connected before the first statement. */
export function openPool(
  connection: Connection,
  { connections, prepare, name = 'muster' }: PoolOptions,
): Pool {
  // Without a limit: a BEGIN that reaches it isn't given its connection, which keeps an open transaction in the pool.
  const options: postgres.Options<Record<string, never>> & { max_pipeline: number } = {
    max: connections,
    max_pipeline: Number.MAX_SAFE_INTEGER,
    prepare,
    connect_timeout: 10,
    connection: { application_name: name },
    onnotice: () => {},
  };
  const client =
    typeof connection === 'string' ? postgres(connection, options) : postgres({ ...connection, ...options });
  nameCommonStatements(client);
  return { database: drizzle(client, { schema }), client, close: () => client.end({ timeout: 5 }) };
}

/** Uses from which a statement counts as common, and how many of them a process names and counts at the most. */
const COMMON_FROM = 5;
const NAMED_AT_MOST = 200;
const COUNTED_AT_MOST = 2_000;

/**
 * Names the statements that come often, so that the server parses them once a connection and answers in one round
 * trip, not two. By itself the driver names of Drizzle's only those of `.prepare()`, and none in a transaction.
 */
function nameCommonStatements(client: postgres.Sql): void {
  const uses = new LRUCache<string, number>({ max: COUNTED_AT_MOST });
  const named = new Set<string>();
  const isCommon = (text: string) => {
    if (named.has(text)) return true;
    const count = (uses.get(text) ?? 0) + 1;
    uses.set(text, count);
    if (count < COMMON_FROM || named.size === NAMED_AT_MOST) return false;
    named.add(text);
    return true;
  };
  const isNamed = (text: string, wished = false) =>
    !text.includes(PLANNED_ANEW) && (wished || isCommon(text));
  const wrap = <T extends postgres.Sql | postgres.TransactionSql>(sql: T): T => {
    const send = sql.unsafe as (...call: unknown[]) => unknown;
    const unsafe = (text: string, parameters: unknown[] = [], options: postgres.UnsafeQueryOptions = {}) =>
      // Without parameters it may be several statements, which can't be named.
      send(
        text,
        parameters,
        parameters.length ? { ...options, prepare: isNamed(text, options.prepare) } : options,
      );
    return Object.assign(sql, { unsafe });
  };
  const begin = client.begin as (work: (tx: postgres.TransactionSql) => unknown) => Promise<unknown>;
  Object.assign(wrap(client), {
    begin: (work: (tx: postgres.TransactionSql) => unknown) => begin((tx) => work(wrap(tx))),
  });
}
