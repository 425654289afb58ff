import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate, UnfitDatabaseError } from '../../src/database/migrate.ts';
import { createDatabase, type OwnDatabase } from '../support/database.ts';

const role = `muster_test_${randomBytes(6).toString('hex')}`;
let database: OwnDatabase;
let superuser: postgres.Sql;
const options = { max: 1, onnotice: () => {} };

beforeAll(async () => {
  database = await createDatabase();
  const { connection } = database;
  superuser =
    typeof connection === 'string' ? postgres(connection, options) : postgres({ ...connection, ...options });
  await superuser.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'a-quiet-secret'`);
});

afterAll(async () => {
  await superuser.unsafe(`DROP OWNED BY ${role} CASCADE`);
  await superuser.unsafe(`DROP ROLE ${role}`);
  await superuser.end();
  await database.drop();
});

/** The database as the role sees it, which is no superuser. */
function asRole() {
  const { connection } = database;
  if (typeof connection !== 'string') return { ...connection, user: role, password: 'a-quiet-secret' };
  const url = new URL(connection);
  url.username = role;
  url.password = 'a-quiet-secret';
  return url.href;
}

it('refuses a role that may not create the extensions, in one line', async () => {
  const failure = await migrate(asRole(), async () => {}).catch((error) => error);
  expect(failure).toBeInstanceOf(UnfitDatabaseError);
  expect(failure.message).toMatch(
    /^[^\n]*may not create the extension pg_trgm: grant it CREATE on database muster_test_[^\n]*$/,
  );
});

it('needs no superuser', async () => {
  await superuser.unsafe(`GRANT CREATE ON DATABASE ${new URL(database.url).pathname.slice(1)} TO ${role}`);
  await superuser.unsafe(`GRANT CREATE ON SCHEMA public TO ${role}`);
  await expect(migrate(asRole(), async () => {})).resolves.toBeUndefined();
});

it('refuses a database that a newer Muster has changed, in one line', async () => {
  const { connection, drop } = await createDatabase();
  try {
    await migrate(connection, async () => {});
    await migrate(connection, async ({ client }) => {
      await client`
        INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('of a later version', 9999999999999)`;
    });
    const failure = await migrate(connection, async () => {}).catch((error) => error);
    expect(failure).toBeInstanceOf(UnfitDatabaseError);
    expect(failure.message).toMatch(/^The database was brought up to date by a newer Muster[^\n]*$/);
  } finally {
    await drop();
  }
});
