import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { SERVER } from '../../src/database/peers.ts';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { slowness } from '../support/pace.ts';
import { basic, clientOf, graphql } from '../support/server.ts';
import { openSocketClient } from '../support/socket.ts';
import { type Cluster, newCluster } from './cluster.ts';
import { askAll, type Told } from './doors.ts';
import { type BadNetwork, openProxy } from './proxy.ts';

/* A database that says nothing: frozen, or behind a network that carries nothing and closes nothing. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 }); // a busy disk makes initdb slow

const WITHIN_MS = 2_000 * slowness();
/** It is lost so often; and more often where it took longer each time, because the machine is shared. */
const TIMES = 2;
const TRIES = 8;

let cluster: Cluster;
beforeAll(async () => {
  [cluster] = await Promise.all([newCluster(), buildServer()]);
});
afterAll(cleanUp);

const environment = (url: string) => ({ DATABASE_URL: url, NODE_ENV: 'production' });
const linesOf = (server: Served) =>
  server
    .stdout()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { level: string; msg: string })
    .filter(({ level, msg }) => ['warn', 'error', 'fatal'].includes(level) || /the database is/.test(msg));
/** What it said of the database, and whatever else was wrong. */
const toldOf = (server: Served) =>
  linesOf(server)
    .map(({ msg }) => msg.replace(/ (after|allows) .*|: .*/, ''))
    .filter((msg) => !/has the password admin/.test(msg));

function expectUnavailable(told: Told[]): void {
  expect(told.map(({ door, status, retryAfter }) => ({ door, status, retryAfter }))).toEqual(
    told.map(({ door }) => ({ door, status: 503, retryAfter: '1' })),
  );
  for (const { json } of told.filter(({ door }) => door.startsWith('a GraphQL')))
    expect(json.errors[0].extensions.code).toBe('UNAVAILABLE');
}

/** Until a creation works again, in milliseconds. */
async function recovery(server: Served, id: string): Promise<number> {
  const began = performance.now();
  await until(async () => {
    const { status } = await server.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: id }],
    });
    return status === 201 || status === 409;
  });
  return performance.now() - began;
}

/** What WebSockets are closed with that can be opened again in a moment. */
const TRY_AGAIN_LATER = 1013;

/** The code by which a WebSocket is closed where somebody of whom nothing is remembered signs in. */
const closeOfSocket = (server: Served) =>
  new Promise<number>((resolve) => {
    const authorization = basic(randomUUID(), 'x');
    const client = openSocketClient(server, { connectionParams: { authorization } });
    const error = (event: unknown) => resolve((event as { code: number }).code);
    client.subscribe(
      { query: 'subscription { targetEvents { type } }' },
      { next() {}, error, complete() {} },
    );
  });

