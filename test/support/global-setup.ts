import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Connection } from '../../src/database/connection.ts';
import type { EmbeddedConnection } from '../../src/database/embedded/session.ts';
import { startEmbeddedDatabase } from '../../src/database/embedded/start.ts';
import { createWorkerDatabases, execute } from './database.ts';

/**
 * Gives the tests databases: beside the one of DATABASE_URL, or in an embedded cluster of their own that goes with them;
 * and a folder that goes with them, too.
 */
export default async function setUp({ vitest }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  const { connection, stop } = await openDatabase(folder);
  // The workers inherit the environment.
  process.env['MUSTER_TEST_DATABASE'] = JSON.stringify(connection);
  process.env['MUSTER_TEST_RUN'] = randomBytes(4).toString('hex');
  process.env['MUSTER_TEST_FOLDER'] = folder;
  let databases: { drop(): Promise<void> } | undefined;
  const tearDown = async () => {
    await databases?.drop();
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    databases = await createWorkerDatabases(vitest.config.maxWorkers);
  } catch (error) {
    await tearDown();
    throw error;
  }
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
 * Nothing of this cluster must outlive the run, so nothing waits for the disk, is compressed for it, or guards a password
 * against guesses by costing each of two thousand connections time. Done here and by SQL, so that the embedded database
 * has no setting by which a server could lose what it acknowledged.
 */
async function neverSync(connection: EmbeddedConnection): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await execute(connection, `ALTER SYSTEM SET ${setting} = off`);
  const { user, password } = connection;
  await execute(
    connection,
    `SET scram_iterations = 1; ALTER ROLE ${user} PASSWORD '${password}'; ALTER ROLE ${user} SET wal_compression = off`,
  );
  await execute(connection, 'SELECT pg_reload_conf()');
}
