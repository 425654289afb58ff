import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { cleanUp, makeFolder, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { clientOf } from '../support/server.ts';
import { type Cluster, newCluster } from './cluster.ts';

/* A server that is asked to end while the database does not finish what it works on. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let cluster: Cluster;
beforeAll(async () => {
  [cluster] = await Promise.all([newCluster(), buildServer()]);
});
afterAll(cleanUp);

test('work that waits for a lock is cut off, and the end is in order', async () => {
  const server = await start(makeFolder(), { DATABASE_URL: cluster.url, NODE_ENV: 'production' });
  onTestFinished(async () => server.kill('SIGKILL'));
  const json = [{ controllerId: 'a', securityToken: 'a' }];
  expect((await server.admin('/rest/v1/targets', { method: 'POST', json })).status).toBe(201);
  const poll = () => clientOf(server, 'TargetToken a')('/DEFAULT/controller/v1/a');
  expect((await poll()).status).toBe(200);

  await cluster.ask(async (sql) => {
    await sql.unsafe('BEGIN; LOCK TABLE target_polls IN ACCESS EXCLUSIVE MODE');
    expect((await poll()).status, 'is remembered, and waits to be written').toBe(200);
    await until(async () => {
      const waiting = await cluster.ask((other) => other`SELECT FROM pg_locks WHERE NOT granted`);
      return waiting.length > 0;
    });
    await stop(server);
    return [];
  });
  expect(server.stdout()).toContain('takes too long for the end: it is cut off');
  expect(server.stdout()).toContain('Muster has stopped');
});
