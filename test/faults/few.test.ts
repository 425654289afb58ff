import postgres from 'postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { beginWrites } from './writes.ts';

/* A database with fewer connections than the pool would have. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 }); // a busy disk makes initdb slow

const ALLOWED = 14;
const WRITERS = 30;

let cluster: Cluster;
let server: Served;
beforeAll(async () => {
  const settings = { max_connections: ALLOWED, superuser_reserved_connections: 0, max_wal_senders: 0 };
  [cluster] = await Promise.all([newCluster(settings), buildServer()]);
  server = await start(makeFolder(), { DATABASE_URL: cluster.url, NODE_ENV: 'production' });
});
afterAll(cleanUp);

test('the pool is no larger than what is there, and says so in one line', () => {
  const lines = server.stdout().match(/the database allows [^"]*/g);
  expect(lines).toEqual([
    'the database allows 14 connections: the pool of each process has 7, not 10 as DATABASE_POOL_SIZE says',
  ]);
});

test('where others take the connections requests wait for those there are, and none is answered 500', async () => {
  const others = Array.from({ length: 6 }, () => postgres({ ...cluster.connection, max: 1 }));
  await Promise.allSettled(others.map((sql) => sql`SELECT 1`));
  const writes = beginWrites(server, WRITERS);
  await writes.some(300);
  await Promise.all(others.map((sql) => sql.end()));
  await writes.some(100);
  const { statuses } = await writes.end();
  expect(Object.keys(statuses)).toEqual(['201']);
  expect(server.stdout()).not.toMatch(/"level":"error"/);
  await stop(server);
});
