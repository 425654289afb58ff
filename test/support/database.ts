import type { Connection } from '../../src/database/connect.ts';

/** The database that tests may use, as the test run's set-up left it in the environment. */
export function testConnection(): Connection {
  const connection = process.env['MUSTER_TEST_DATABASE'];
  if (!connection) throw new Error('MUSTER_TEST_DATABASE is not set.');
  return JSON.parse(connection);
}
