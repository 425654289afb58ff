import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openPool, type Pool } from '../../src/database/connect.ts';
import { buildServer } from '../support/build.ts';
import { createAdministeredDatabase, type OwnDatabase } from '../support/database.ts';
import { type Client, clientOf, createServedTenant, graphql, type ServedTenant } from '../support/server.ts';
import { openSocketClient } from '../support/socket.ts';
import { uploadFile } from '../support/software.ts';
import { cleanUp, makeFolder, type Served, start, stop, until } from './lifecycle/support.ts';

/* Four processes on one database, as operators start them. What two show is in the tests of each part. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let database: OwnDatabase;
let pool: Pool;
let servers: Served[];
let tenant: ServedTenant;
/** What the tenant's administrator is at each of them. */
let admins: Client[];
beforeAll(async () => {
  [database] = await Promise.all([createAdministeredDatabase(), buildServer()]);
  pool = openPool(database.connection, { connections: 1, prepare: false });
  const environment = {
    DATABASE_URL: database.url,
    MUSTER_ARTIFACTS: makeFolder(),
    MUSTER_WEBHOOKS_PRIVATE: 'true',
    NODE_ENV: 'production',
  };
  servers = await Promise.all([1, 2, 3, 4].map(() => start(makeFolder(), environment)));
  tenant = await createServedTenant(servers[0]!);
  admins = servers.map((server) => clientOf(server, tenant.authorization));
});
afterAll(async () => {
  const ended = await Promise.allSettled((servers ?? []).map((server) => stop(server)));
  await pool?.close();
  await database?.drop();
  await cleanUp();
  expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
  for (const server of servers ?? []) expect(server.stdout()).not.toMatch(/"level":50|ERROR/);
});

/** What each of them does, at the same time. */
const atEach = <T>(work: (admin: Client, at: number) => Promise<T>) => Promise.all(admins.map(work));
const post = async (path: string, json: unknown, admin = tenant.admin) => {
  const answer = await admin(`/rest/v1${path}`, { method: 'POST', json });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return answer.json;
};
const newSet = async (name: string): Promise<number> => {
  const { moduleId } = await uploadFile(tenant, { filename: 'a.bin', content: Buffer.from(name) });
  const [{ id }] = await post('/distributionsets', [
    { name, version: '1', type: 'os', modules: [{ id: moduleId }] },
  ]);
  return id;
};
const create = (ids: readonly string[], admin: Client) =>
  post(
    '/targets',
    ids.map((controllerId) => ({ controllerId, securityToken: controllerId })),
    admin,
  );

/** A receiver of webhooks that takes its time, so that several processes would have it to send. */
async function openReceiver() {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(String(request.headers['webhook-id']));
    request.resume().once('end', () => setTimeout(() => response.end(), 20));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, received, close: () => server.close() };
}

it('auto-assignments and webhooks are done by one at a time', async () => {
  const receiver = await openReceiver();
  const { createWebhook } = await graphql(
    tenant.admin,
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { message } } }',
    { input: { name: 'all', url: receiver.url } },
  );
  expect(createWebhook.userErrors).toEqual([]);
  const set = await newSet('auto');
  const { id } = await post('/targetfilters', { name: 'auto', query: 'name==auto*' });
  await post(`/targetfilters/${id}/autoAssignDS`, { id: set });

  const OF_EACH = 40;
  await atEach(async (admin, at) => {
    for (let n = 0; n < OF_EACH; n += 10)
      await create(
        Array.from({ length: 10 }, (_, more) => `auto-${at}-${n + more}`),
        admin,
      );
  });
  const actions = () => pool.client`
    SELECT count(*)::int AS actions FROM actions JOIN targets ON targets.id = actions.target_id
    WHERE starts_with(controller_id, 'auto-') GROUP BY target_id /* of a test */`;
  await until(async () => (await actions()).length === admins.length * OF_EACH);
  const states = () =>
    pool.client`SELECT event_id::text, state, attempts FROM webhook_deliveries /* of a test */`;
  await until(async () => (await states()).every(({ state }) => state === 'delivered'));
  expect(new Set((await actions()).map((row) => row['actions']))).toEqual(new Set([1]));
  // Each event once, and no request for it but one.
  const deliveries = await states();
  expect(receiver.received).toHaveLength(new Set(receiver.received).size);
  expect(receiver.received).toHaveLength(deliveries.length);
  const [events] = await pool.client`
    SELECT sum(count)::int AS assigned FROM audit_events WHERE type = 'distribution-set.auto-assigned' /* of a test */`;
  expect(events!['assigned']).toBe(admins.length * OF_EACH);
  receiver.close();
});

