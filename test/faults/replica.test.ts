import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cleanUp, makeFolder, type Served, start, stop, until } from '../e2e/lifecycle/support.ts';
import { buildServer } from '../support/build.ts';
import { graphql } from '../support/server.ts';
import { type Cluster, newCluster, newStandby } from './cluster.ts';

/* Two servers on one database, both with its streaming replica, which is late, stands still, freezes and dies. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let primary: Cluster;
let standby: Cluster;
let servers: Served[];
let one: Served;
let other: Served;

beforeAll(async () => {
  [primary] = await Promise.all([newCluster(), buildServer()]);
  standby = await newStandby(primary, { log_statement: 'all' });
  const artifacts = makeFolder();
  const environment = {
    DATABASE_URL: primary.url,
    DATABASE_READ_URL: standby.url,
    MUSTER_ARTIFACTS: artifacts,
    NODE_ENV: 'production',
  };
  servers = [await start(makeFolder(), environment), await start(makeFolder(), environment)];
  [one, other] = servers as [Served, Served];
  await isUsed();
});
afterAll(async () => {
  for (const server of servers ?? []) await stop(server);
  await cleanUp();
});

const replicaOf = async (server: Served) => (await server.device('/health/ready')).json.replica;
const all = async (state: string) => {
  await until(async () => (await Promise.all(servers.map(replicaOf))).every((one) => one === state));
};
const isUsed = () => all('USED');
const isLeftAside = () => all('LEFT_ASIDE');
/** How many calls were answered by the replica, and by the database. */
async function givenOf(server: Served) {
  const { text } = await server.device('/metrics');
  const of = (from: string) =>
    Number(new RegExp(`^muster_reads_total\\{from="${from}"\\} (\\d+)`, 'm').exec(text)?.[1]);
  return { replica: of('replica'), database: of('database') };
}
/** The statements that the replica got during some work. */
async function statementsDuring(work: () => Promise<unknown>): Promise<string> {
  const before = (await readFile(standby.place.logFile, 'utf8')).length;
  await work();
  return (await readFile(standby.place.logFile, 'utf8')).slice(before);
}

let made = 0;
async function create(server: Served): Promise<string> {
  const controllerId = `device-${++made}`;
  const { status } = await server.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId }] });
  expect(status).toBe(201);
  return controllerId;
}
const LIST =
  'query ($filter: String) { targets(filter: $filter, first: 1) { totalCount nodes { controllerId name tags { name } } } }';
const FILTERED = (id: string) => ({ filter: `controllerId==${id}` });
async function expectSeen(server: Served, id: string) {
  const { targets } = await graphql(server.admin, LIST, FILTERED(id));
  expect(targets.nodes.map((node: { controllerId: string }) => node.controllerId)).toEqual([id]);
  expect((await server.admin(`/rest/v1/targets/${id}`)).status).toBe(200);
  const exported = await server.admin(`/exports?filter=controllerId==${id}`);
  expect(exported.headers.get('x-total-count')).toBe('1');
}
/** Changes at one server and reads at each. */
async function writeAndSee(times: number) {
  for (let n = 0; n < times; n++) {
    const [writer, reader] = n % 2 ? [one, other] : [other, one];
    const id = await create(writer);
    await Promise.all([expectSeen(reader, id), expectSeen(writer, id)]);
    const name = `named ${n}`;
    await writer.admin(`/rest/v1/targets/${id}`, { method: 'PUT', json: { name } });
    const { targets } = await graphql(reader.admin, LIST, FILTERED(id));
    expect(targets.nodes[0].name).toBe(name);
  }
}
const totalAt = async (server: Served) =>
  (await graphql(server.admin, '{ targets { totalCount } }')).targets.totalCount;
/** Reads at both all the time. @returns what ends it, and gives the answers that were no 200 */
function keepReading() {
  let isOver = false;
  const bad: number[] = [];
  let count = 0;
  const readers = servers.map(async (server) => {
    while (!isOver) {
      const answers = await Promise.all([
        server.admin('/rest/v1/targets?limit=5'),
        server.admin('/graphql', { method: 'POST', json: { query: LIST } }),
      ]);
      for (const { status, json } of answers) if (status !== 200 || json.errors) bad.push(status);
      count += answers.length;
    }
  });
  return {
    count: () => count,
    async end() {
      isOver = true;
      await Promise.all(readers);
      return bad;
    },
  };
}
const onStandby = (text: string) => standby.ask((sql) => sql.unsafe(text));

const ANY = /^/;

