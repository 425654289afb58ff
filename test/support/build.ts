import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openPool } from '../../src/database/connect.ts';
import { bundle } from './bundle.ts';
import { commonConnection } from './database.ts';
import { testFolder } from './folder.ts';

/** The built server as operators start it. */
export const BUILT_SERVER = join(process.cwd(), 'dist', 'main.js');
/** The built command `muster`. */
export const BUILT_COMMAND = join(process.cwd(), 'dist', 'cli', 'main.js');

const bundleFolder = () => join(testFolder(), 'server');
/** The same in few files, so that they start sooner. */
export const bundledServer = () => join(bundleFolder(), 'main.js');
export const bundledCommand = () => join(bundleFolder(), 'cli', 'main.js');

/** Builds the server, once in a run of the tests. */
export const buildServer = () =>
  buildOnce('server', async () => {
    // Its types are what `npm run types` checks; to check them here, too, takes four times as long.
    await run('build:server', '--noCheck');
    await bundle([BUILT_SERVER, BUILT_COMMAND], bundleFolder());
  });

/** Builds what browsers get, once in a run of the tests: the console and GraphiQL. */
export const buildConsole = () => buildOnce('console', () => run('build:console'));

async function run(script: string, ...args: string[]): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', script, '--', ...args]);
}

/** Whoever comes first builds it, the others wait for it. */
async function buildOnce(what: string, build: () => Promise<void>): Promise<void> {
  const built = join(testFolder(), `built-${what}`);
  const pool = openPool(commonConnection(), { connections: 1, prepare: false });
  try {
    await pool.client`SELECT pg_advisory_lock(hashtext(${`build ${what}`}))`;
    if (existsSync(built)) return;
    await build();
    writeFileSync(built, '');
  } finally {
    await pool.close();
  }
}
