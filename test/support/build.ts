import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openPool } from '../../src/database/connect.ts';
import { testConnection } from './database.ts';

/** Builds the server. Test files take turns: none may run what another is writing. */
export async function buildServer(): Promise<void> {
  const pool = openPool(testConnection(), { connections: 1, prepare: false });
  try {
    await pool.client`SELECT pg_advisory_lock(hashtext('build'))`;
    await promisify(execFile)('npm', ['run', '--silent', 'build']);
  } finally {
    await pool.close();
  }
}
