import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import type { Connection } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';

/** The database that tests may use, as the test run's set-up left it in the environment. */
export function testConnection(): Connection {
  const connection = process.env['MUSTER_TEST_DATABASE'];
  if (!connection) throw new Error('MUSTER_TEST_DATABASE is not set.');
  return JSON.parse(connection);
}

/** That one for DATABASE_URL. */
export const sharedDatabaseUrl = (): string => urlOf(testConnection());

export interface OwnDatabase {
  connection: Connection;
  name: string;
  /** The same for DATABASE_URL. */
  url: string;
  drop(): Promise<void>;
}

/** A fresh, empty database beside the shared one. */
export const createDatabase = () => copyOf('template1', testConnection());

/** A database beside the shared one with all tables and no rows: not even the tenant DEFAULT. */
export async function createMigratedDatabase(): Promise<OwnDatabase> {
  const template = process.env['MUSTER_TEST_TEMPLATE'];
  if (!template) throw new Error('MUSTER_TEST_TEMPLATE is not set.');
  return copyOf(template, testConnection());
}

/** What createMigratedDatabase copies, which is faster than all migrations. Nothing may connect to it afterwards. */
export async function createTemplate(beside: Connection): Promise<OwnDatabase> {
  const template = await copyOf('template1', beside);
  await migrate(template.connection, async () => {});
  return template;
}

/** Executes a statement on a connection of its own. */
export async function execute(connection: Connection, statement: string): Promise<void> {
  const options = { max: 1, onnotice: () => {} };
  const sql =
    typeof connection === 'string' ? postgres(connection, options) : postgres({ ...connection, ...options });
  await sql.unsafe(statement).finally(() => sql.end());
}

async function copyOf(template: string, beside: Connection): Promise<OwnDatabase> {
  const name = `muster_test_${randomBytes(6).toString('hex')}`;
  const connection = inDatabase(beside, name);
  await execute(beside, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    connection,
    name,
    url: urlOf(connection),
    drop: () => execute(beside, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

function inDatabase(connection: Connection, database: string): Connection {
  if (typeof connection !== 'string') return { ...connection, database };
  const url = new URL(connection);
  url.pathname = `/${database}`;
  return url.href;
}

function urlOf(connection: Connection): string {
  if (typeof connection === 'string') return connection;
  const { host, port, user, password, database } = connection;
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return host.startsWith('/')
    ? `postgres://${account}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `postgres://${account}@${host}:${port}/${database}`;
}
