import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { SERVER } from '../../src/database/peers.ts';
import { DatabaseUnavailableError } from '../../src/database/unavailable.ts';
import { openLog } from '../../src/log.ts';
import { openPools } from '../../src/pools.ts';
import { openAnnouncements } from '../../src/services/platform/announcements.ts';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { clientOf } from '../support/server.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { beginLives, lostOf } from './lives.ts';
import { hasPooler, openPooler, type Pooler } from './pooler.ts';
import { openProxy } from './proxy.ts';

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

/** The connections of a server to the pooler, or to a way to it. */
async function openLinks(url = pooler.url) {
  const config = readConfig({ DATABASE_URL: url, DATABASE_POOL_SIZE: '3' });
  const pools = await openPools(config, { connection: url, direct: cluster.url }, openLog('fatal', true));
  onTestFinished(pools.close);
  return pools.pool.client;
}

test.runIf(THERE)('a statement sent while another runs is answered, too', async () => {
  const client = await openLinks();
  const wanted = Array.from({ length: 12 }, (_, at) => at);
  // Without parameters it is sent in one piece, with them in two.
  const answers = wanted.map(async (at) => {
    if (at % 2) return (await client.unsafe('SELECT $1::int AS at', [at]))[0]!['at'];
    return (await client.unsafe(`SELECT ${at} AS at FROM pg_sleep(0.1)`))[0]!['at'];
  });
  expect(await Promise.all(answers)).toEqual(wanted);
});

test.runIf(THERE)(
  'a connection that carries nothing any more is given up, one that works is not',
  async () => {
    const network = await openProxy(pooler.connection);
    const [forgotten, working] = [await openLinks(network.url), await openLinks()];
    await forgotten.unsafe('SELECT 1');
    expect(network.forget(SERVER)).toBeGreaterThan(0);
    const [lost, long] = await Promise.allSettled([
      forgotten.unsafe('SELECT 3'),
      working.unsafe('SELECT 4 AS n FROM pg_sleep(10)'),
    ]);
    expect(lost).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailableError) });
    expect(long).toMatchObject({ status: 'fulfilled', value: [{ n: 4 }] });
    await network.close();
  },
);

/** What a process has open to the database, and nothing that takes processor time. */
async function openLightProcess() {
  const config = readConfig({ DATABASE_URL: pooler.url });
  const pools = await openPools(
    config,
    { connection: pooler.url, direct: cluster.url },
    openLog('fatal', true),
  );
  const failures: unknown[] = [];
  const announcements = await openAnnouncements(cluster.connection, pools.pool, (error) =>
    failures.push(error),
  );
  const heard = new Set<number>();
  announcements.subscribe({
    changed() {},
    everything() {},
    rollouts({ rolloutIds }) {
      for (const id of rolloutIds) heard.add(id);
    },
  });
  onTestFinished(async () => {
    await announcements.close();
    await pools.close();
    expect(failures).toEqual([]);
  });
  return { announcements, heard, client: pools.pool.client, links: () => pools.pool.use().open };
}

test.runIf(THERE)('fifty processes use the connections of its pool, and one each beside it', async () => {
  const fifty: Awaited<ReturnType<typeof openLightProcess>>[] = [];
  // One after the other: five hundred sign-ins at a time keep this process and the pooler busy for seconds.
  for (let n = 0; n < 50; n++) {
    const opened = await openLightProcess();
    const hold = () => opened.client.begin(async (tx) => tx.unsafe('SELECT pg_sleep(0.01)'));
    await Promise.all(Array.from({ length: 10 }, hold));
    fifty.push(opened);
  }
  /** Connections to the database by what they are for. */
  const connections = async () => {
    const rows = await cluster.ask<{ kind: string; count: number }>(
      (sql) => sql`
        SELECT CASE application_name WHEN 'muster listener' THEN 'listeners' ELSE 'lent' END AS kind, count(*)::int
        FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'tester' GROUP BY 1`,
    );
    return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
  };
  const seen: Record<string, number>[] = [];
  const works = fifty.map(async ({ client }, at) => {
    for (let n = 0; n < 8; n++) {
      const sent = `${at}/${n}`;
      const [row] = await client.begin(async (tx) => {
        await tx.unsafe('SELECT pg_sleep(0.005)');
        return tx.unsafe('SELECT $1::text AS sent', [sent]);
      });
      expect(row!['sent']).toBe(sent);
    }
  });
  let done = false;
  const all = Promise.all(works).finally(() => {
    done = true;
  });
  while (!done) seen.push(await connections());
  await all;
  for (const { lent, listeners } of seen) {
    expect(lent).toBeLessThanOrEqual(CONNECTIONS);
    expect(listeners).toBe(fifty.length);
  }
  expect(Math.max(...seen.map(({ lent }) => lent!))).toBe(CONNECTIONS);
  const links = fifty.reduce((sum, process) => sum + process.links(), 0);
  expect(links).toBeGreaterThan(10 * CONNECTIONS);
  // All hear of each other.
  fifty.forEach(({ announcements }, at) => {
    announcements.announceRollouts({ tenantId: 1, rolloutIds: [at + 1] });
  });
  await until(() => fifty.every(({ heard }) => heard.size === fifty.length));
});

test.runIf(THERE)('without a direct way to the database it says what is missing', async () => {
  const server = await open();
  expect(warnings(server)).toBe(1);
  const { status } = await server.admin('/rest/v1/targets?limit=1');
  expect(status).toBe(200);
});
