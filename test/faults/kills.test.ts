import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { superuser } from '../../src/database/embedded/cluster.ts';
import {
  cleanUp,
  databasePid,
  freePort,
  makeFolder,
  type Served,
  socketOf,
  start,
  stop,
  workersOf,
} from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { beginLives, lostOf } from './lives.ts';

/*
 * Processes are killed while devices live. `MUSTER_FAULTS_KILLS=50 npm run test:faults -- kills` kills so many; by
 * default each kind is, once.
 */

const KILLS = Number(process.env['MUSTER_FAULTS_KILLS'] ?? 5);
const DEVICES = 6;
/** Steps that are acknowledged before the next kill. */
const BETWEEN = 25;

vi.setConfig({ testTimeout: 60_000 + KILLS * 30_000, hookTimeout: 180_000 });

let folder: string;
let settings: Record<string, string>;
let server: Served;
beforeAll(async () => {
  await buildServer();
  folder = makeFolder();
  settings = { NODE_ENV: 'production', MUSTER_WORKERS: '2', PORT: String(await freePort()) };
  server = await start(folder, settings);
});
afterAll(cleanUp);

const kill = (pid: number): void => void process.kill(pid, 'SIGKILL');

async function killAndStartServer(withDatabase: boolean): Promise<void> {
  const database = databasePid(folder)!;
  server.kill('SIGKILL');
  if (withDatabase) kill(database);
  await server.ended;
  server = await start(folder, settings);
}

/** A process of PostgreSQL that works for one connection: when it is killed, PostgreSQL cuts all and recovers. */
async function backendOf(postmaster: number): Promise<number> {
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  for (const pid of children.trim().split(' ').map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (/^postgres: \w+ muster /.test(command)) return pid;
  }
  throw new Error('nobody is connected');
}

const VICTIMS: [string, () => Promise<void>][] = [
  ['a worker', async () => kill((await workersOf(server.pid))[0]!)],
  ['PostgreSQL', async () => kill(databasePid(folder)!)],
  ['the server', () => killAndStartServer(false)],
  ['a process of PostgreSQL', async () => kill(await backendOf(databasePid(folder)!))],
  ['the server and PostgreSQL', () => killAndStartServer(true)],
];

test(`nothing that was acknowledged is lost in ${KILLS} kills`, async () => {
  const lives = await beginLives(server, DEVICES);
  for (let round = 0; round < KILLS; round++) {
    const [victim, end] = VICTIMS[round % VICTIMS.length]!;
    await lives.some(BETWEEN);
    await end().catch((error) => {
      throw new Error(`${victim}, round ${round}`, { cause: error });
    });
  }
  await lives.some(BETWEEN);
  const kept = await lives.end();

  expect(kept.unexpected).toEqual([]);
  expect(kept.disturbed).toBeGreaterThan(0);
  const { host, password } = socketOf(folder);
  const sql = postgres({ host, user: superuser, password, database: 'muster', max: 1 });
  const lost = await lostOf(kept, sql, server.admin).finally(() => sql.end());
  const { disturbed, unexpected: _, ...acknowledged } = kept;
  const counts = Object.entries(acknowledged).map(([kind, list]) => `${list.length} ${kind}`);
  console.log(`${KILLS} kills: acknowledged ${counts.join(', ')}; ${disturbed} without; ${lost.length} lost`);
  expect(lost).toEqual([]);
  await stop(server);
});
