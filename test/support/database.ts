import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { openPool } from '../../src/database/connect.ts';
import type { Connection } from '../../src/database/connection.ts';
import { migrate } from '../../src/database/migrate.ts';
import { ensureFirstAdministrator } from '../../src/services/platform/tenants/first-administrator.ts';
import { createCitusDatabase, createPlainDatabase, dropCitusDatabase, IS_CITUS } from './citus.ts';

/** The account of tenant DEFAULT that every test finds. */
const ADMINISTRATOR = { username: 'admin', password: 'admin', isLocal: true };

/** What the set-up of the run left in the environment. */
function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}

/** What all test files have in common: nothing is stored there, but locks can be taken and databases be made beside it. */
export const commonConnection = (): Connection => JSON.parse(setting('MUSTER_TEST_DATABASE'));

/**
 * The database of this worker, with the administrator admin/admin. A worker runs one test file at a time, so that no
 * server of another file does anything here.
 */
export const testConnection = (): Connection =>
  inDatabase(commonConnection(), nameOf(setting('VITEST_POOL_ID')));

/** The same for servers with a secret key: where they serve, all that is secret of every tenant gets encrypted. */
export const encryptedConnection = (): Connection =>
  inDatabase(commonConnection(), encryptedName(setting('VITEST_POOL_ID')));

/** That one for DATABASE_URL. */
export const testDatabaseUrl = (): string => urlOf(testConnection());

export interface OwnDatabase {
  connection: Connection;
  /** The same for DATABASE_URL. */
  url: string;
  drop(): Promise<void>;
}

/** A fresh, empty database. */
export const createDatabase = () => copyOf('template1', randomName());

/** A database with all tables and no rows: not even the tenant DEFAULT. */
export const createMigratedDatabase = () => copyOf(nameOf('template'), randomName());

/** The same with the administrator admin/admin. */
export async function createAdministeredDatabase(name = randomName()): Promise<OwnDatabase> {
  const made = await copyOf(nameOf('template'), name);
  await addAdministrator(made);
  return made;
}

/** The same where the tests run on Citus, but as it was before: a plain one on the coordinator. */
export async function createUnspreadDatabase(): Promise<OwnDatabase> {
  const name = randomName();
  await createPlainDatabase(urlOf(commonConnection()), name);
  const made = ownDatabase(name);
  await migrate(made.connection, async () => {});
  await addAdministrator(made);
  return made;
}

async function addAdministrator({ connection }: OwnDatabase): Promise<void> {
  const { database, close } = openPool(connection, { connections: 1, prepare: false });
  await ensureFirstAdministrator(database, ADMINISTRATOR, new Date()).finally(close);
}

/** Makes the databases of this many workers, and what new ones are copied from, as that is faster than all migrations. */
export async function createWorkerDatabases(workers: number): Promise<{ drop(): Promise<void> }> {
  const template = await copyOf('template1', nameOf('template'));
  await migrate(template.connection, async () => {});
  const made = [template];
  for (let worker = 1; worker <= workers; worker++)
    for (const name of [nameOf(String(worker)), encryptedName(String(worker))])
      made.push(await createAdministeredDatabase(name));
  return {
    async drop() {
      for (const { drop } of made) await drop();
    },
  };
}

/** Executes a statement on a connection of its own. */
export async function execute(connection: Connection, statement: string): Promise<void> {
  const options = { max: 1, onnotice: () => {} };
  const sql =
    typeof connection === 'string' ? postgres(connection, options) : postgres({ ...connection, ...options });
  await sql.unsafe(statement).finally(() => sql.end());
}

const nameOf = (what: string) => `muster_test_${setting('MUSTER_TEST_RUN')}_${what}`;
const encryptedName = (worker: string) => nameOf(`${worker}_encrypted`);
const randomName = () => nameOf(randomBytes(6).toString('hex'));

async function copyOf(template: string, name: string): Promise<OwnDatabase> {
  const common = commonConnection();
  const own = ownDatabase(name);
  if (IS_CITUS) {
    // A copy of a database would have the shards of the first.
    await createCitusDatabase(urlOf(common), name);
    if (template !== 'template1') await migrate(own.connection, async () => {});
  } else await execute(common, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return own;
}

function ownDatabase(name: string): OwnDatabase {
  const common = commonConnection();
  const connection = inDatabase(common, name);
  return {
    connection,
    url: urlOf(connection),
    drop: () =>
      IS_CITUS
        ? dropCitusDatabase(urlOf(common), name)
        : execute(common, `DROP DATABASE ${name} WITH (FORCE)`),
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
