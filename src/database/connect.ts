import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
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
  const options: postgres.Options<Record<string, never>> = {
    max: connections,
    prepare,
    connect_timeout: 10,
    connection: { application_name: name },
    onnotice: () => {},
  };
  const client =
    typeof connection === 'string' ? postgres(connection, options) : postgres({ ...connection, ...options });
  return { database: drizzle(client, { schema }), client, close: () => client.end({ timeout: 5 }) };
}
