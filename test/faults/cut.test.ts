import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { beginWrites } from './writes.ts';

/* The server in a process of its own: that it lives is the first thing to be shown. */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 90_000 });

const CUTS = 100;
/** Each cut makes as many processes of PostgreSQL begin, which is what takes time. Writers are more, so that some wait. */
const POOL = 4;
const WRITERS = 12;

let cluster: Cluster;
let server: Served;
let ended: number | string | undefined;
beforeAll(async () => {
  [cluster] = await Promise.all([newCluster(), buildServer()]);
  server = await start(makeFolder(), {
    DATABASE_URL: cluster.url,
    DATABASE_POOL_SIZE: String(POOL),
    NODE_ENV: 'production',
  });
  void server.ended.then((code) => {
    ended = code;
  });
});
afterAll(cleanUp);

const toldOf = () => server.stdout().match(/the database is (lost|back)/g) ?? [];

async function endWrites(writes: ReturnType<typeof beginWrites>): Promise<void> {
  const { acknowledged, statuses, withoutRetryAfter } = await writes.end();
  expect(ended, server.stderr()).toBeUndefined();
  expect(Object.keys(statuses).filter((status) => !['201', '503'].includes(status))).toEqual([]);
  expect(statuses['503'], 'it was disturbed').toBeGreaterThan(0);
  expect(withoutRetryAfter).toBe(0);
  const rows = await cluster.ask(
    async (sql) => await sql<{ id: string }[]>`SELECT controller_id AS id FROM targets`,
  );
  const there = new Set(rows.map(({ id }) => id));
  expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
}

test('it lives through a hundred cuts of all its connections, and loses nothing that it acknowledged', async () => {
  const writes = beginWrites(server, WRITERS);
  for (let cut = 0; cut < CUTS && ended === undefined; cut++) {
    await cluster.cutAll();
    // Sometimes at once, while connections are being opened.
    if (cut % 3) await writes.some(5, () => ended !== undefined);
  }
  await endWrites(writes);
});

test('so it does through restarts', async () => {
  const writes = beginWrites(server, WRITERS);
  for (const [round, how] of (['SIGINT', 'SIGQUIT', 'SIGKILL', 'SIGINT'] as const).entries()) {
    await writes.some(50, () => ended !== undefined);
    await cluster.stop(how);
    // A server that is there again at once may never be missed.
    await until(() => toldOf().length > 2 * round || ended !== undefined);
    await cluster.start();
  }
  await writes.some(50, () => ended !== undefined);
  await endWrites(writes);
  await stop(server);
  expect(toldOf(), server.stdout()).toEqual(
    Array.from({ length: 8 }, (_, n) => `the database is ${n % 2 ? 'back' : 'lost'}`),
  );
});
