import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../src/database/connect.ts';
import { startEmbeddedDatabase } from '../../src/database/embedded/start.ts';
import { migrate } from '../../src/database/migrate.ts';
import { ensureFirstAdministrator } from '../../src/services/tenants/first-administrator.ts';
import { createTemplate, execute } from './database.ts';

/** The account of tenant DEFAULT that every test finds. */
const ADMINISTRATOR = { username: 'admin', password: 'admin', isLocal: true };

/**
 * Gives the tests a database: the one of DATABASE_URL, or an embedded one of their own that goes with them; and a folder
 * that goes with them, too.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  const { connection, stop } = await openDatabase(folder);
  let dropTemplate = async () => {};
  const tearDown = async () => {
    await dropTemplate();
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await migrate(connection, async ({ database }) => {
      await ensureFirstAdministrator(database, ADMINISTRATOR, new Date());
    });
    const template = await createTemplate(connection);
    dropTemplate = template.drop;
    process.env['MUSTER_TEST_TEMPLATE'] = template.name;
  } catch (error) {
    await tearDown();
    throw error;
  }
  // The workers inherit the environment.
  process.env['MUSTER_TEST_DATABASE'] = JSON.stringify(connection);
  process.env['MUSTER_TEST_FOLDER'] = folder;
  return tearDown;
}

async function openDatabase(folder: string): Promise<{ connection: Connection; stop: () => Promise<void> }> {
  const external = process.env['DATABASE_URL'];
  if (external) return { connection: external, stop: async () => {} };

  const { connection, dataDir, stop } = await startEmbeddedDatabase({ dataDir: join(folder, 'data') });
  await neverSync(connection);
  return {
    connection,
    async stop() {
      await stop();
      // For root the data lies elsewhere.
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Nothing of this cluster must outlive the run, so nothing waits for the disk. Done here and by SQL, so that the embedded
 * database has no setting by which a server could lose what it acknowledged.
 */
async function neverSync(connection: Connection): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await execute(connection, `ALTER SYSTEM SET ${setting} = off`);
  await execute(connection, 'SELECT pg_reload_conf()');
}