it('a rollout goes from group to group once, whichever process hears of its devices', async () => {
  const ids = Array.from({ length: 12 }, (_, n) => `roll-${n}`);
  await create(ids, tenant.admin);
  const rollout = {
    name: 'rolled',
    distributionSetId: await newSet('rolled'),
    targetFilterQuery: 'name==roll-*',
    amountGroups: 4,
  };
  const { id } = await post('/rollouts', rollout);
  const status = async () => (await tenant.admin(`/rest/v1/rollouts/${id}`)).json.status;
  await until(async () => (await status()) === 'ready');
  // All want to start it.
  const started = await atEach((admin) => admin(`/rest/v1/rollouts/${id}/start`, { method: 'POST' }));
  expect(started.filter((answer) => answer.status < 300)).toHaveLength(1);

  const live = async (controllerId: string, at: number) => {
    const device = clientOf(servers[at % servers.length]!, `TargetToken ${controllerId}`);
    const base = `/${tenant.name}/controller/v1/${controllerId}`;
    const href: string = await until(async () => (await device(base)).json._links?.deploymentBase?.href);
    const action = /deploymentBase\/(\d+)/.exec(href)![1];
    const next = clientOf(servers[(at + 1) % servers.length]!, `TargetToken ${controllerId}`);
    const done = { status: { execution: 'closed', result: { finished: 'success' } } };
    const answer = await next(`${base}/deploymentBase/${action}/feedback`, { method: 'POST', json: done });
    expect(answer.status).toBe(200);
  };
  await Promise.all(ids.map(live));
  await until(async () => (await status()) === 'finished');
  const [done] = await pool.client`
    SELECT count(*)::int AS actions, count(DISTINCT target_id)::int AS targets
    FROM actions JOIN targets ON targets.id = actions.target_id
    WHERE starts_with(controller_id, 'roll-') /* of a test */`;
  expect(done).toEqual({ actions: ids.length, targets: ids.length });
  const [told] = await pool.client`
    SELECT count(*) FILTER (WHERE type = 'rollout.starting')::int AS started,
           count(*) FILTER (WHERE type = 'rollout.finished')::int AS finished
    FROM audit_events WHERE type LIKE 'rollout.%' /* of a test */`;
  expect(told).toEqual({ started: 1, finished: 1 });
});

it('an event of one reaches a subscriber at each, once', async () => {
  const query = 'subscription { targetEvents(filter: "name==told*") { type controllerId } }';
  const clients = servers.map((server) =>
    openSocketClient(server, { connectionParams: { authorization: tenant.authorization } }),
  );
  type Event = { data?: { targetEvents: { type: string; controllerId: string | null } } };
  const heard: string[][] = servers.map(() => []);
  const begun = servers.map(() => false);
  clients.forEach((client, at) => {
    client.subscribe<Event['data']>(
      { query },
      {
        next({ data }) {
          const { type, controllerId } = data!.targetEvents as { type: string; controllerId: string | null };
          if (type === 'RESYNC') begun[at] = true;
          else heard[at]!.push(`${type} ${controllerId}`);
        },
        error: (problem) => heard[at]!.push(String(problem)),
        complete() {},
      },
    );
  });
  await until(() => begun.every(Boolean));
  await atEach((admin, at) => create([`told-${at}`], admin));
  const all = servers.map((_, at) => `CREATED told-${at}`);
  await until(() => heard.every((events) => events.length >= all.length));
  for (const events of heard) expect(events.sort()).toEqual(all);
  for (const client of clients) await client.dispose();
});

it('a session of one is valid in all, and ended in all', async () => {
  const [, encoded] = tenant.authorization.split(' ');
  const [username, password] = Buffer.from(encoded!, 'base64').toString().split(':');
  const session = (server: Served, method: string, init: RequestInit = {}) =>
    fetch(`${server.url}/graphql/session`, {
      method,
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
  const answer = await session(servers[1]!, 'POST', { body: JSON.stringify({ username, password }) });
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get('set-cookie')!.split(';', 1)[0]!;
  const viewers = () =>
    Promise.all(
      servers.map(async ({ url }) => {
        const headers = { cookie, 'content-type': 'application/json' };
        const body = '{"query": "{ viewer { username } }"}';
        return (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status;
      }),
    );
  expect(await viewers()).toEqual([200, 200, 200, 200]);
  expect((await session(servers[3]!, 'DELETE', { headers: { cookie } })).status).toBeLessThan(300);
  await until(async () => (await viewers()).every((status) => status === 401));
});

it('an upload that one hands out is taken by another, and read at a third', async () => {
  const [{ id }] = await post('/softwaremodules', [{ name: 'uploaded', version: '1', type: 'os' }]);
  const { softwareModules } = await graphql(
    admins[0]!,
    '{ softwareModules(filter: "name==uploaded") { nodes { id } } }',
  );
  const { createArtifactUpload } = await graphql(
    admins[0]!,
    'mutation ($input: CreateArtifactUploadInput!) { createArtifactUpload(input: $input) { upload { url } userErrors { code } } }',
    { input: { moduleId: softwareModules.nodes[0].id, filename: 'file.bin' } },
  );
  const path = new URL(createArtifactUpload.upload.url, servers[0]!.url).pathname;
  const sent = await clientOf(servers[1]!)(path, { method: 'PUT', body: 'content' });
  expect(sent.status).toBeLessThan(300);
  const files = `/rest/v1/softwaremodules/${id}/artifacts`;
  const { json } = await admins[2]!(files);
  expect(json).toMatchObject([{ providedFilename: 'file.bin', size: 7 }]);
  expect((await admins[3]!(`${files}/${json[0].id}/download`)).text).toBe('content');
});

it('wrong passwords are counted by all together', async () => {
  const signIn = (at: number, password: string) =>
    clientOf(
      servers[at % servers.length]!,
      `Basic ${btoa(`${tenant.name}\\nobody:${password}`)}`,
    )('/rest/v1/targets');
  let tries = 0;
  const statuses: number[] = [];
  do statuses.push((await signIn(tries, `${tries}`)).status);
  while (statuses.at(-1) === 401 && ++tries < 20);
  expect(statuses.at(-1)).toBe(429);
  // Five, and what was asked before it was told.
  expect(tries).toBeLessThan(10);
});
