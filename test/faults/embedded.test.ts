import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { beginWrites } from './writes.ts';

/* The database that comes with the server, killed while it serves. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 }); // a busy disk makes initdb slow

beforeAll(buildServer);
afterAll(cleanUp);

/** The process of the database's server, as its start line and its lock say. */
async function postmasterOf(server: Served): Promise<number> {
  const dataDir = /(?:"data":"|^ {2}data +)([^"\n]+)/m.exec(server.stdout())![1]!;
  const lock = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  return Number.parseInt(lock, 10);
}

/** Where nobody reaps orphans it stays as a zombie. */
async function hasEnded(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.includes(') Z ');
}

const told = (server: Served) => server.stdout().match(/the embedded database had ended/g)?.length ?? 0;

test.each(['1', '2'])(
  'a postmaster that is killed is started again, however often, while %s processes serve',
  async (workers) => {
    const server = await start(makeFolder(), { NODE_ENV: 'production', MUSTER_WORKERS: workers });
    const writes = beginWrites(server, 5);
    for (const round of [1, 2, 3]) {
      await writes.some(20);
      process.kill(await postmasterOf(server), 'SIGKILL');
      await until(() => told(server) === round);
    }
    await writes.some(20);
    const { acknowledged, statuses } = await writes.end();
    expect(Object.keys(statuses).filter((status) => !['201', '503'].includes(status))).toEqual([]);
    // The process that answers may be another than those that have written, and some moments behind them.
    const total = await until(async () => (await server.admin('/rest/v1/targets?limit=1')).json.total);
    expect(total).toBeGreaterThanOrEqual(acknowledged.length);
    const postmaster = await postmasterOf(server);
    await stop(server);
    expect(told(server)).toBe(3);
    // And it ends with the server, as ever.
    await until(() => hasEnded(postmaster));
  },
);