describe.each(['frozen', 'silent'] as const)('while the database is %s', (how) => {
  let proxy: BadNetwork;
  let server: Served;
  const lose = () => (how === 'frozen' ? cluster.freeze() : proxy.silence());
  const bringBack = () => (how === 'frozen' ? cluster.thaw() : proxy.restore());

  beforeAll(async () => {
    proxy = await openProxy(cluster.connection);
    server = await start(makeFolder(), environment(how === 'frozen' ? cluster.url : proxy.url));
  });
  afterEach(async () => {
    await bringBack();
    await recovery(server, randomUUID());
  });
  afterAll(async () => {
    await stop(server);
    await proxy.close();
  });

  test('every door says so within two seconds, and all is as before soon after it is back', async () => {
    const times: number[] = [];
    const recoveries: number[] = [];
    const isSoon = (each: number[]) => Math.min(...each) < WITHIN_MS;
    for (let round = 1; round <= TRIES; round++) {
      if (round > TIMES && isSoon(times) && isSoon(recoveries)) break;
      const before = toldOf(server).length;
      await lose();
      const told = await askAll(server);
      expectUnavailable(told);
      times.push(Math.max(...told.map(({ ms }) => ms)));
      // By now it is known.
      const later = await askAll(server);
      expectUnavailable(later);
      const ready = await server.admin('/health/ready');
      expect([ready.status, ready.json]).toEqual([503, { status: 'DOWN' }]);
      expect(await closeOfSocket(server)).toBe(TRY_AGAIN_LATER);
      await bringBack();
      recoveries.push(await recovery(server, `${how}-${round}`));
      expect((await server.admin('/health/ready')).status).toBe(200);
      for (const { door, status } of await askAll(server))
        expect([200, 201, 401, 404, 409], door).toContain(status);
      expect(toldOf(server).slice(before)).toEqual(['the database is lost', 'the database is back']);
    }
    expect(Math.min(...times)).toBeLessThan(WITHIN_MS);
    expect(Math.min(...recoveries)).toBeLessThan(WITHIN_MS);
  });

  test('subscriptions, announcements and jobs go on by themselves', async () => {
    const client = openSocketClient(server, { connectionParams: { authorization: basic('admin', 'admin') } });
    const events = client.iterate<{ targetEvents: { type: string; controllerId: string | null } }>({
      query: 'subscription { targetEvents(filter: "name==*") { type controllerId } }',
    }) as AsyncGenerator<{ data: { targetEvents: { type: string; controllerId: string | null } } }>;
    const nextEvent = async () => (await events.next()).value.data.targetEvents;
    expect((await nextEvent()).type).toBe('RESYNC');
    await lose();
    expectUnavailable(await askAll(server));
    await bringBack();
    const id = `${how}-watched`;
    await recovery(server, id);
    const seen: string[] = [];
    for (let event = await nextEvent(); ; event = await nextEvent()) {
      seen.push(event.type);
      if (event.controllerId === id || seen.length > 20) break;
      // What came while it was read anew is told by nothing but the word to read again: so another change.
      const admin = clientOf(server, basic('admin', 'admin'));
      await admin(`/rest/v1/targets/${id}`, { method: 'PUT', json: { description: `${seen.length}` } });
    }
    expect(seen.length).toBeLessThan(20);
    await client.dispose();
  });
});

test('polls that are answered from memory go on while the server is away', async () => {
  const server = await start(makeFolder(), environment(cluster.url));
  const { createTargets } = await graphql(
    server.admin,
    'mutation { createTargets(input: { targets: [{ controllerId: "remembered", securityToken: "t0ken" }] }) { userErrors { message } } }',
  );
  expect(createTargets.userErrors).toEqual([]);
  const headers = { authorization: 'TargetToken t0ken' };
  const poll = async () => (await server.device('/DEFAULT/controller/v1/remembered', { headers })).status;
  expect([await poll(), await poll()]).toEqual([200, 200]);
  await cluster.stop();
  await until(() => /the database is lost/.test(server.stdout()));
  const began = performance.now();
  // Longer than memory is relied on without a sign of the others.
  while (performance.now() - began < 4_000) {
    expect(await poll()).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await cluster.start();
  await recovery(server, 'after');
  expect(await poll()).toBe(200);
  await stop(server);
});

test('a connection that the network has forgotten is given up, and what took long is not', async () => {
  const proxy = await openProxy(cluster.connection);
  const server = await start(makeFolder(), environment(proxy.url));
  await recovery(server, 'known');
  // The locks of a test make a statement of the server's take long.
  let slow: Promise<{ status: number }> | undefined;
  await cluster.ask(
    async (sql) =>
      await sql.begin(async (tx) => {
        const rows = await tx`SELECT FROM targets WHERE controller_id = 'known' FOR UPDATE`;
        const json = { description: 'slow' };
        slow = server.admin('/rest/v1/targets/known', { method: 'PUT', json });
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        return rows;
      }),
  );
  expect((await slow!).status).toBe(200);
  expect(toldOf(server)).toEqual([]);

  expect(proxy.forget(SERVER)).toBeGreaterThan(0);
  expect(await recovery(server, 'forgotten')).toBeLessThan(15_000);
  expect(new Set(toldOf(server))).toEqual(new Set(['a connection to the database was given up']));
  await stop(server);
  await proxy.close();
});
