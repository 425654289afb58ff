import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { beginWrites } from './writes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 }); // a busy disk makes initdb slow

const CUTS = 100;
const WRITERS = 30;

let cluster: Cluster;
let server: Served;
beforeAll(async () => {
  [cluster] = await Promise.all([newCluster(), buildServer()]);
  server = await start(makeFolder(), { DATABASE_URL: cluster.url, NODE_ENV: 'production' });
});
afterAll(async () => {
  await cleanUp();
});

test('it lives through a hundred cuts of all its connections, and loses nothing that it acknowledged', async () => {
  const writes = beginWrites(server, WRITERS);
  for (let cut = 0; cut < CUTS; cut++) {
    await cluster.cutAll();
    // Enough for new connections to be in the midst of something, or of being opened.
    await writes.some(cut % 3 ? 5 : 40);
  }
  const { acknowledged, statuses } = await writes.end();
  expect(Object.keys(statuses).sort()).toEqual(['201', '503']);
  const rows = await cluster.ask((sql) => sql<{ id: string }[]>`SELECT controller_id AS id FROM targets`);
  const there = new Set(rows.map(({ id }) => id));
  expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
});

test('so it does through restarts', async () => {
  const writes = beginWrites(server, WRITERS);
  for (const how of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    await writes.some(50);
    await cluster.stop(how);
    await cluster.start();
  }
  await writes.some(50);
  const { acknowledged, statuses } = await writes.end();
  expect(Object.keys(statuses).sort()).toEqual(['201', '503']);
  const rows = await cluster.ask((sql) => sql<{ id: string }[]>`SELECT controller_id AS id FROM targets`);
  const there = new Set(rows.map(({ id }) => id));
  expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
  await stop(server);
});