test('lists, counts, exports and numbers are read there, and what decides who may do what never is', async () => {
  const id = await create(one);
  const calls: [name: string, statement: RegExp, call: () => Promise<unknown>][] = [
    ['a page and its total', /SELECT.+FROM.+"targets"/is, () => graphql(one.admin, LIST, FILTERED(id))],
    ['numbers', /"targets"/, () => graphql(one.admin, '{ fleetSummary { total registered overdue } }')],
    [
      'facets',
      /"targets"/,
      () => graphql(one.admin, '{ targetFacets(by: { kind: GROUP }) { facets { value count } } }'),
    ],
    [
      'history',
      /fleet_history/,
      () => graphql(one.admin, '{ fleetHistory(from: "2026-01-01T00:00:00Z", interval: DAY) { total } }'),
    ],
    ['a REST list', /"targets"/, () => one.admin('/rest/v1/targets?limit=3')],
    ['an export', /"targets"/, () => one.admin('/exports')],
    [
      'audit events',
      /audit_events/,
      () => graphql(one.admin, '{ auditEvents(first: 2) { nodes { type } } }'),
    ],
    ['accounts', ANY, () => graphql(one.admin, '{ users(first: 2) { nodes { username } } }')],
    ['roles', ANY, () => graphql(one.admin, '{ roles(first: 2) { nodes { name } } }')],
    ['a mutation', ANY, () => create(one)],
    ['a poll', ANY, () => one.device(`/DEFAULT/controller/v1/${id}`)],
  ];
  let texts = '';
  for (const [name, statement, call] of calls) {
    const text = await statementsDuring(call);
    expect(text, name).toMatch(statement);
    texts += text;
  }
  expect(texts).not.toMatch(/\b(users|roles|api_keys|sessions|tenant_configuration)\b/);
  expect((await givenOf(one)).replica).toBeGreaterThan(5);
  expect(await statementsDuring(() => create(one))).not.toMatch(/"targets"/);
});

test('what was written, at whichever server, is seen at once', async () => {
  const before = await givenOf(one);
  await writeAndSee(25);
  const after = await givenOf(one);
  expect(after.replica - before.replica).toBeGreaterThan(20);
});

describe('a replica that is late', () => {
  const delay = async (ms: number) => {
    await onStandby(`ALTER SYSTEM SET recovery_min_apply_delay = ${ms}`);
    await onStandby('SELECT pg_reload_conf()');
  };

  test.each([20, 400])('by %i ms hides nothing that was written', async (ms) => {
    await delay(ms);
    await writeAndSee(15);
    // Totals are remembered: one that was read too early would stay.
    let isCreated = false;
    const creating = Promise.all(Array.from({ length: 20 }, () => create(one))).finally(() => {
      isCreated = true;
    });
    while (!isCreated) await totalAt(other);
    await creating;
    await until(async () => (await totalAt(other)) === made && (await totalAt(one)) === made, 5_000);
    await delay(0);
    await isUsed();
  });

  test('that stands still is left aside at once, and taken up when it goes on', async () => {
    const reading = keepReading();
    await onStandby('SELECT pg_wal_replay_pause()');
    const id = await create(one);
    await Promise.all(servers.map((server) => expectSeen(server, id)));
    await isLeftAside();
    await writeAndSee(3);
    await onStandby('SELECT pg_wal_replay_resume()');
    await isUsed();
    expect(await reading.end()).toEqual([]);
    await writeAndSee(3);
  });
});

describe('a replica that is gone', () => {
  test.each([
    ['killed', () => standby.stop('SIGKILL'), () => standby.start()],
    ['frozen', () => standby.freeze(), () => standby.thaw()],
    ['cut off', () => standby.cutAll(), async () => {}],
  ])('%s: no request fails, and it is read again when it is back', async (how, harm, heal) => {
    const reading = keepReading();
    await until(() => reading.count() > 20);
    await harm();
    if (how !== 'cut off') await isLeftAside();
    const id = await create(one);
    await Promise.all(servers.map((server) => expectSeen(server, id)));
    await heal();
    await isUsed();
    const before = await givenOf(other);
    await until(async () => (await givenOf(other)).replica > before.replica + 5);
    expect(await reading.end()).toEqual([]);
    await writeAndSee(3);
  });

  test('while the database itself is away everybody is answered 503, and then as before', async () => {
    await primary.stop('SIGQUIT');
    await until(async () => (await one.admin('/rest/v1/targets')).status === 503);
    await primary.start();
    await isUsed();
    await writeAndSee(3);
  });
});

describe('what is no replica of the database', () => {
  test.each([
    ['the database itself', () => primary.url, 'it is no replica'],
    [
      'another database of the replica',
      () => standby.url.replace(/\/\w+\?/, '/postgres?'),
      'it is of another database',
    ],
    ['nothing', () => 'postgres://muster:x@127.0.0.1:1/muster', 'ECONNREFUSED'],
  ])('%s is never read', async (_, url, line) => {
    const settings = { DATABASE_URL: primary.url, DATABASE_READ_URL: url(), NODE_ENV: 'production' };
    const server = await start(makeFolder(), settings);
    await until(() => server.stdout().includes(line));
    expect(await replicaOf(server)).toBe('LEFT_ASIDE');
    await expectSeen(server, await create(server));
    expect((await givenOf(server)).replica).toBe(0);
    await stop(server);
  });
});
