import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { clientOf } from '../support/server.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { beginLives, lostOf } from './lives.ts';
import { hasPooler, openPooler, type Pooler } from './pooler.ts';

/* A pooler in transaction mode between two servers and their database, with fewer connections than they have. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** Two servers would open 26. */
const CONNECTIONS = 20;
const THERE = hasPooler();
if (!THERE) console.log('Left out, as there is no pgbouncer: the database behind a pooler.');

let cluster: Cluster;
let pooler: Pooler;
/** Of both servers. */
let artifacts: string;
beforeAll(async () => {
  if (!THERE) return;
  [cluster] = await Promise.all([newCluster(), buildServer()]);
  pooler = await openPooler(cluster, CONNECTIONS);
  artifacts = makeFolder();
});
afterAll(async () => {
  await pooler?.stop();
  await cleanUp();
});

const open = async (settings: Record<string, string> = {}) => {
  const environment = {
    DATABASE_URL: pooler.url,
    MUSTER_ARTIFACTS: artifacts,
    NODE_ENV: 'production',
    ...settings,
  };
  const server = await start(makeFolder(), environment);
  onTestFinished(async () => server.kill('SIGKILL'));
  return server;
};
const warnings = ({ stdout }: Served) => stdout().match(/the database is behind a pooler/g)?.length ?? 0;

test.runIf(THERE)('all of it works, nothing is lost, and servers hear of each other', async () => {
  const [here, there] = await Promise.all([1, 2].map(() => open({ DATABASE_DIRECT_URL: cluster.url })));
  const [one, other] = [here!, there!];
  expect([warnings(one), warnings(other)]).toEqual([0, 0]);
  const lives = [await beginLives(one, 6), await beginLives(other, 6)];
  for (const each of lives) await each.some(40);

  const json = [{ controllerId: 'a', securityToken: 'old' }];
  expect((await one.admin('/rest/v1/targets', { method: 'POST', json })).status).toBe(201);
  const poll = async (token: string) =>
    (await clientOf(other, `TargetToken ${token}`)('/DEFAULT/controller/v1/a')).status;
  for (let n = 0; n < 3; n++) expect(await poll('old')).toBe(200);
  const changed = { method: 'PUT', json: { securityToken: 'new' } };
  expect((await one.admin('/rest/v1/targets/a', changed)).status).toBe(200);
  await until(async () => (await poll('old')) === 401);
  expect(await poll('new')).toBe(200);

  // Away, and back: the pooler tells the servers so in its own words.
  await cluster.stop('SIGQUIT');
  const before = lives.map(({ disturbed }) => disturbed());
  await until(() => lives.every(({ disturbed }, at) => disturbed() > before[at]! + 5));
  await cluster.start();
  for (const each of lives) await each.some(15);
  for (const each of lives) {
    const kept = await each.end();
    expect(kept.unexpected).toEqual([]);
    expect(await cluster.ask((sql) => lostOf(kept, sql, one.admin))).toEqual([]);
  }
  for (const server of [one, other]) await stop(server);
});

test.runIf(THERE)('without a direct way to the database it says what is missing', async () => {
  const server = await open();
  expect(warnings(server)).toBe(1);
  const { status } = await server.admin('/rest/v1/targets?limit=1');
  expect(status).toBe(200);
});
