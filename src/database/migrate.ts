import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { distribute } from './citus.ts';
import { type Client, type Database, openPool, type Pool } from './connect.ts';
import type { Connection } from './connection.ts';
import { STAYED_LOCKED } from './patience.ts';

/** The sources and the built server use the same files. */
const FOLDER = fileURLToPath(new URL('../../src/database/migrations', import.meta.url));
/** Any number, but the same for every Muster. */
const LOCK = 0x6d757374;

const LEAST_VERSION = 150_000;
/** For the indexes of filters. The owner of a database may create both. */
const EXTENSIONS = ['pg_trgm', 'btree_gin'];

/** A database that Muster can't work on; the message is one line for the operator. */
export class UnfitDatabaseError extends Error {}

/**
 * Brings the database up to date by these migrations, then does `afterwards`. Only one process at a time does this;
 * servers of another version may work on the database meanwhile. On Citus
 * it distributes the tables at last, with the rows that they have then.
 * @throws UnfitDatabaseError if its version, encoding, letter case or extensions don't fit.
 */
export async function migrate(
  connection: Connection,
  afterwards: (pool: Pool) => Promise<void>,
  some = migrations(),
): Promise<void> {
  const pool = openPool(connection, { connections: 3, prepare: false });
  try {
    await refuseUnfit(pool.client);
    await refuseMissingExtensions(pool.client);
    await pool.client.begin(async (transaction) => {
      await transaction.unsafe('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      await refuseNewer(pool.client);
      await apply(pool.database, some);
      await afterwards(pool);
      await distribute(pool.client);
    });
  } finally {
    await pool.close();
  }
}

export const migrations = (): MigrationMeta[] => readMigrationFiles({ migrationsFolder: FOLDER });

/** What Drizzle's own function does, which takes no part of the migrations. */
interface Migrating {
  dialect: {
    migrate(
      migrations: MigrationMeta[],
      session: unknown,
      config: { migrationsFolder: string },
    ): Promise<void>;
  };
  session: unknown;
}

/**
 * A migration waits so long at most for those who use a table: all who come later wait behind it. Then it lets them go,
 * and tries again.
 */
const LOCK_WITHIN = `SET LOCAL lock_timeout = '1s'`;
/**
 * On Citus a new table is not distributed yet: it may refer to one that is, or that each node has, and Citus is not to make
 * more of that. Elsewhere nobody reads these settings.
 */
const OF_CITUS = `
  SELECT set_config('citus.enable_local_reference_table_foreign_keys', 'off', true),
         set_config('citus.multi_shard_modify_mode', 'sequential', true)`;
const TRIES = 60;
/** Or deadlock_detected: all of it was undone. */
const AGAIN = new Set([STAYED_LOCKED, '40P01']);
const codeOf = (error: unknown) => {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return cause?.code ?? code ?? '';
};

async function apply(database: Database, some: readonly MigrationMeta[]): Promise<void> {
  const { dialect, session } = database as unknown as Migrating;
  const patient = some.map((one) => ({ ...one, sql: [LOCK_WITHIN, OF_CITUS, ...one.sql] }));
  for (let attempt = 1; ; attempt++) {
    try {
      return await dialect.migrate(patient, session, { migrationsFolder: FOLDER });
    } catch (error) {
      if (!AGAIN.has(codeOf(error)) || attempt === TRIES) throw error;
      await pause(250 + 250 * Math.random());
    }
  }
}

async function refuseUnfit(client: Client): Promise<void> {
  const [server] = await client<{ version: number; encoding: string; lowers: boolean }[]>`
    SELECT current_setting('server_version_num')::int AS version,
           current_setting('server_encoding') AS encoding,
           current_setting('server_encoding') = 'UTF8' AND lower(U&'\\00C4') = U&'\\00E4' AS lowers`;
  if (!server) throw new UnfitDatabaseError('The database does not answer.');
  if (server.version < LEAST_VERSION)
    throw new UnfitDatabaseError(
      `PostgreSQL 15 or newer is needed; the server has ${server.version / 10_000}.`,
    );
  if (server.encoding !== 'UTF8')
    throw new UnfitDatabaseError(`The database's encoding must be UTF8; it is ${server.encoding}.`);
  if (!server.lowers)
    throw new UnfitDatabaseError(
      "The database's locale cannot turn Ä into ä: create it with a UTF-8 locale, for example C.UTF-8 of the builtin or ICU provider.",
    );
}

/**
 * Makes sure that it is a database of this very version, and changes nothing.
 * @throws UnfitDatabaseError
 */
export async function requireCurrent(connection: Connection, where: string): Promise<void> {
  const { client, close } = openPool(connection, { connections: 1, prepare: false });
  try {
    const last = await lastMigration(client);
    if (last === undefined) throw new UnfitDatabaseError(`The database ${where} has no data of Muster.`);
    if (last > newestKnown()) throw new UnfitDatabaseError(NEWER);
    if (last < newestKnown())
      throw new UnfitDatabaseError(
        `The database ${where} is of an older Muster: bring it up to date with \`muster migrate\`, or use that version.`,
      );
  } finally {
    await close();
  }
}

const NEWER =
  'The database was brought up to date by a newer Muster: start that version or a newer one, or restore a backup of before.';

/** Refuses a database whose tables a newer Muster has changed: that one may not understand what this one writes. */
async function refuseNewer(client: Client): Promise<void> {
  if (((await lastMigration(client)) ?? 0) > newestKnown()) throw new UnfitDatabaseError(NEWER);
}

/** When the last migration of a database was made; undefined if it has none. */
async function lastMigration(client: Client): Promise<number | undefined> {
  const [there] = await client`SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS migrated`;
  if (!there?.['migrated']) return undefined;
  const [last] = await client<{ at: string | null }[]>`
    SELECT max(created_at)::text AS at FROM drizzle.__drizzle_migrations`;
  return last?.at ? Number(last.at) : undefined;
}

/** When the newest migration of this version was made. */
export const newestKnown = (): number => Math.max(...migrations().map((one) => one.folderMillis));

async function refuseMissingExtensions(client: Client): Promise<void> {
  const missing = await client<{ name: string; there: boolean; allowed: boolean; database: string }[]>`
    SELECT name,
           EXISTS (SELECT FROM pg_available_extensions AS a WHERE a.name = wanted.name) AS there,
           has_database_privilege(current_database(), 'CREATE') AS allowed,
           current_database() AS database
    FROM unnest(${EXTENSIONS}::text[]) AS wanted(name)
    WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = name)`;
  for (const { name, there, allowed, database } of missing) {
    if (!there)
      throw new UnfitDatabaseError(
        `PostgreSQL's extension ${name} is needed; the server has none (a package such as postgresql-contrib brings it).`,
      );
    if (!allowed)
      throw new UnfitDatabaseError(
        `The database's role may not create the extension ${name}: grant it CREATE on database ${database}, or create ${EXTENSIONS.join(' and ')} there as a superuser.`,
      );
  }
}
