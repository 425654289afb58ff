import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { clientOf } from '../support/server.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { openProxy } from './proxy.ts';

/* Processes on one database, of which one is frozen, or is gone before it told the others what it did. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 });

/** After this a process counts as silent. */
const SILENT_MS = 3_000;

let cluster: Cluster;
let here: Served;
let there: Served;
beforeAll(async () => {
  [cluster] = await Promise.all([newCluster(), buildServer()]);
  const environment = { DATABASE_URL: cluster.url, NODE_ENV: 'production' };
  here = await start(makeFolder(), environment);
  there = await start(makeFolder(), environment);
});
afterAll(cleanUp);

const newDevice = (controllerId: string) =>
  here.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId, securityToken: 'old' }] });
const poll = async (server: Served, controllerId: string, token: string) =>
  (await clientOf(server, `TargetToken ${token}`)(`/DEFAULT/controller/v1/${controllerId}`)).status;
/** Polls until the answers come from memory. */
const remember = async (server: Served, controllerId: string) => {
  for (let n = 0; n < 3; n++) expect(await poll(server, controllerId, 'old')).toBe(200);
};

test('one that was frozen trusts nothing that it remembered', async () => {
  await newDevice('a');
  await remember(there, 'a');
  there.kill('SIGSTOP');
  const token = { method: 'PUT', json: { securityToken: 'new' } };
  expect((await here.admin('/rest/v1/targets/a', token)).status).toBe(200);
  // These are received before any announcement is.
  const polls = Array.from({ length: 20 }, () => poll(there, 'a', 'old'));
  await new Promise((resolve) => setTimeout(resolve, SILENT_MS + 500));
  there.kill('SIGCONT');
  expect(new Set(await Promise.all(polls))).toEqual(new Set([401]));
  expect(await poll(there, 'a', 'new')).toBe(200);
});

test.each(['is cut', 'carries nothing any more'])(
  'one whose connection for announcements %s takes no old token, and gives no old answer, after 3 s',
  async (how) => {
    const proxy = await openProxy(cluster.connection);
    const environment = { DATABASE_URL: cluster.url, DATABASE_DIRECT_URL: proxy.url, NODE_ENV: 'production' };
    const deaf = await start(makeFolder(), environment);
    const ids = Array.from({ length: 20 }, (_, n) => `${how.length}-${n}`);
    for (const id of ids) await newDevice(id);
    await Promise.all(ids.map((id) => remember(deaf, id)));

    if (how === 'is cut')
      await cluster.ask(
        (sql) =>
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'muster listener'`,
      );
    else expect(proxy.forget('muster listener')).toBe(1);
    const late: string[] = [];
    let refused = 0;
    const change = async (id: string) => {
      const json = { securityToken: 'new' };
      expect((await here.admin(`/rest/v1/targets/${id}`, { method: 'PUT', json })).status).toBe(200);
      const changedAt = performance.now();
      for (;;) {
        const sentAt = performance.now();
        const status = await poll(deaf, id, 'old');
        if (status === 401) break;
        if (sentAt - changedAt > SILENT_MS)
          return late.push(`${id}: ${status} after ${sentAt - changedAt} ms`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(await poll(deaf, id, 'new')).toBe(200);
      return refused++;
    };
    await Promise.all(ids.map(change));
    expect(late).toEqual([]);
    expect(refused).toBe(ids.length);
    await stop(deaf);
    await proxy.close();
  },
);

test('the others forget what they remember when one is gone without a word', async () => {
  await newDevice('b');
  await remember(here, 'b');
  // As a process does that is killed between its commit and its announcement.
  await cluster.ask((sql) => sql`UPDATE targets SET security_token = 'new' WHERE controller_id = 'b'`);
  expect(await poll(here, 'b', 'old')).toBe(200);
  there.kill('SIGKILL');
  await until(async () => (await poll(here, 'b', 'old')) === 401);
  expect(await poll(here, 'b', 'new')).toBe(200);
});
