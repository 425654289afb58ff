import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { onceAMinute } from '../once-a-minute.ts';
import { inSpan } from '../tracing/tracer.ts';
import type { Connection } from './connection.ts';
import { openLink, type Slow } from './link.ts';
import type { DatabaseMonitor } from './monitor.ts';
import { type LinkPool, openLinkPool } from './pool.ts';
import * as schema from './schema.ts';
import { openNames, type Send, sender } from './statement.ts';
import type { TransactionLink } from './transaction.ts';

export type Database = PostgresJsDatabase<typeof schema>;
/** The database inside one transaction. Prepared statements never run here, because they keep their pool. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** Sends SQL as it is, without Drizzle. */
export interface Client {
  /** `` client`SELECT ${value}` ``: values become parameters. */
  // biome-ignore lint/suspicious/noExplicitAny: rows are whatever was asked for
  <T extends readonly any[] = any[]>(text: TemplateStringsArray, ...values: unknown[]): Promise<T>;
  unsafe: Send;
  begin<T>(work: (tx: TransactionClient) => Promise<T>): Promise<T>;
}

export interface TransactionClient extends Pick<TransactionLink, 'copy'> {
  unsafe: Send;
  savepoint<T>(work: (tx: TransactionClient) => Promise<T>): Promise<T>;
}

export interface Pool {
  database: Database;
  client: Client;
  /** Whether there is no database server, so that nobody can use it now. */
  isAway(): boolean;
  use: LinkPool['use'];
  /** Everything that waits in it fails at once, and so does what comes later. */
  cut(): void;
  /** What sends its statements. */
  links: LinkPool;
  close(): Promise<void>;
}

export interface PoolOptions {
  connections: number;
  /** False behind a pooler that cannot keep named statements. */
  prepare: boolean;
  /** Whether a statement may be sent while another runs: never behind a pooler. */
  pipelines?: boolean;
  /** Shown in `pg_stat_activity`; the embedded server keeps running while there is a name that starts with `muster`. */
  name?: string;
  /** Says when the database is lost, so that nothing in the pool waits for it. */
  monitor?: Pick<DatabaseMonitor, 'guard' | 'isAway'>;
  slow?: Slow;
  /** Gets lines for the operator. */
  tell?: (line: string) => void;
}

/** Drizzle's own conversion of values, for every link. */
type Types = Pick<postgres.ParsedOptions, 'parsers' | 'serializers'>;

const pools = new WeakMap<Database, LinkPool>();

/** How many connections the pool of a database can have now. */
export const capacityOf = (database: Database): number =>
  pools.get(database)?.capacity() ?? Number.POSITIVE_INFINITY;
/** Whether the database is not known to be lost. */
export const isOpen = (database: Database): boolean => pools.get(database)?.isOpen() ?? true;

/**
 * Opens a pool; nothing is connected before the first statement. Errors of its connections are
 * DatabaseUnavailableErrors.
 */
export function openPool(
  connection: Connection,
  { connections, prepare, pipelines = false, name = 'muster', monitor, slow, tell = () => {} }: PoolOptions,
): Pool {
  const types = typesOfDrizzle();
  const isDue = onceAMinute();
  const onUnable = (reason: string) => {
    if (isDue('')) tell(`the database could not do what it was asked, which is answered 503: ${reason}`);
  };
  const links = openLinkPool({
    most: connections,
    connect: (signal) => openLink(connection, { name, prepare, pipelines, types, signal, slow, onUnable }),
    tell,
  });
  monitor?.guard(links);
  const { client, database } = databaseOn(links, types);
  return {
    database,
    client,
    isAway: () => monitor?.isAway() ?? false,
    use: links.use,
    cut: links.cut,
    links,
    close: links.close,
  };
}

/** What Drizzle fills in with its own conversion. */
export const typesOfDrizzle = (): Types => ({ parsers: {}, serializers: {} });

/** A database whose statements go to these links, which convert values by `types`. */
export function databaseOn(links: LinkPool, types: Types): { client: Client; database: Database } {
  const client = clientOf(links);
  const database = drizzle(Object.assign(client, { options: types }) as unknown as postgres.Sql, { schema });
  pools.set(database, links);
  return { client, database };
}

function clientOf(links: LinkPool): Client {
  const isNamed = openNames();
  const unsafe = sender(links, isNamed);
  const inside = (tx: TransactionLink): TransactionClient => ({
    unsafe: sender(tx, isNamed),
    copy: tx.copy,
    savepoint: (work) => tx.savepoint((inner) => work(inside(inner))),
  });
  const ask = async (text: TemplateStringsArray, ...values: unknown[]) =>
    unsafe(String.raw({ raw: text }, ...values.map((_, index) => `$${index + 1}`)), values);
  return Object.assign(ask as Client, {
    unsafe,
    begin: <T>(work: (tx: TransactionClient) => Promise<T>) =>
      inSpan({ name: 'transaction', isPart: true }, () => links.begin((tx) => work(inside(tx)))),
  });
}
