/** PostGraphile 5 beside Muster: installed from npm when it is wanted, in a folder that goes with the bench. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tracked } from './muster.mjs';

const SERVER = 'postgraphile-server.mjs';
/** It needs Node.js 22 or newer. */
const ON_NODE_24 = ['--yes', '--package', 'node@24', '--'];
const IN_PRODUCTION = { NODE_ENV: 'production', GRAPHILE_ENV: 'production' };

/** Starts one server process on the database of `connection` and waits until it listens. */
export async function startPostgraphile(connection) {
  const { folder, version, remove } = await install();
  const child = spawn('npx', [...ON_NODE_24, 'node', SERVER], {
    cwd: folder,
    env: { ...process.env, ...IN_PRODUCTION, CONNECTION: JSON.stringify(connection) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`PostGraphile ended with code ${code}`))),
  ]);
  const { port, pid } = JSON.parse(line);
  return tracked({
    version,
    port,
    pid,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      process.kill(pid);
      await ended;
      await remove();
    },
  });
}

async function install() {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-postgraphile-'));
  const { stop } = tracked({ stop: () => rm(folder, { recursive: true, force: true }) });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await copyFile(fileURLToPath(new URL(SERVER, import.meta.url)), join(folder, SERVER));
  const npm = [...ON_NODE_24, 'npm', 'install', '--no-audit', '--no-fund', 'postgraphile@5'];
  await promisify(execFile)('npx', npm, { cwd: folder });
  const installed = await readFile(join(folder, 'node_modules/postgraphile/package.json'), 'utf8');
  return { folder, version: JSON.parse(installed).version, remove: stop };
}
