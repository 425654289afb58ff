import { once } from 'node:events';
import { connect } from 'node:net';
import type { Client } from 'graphql-ws';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openPool } from '../../../../src/database/connect.ts';
import { grantsOf } from '../../../support/grants.ts';
import { idOf } from '../../../support/ids.ts';
import {
  basic,
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startOwnServer,
  startTestServer,
  type TestServer,
} from '../../../support/server.ts';
import { openSocketClient, socketUrlOf } from '../../../support/socket.ts';

const server = await startTestServer();
const other = await startTestServer();
afterAll(async () => {
  await server.stop();
  await other.stop();
  expect(server.errors.concat(other.errors)).toEqual([]);
});

let tenant: ServedTenant;
beforeEach(async () => {
  tenant = await createServedTenant(server);
});
const boss = () => basic(`${tenant.name}\\boss`, 'a-quiet-secret');

const open = (connectionParams: Record<string, unknown> | undefined, headers = {}, to: TestServer = server) =>
  openSocketClient(to, { connectionParams, headers });
const openAsBoss = (to: TestServer = server) => open({ authorization: boss() }, {}, to);
type Result = { data?: Record<string, unknown> | null; errors?: readonly { extensions?: object }[] };
const watch = (client: Client, query: string, variables?: Record<string, unknown>) =>
  client.iterate<Record<string, unknown>>({ query, variables }) as AsyncGenerator<Result>;
const EVENTS =
  'subscription ($filter: String) { targetEvents(filter: $filter) { type controllerId target { name tags { name } } } }';
const eventOf = async (events: AsyncGenerator<Result>) => (await events.next()).value.data?.['targetEvents'];
const make = (controllerId: string) =>
  graphql(
    tenant.admin,
    'mutation ($t: [TargetInput!]!) { createTargets(input: { targets: $t }) { userErrors { message } } }',
    { t: [{ controllerId }] },
  );

describe('targetEvents', () => {
  it('tells what happens, whichever process and API it comes by', async () => {
    const client = openAsBoss(other);
    const events = watch(client, EVENTS, { filter: 'id==a*' });
    expect(await eventOf(events)).toEqual({ type: 'RESYNC', controllerId: null, target: null });
    await make('b');
    await make('a');
    expect(await eventOf(events)).toEqual({
      type: 'CREATED',
      controllerId: 'a',
      target: { name: 'a', tags: [] },
    });
    await tenant.admin('/rest/v1/targets/a', { method: 'PUT', json: { name: 'new' } });
    expect(await eventOf(events)).toMatchObject({ type: 'UPDATED', target: { name: 'new' } });
    await tenant.admin('/rest/v1/targets/a', { method: 'DELETE' });
    expect(await eventOf(events)).toEqual({ type: 'DELETED', controllerId: 'a', target: null });
    await events.return(undefined);
    await client.dispose();
  });

  it('says what is wrong with a filter, and where', async () => {
    const client = openAsBoss();
    await expect(watch(client, EVENTS, { filter: 'nosuch==x' }).next()).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', userErrors: [{ path: ['filter'], position: 0, length: 6 }] } },
    ]);
    await client.dispose();
  });

  it.each([
    ['{ __typename }', 'BAD_REQUEST'],
    ['mutation { deleteTargets(input: { targets: { ids: [] } }) { deletedCount } }', 'BAD_REQUEST'],
    [
      'subscription A { fleetSummaryChanged { total } } subscription B { fleetSummaryChanged { total } }',
      'BAD_REQUEST',
    ],
    ['subscription { nosuch }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { ', 'GRAPHQL_PARSE_FAILED'],
    [`subscription { ${'x '.repeat(2_001)} }`, 'DOCUMENT_LIMIT_EXCEEDED'],
    ['subscription { targetEvents { type } fleetSummaryChanged { total } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription ($filter: Int) { targetEvents(filter: $filter) { type } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('refuses %.60s', async (query, code) => {
    const client = openAsBoss();
    await expect(watch(client, query).next()).rejects.toMatchObject([{ extensions: { code } }]);
    await client.dispose();
  });

  it('is not answered over HTTP', async () => {
    const { status, json } = await tenant.admin('/graphql', {
      method: 'POST',
      json: { query: 'subscription { fleetSummaryChanged { total } }' },
    });
    expect(status).toBe(400);
    expect(json.errors[0].extensions.code).toBe('BAD_REQUEST');
  });
});

describe('fleetSummaryChanged', () => {
  it('tells the numbers at once and when they change', async () => {
    const client = openAsBoss();
    const summaries = watch(client, 'subscription { fleetSummaryChanged { total registered } }');
    expect((await summaries.next()).value.data).toEqual({ fleetSummaryChanged: { total: 0, registered: 0 } });
    await make('a');
    expect((await summaries.next()).value.data).toEqual({ fleetSummaryChanged: { total: 1, registered: 1 } });
    await client.dispose();
  });
});

describe('importProgress', () => {
  const query =
    'subscription ($id: ID!) { importProgress(id: $id) { state rowsRead rowsCreated bytesTotal } }';

  it('tells how far an import is, until it is done', async () => {
    const { json } = await tenant.admin('/imports', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'controllerId\na\nb\n',
    });
    const client = openAsBoss(other);
    const told: unknown[] = [];
    for await (const { data } of watch(client, query, { id: idOf('Import', json.id) })) told.push(data);
    expect(told.at(-1)).toEqual({
      importProgress: { state: 'FINISHED', rowsRead: 2, rowsCreated: 2, bytesTotal: 17 },
    });
    await client.dispose();
  });

  it('tells the first warnings', async () => {
    const { json } = await tenant.admin('/imports?mode=upsert', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: `controllerId\n${'a\n'.repeat(20)}`,
    });
    const client = openAsBoss(other);
    const warned =
      'subscription ($id: ID!) { importProgress(id: $id) { warningCount warnings { line controllerId message } } }';
    const { value } = await watch(client, warned, { id: idOf('Import', json.id) }).next();
    const { warningCount, warnings } = value.data.importProgress;
    expect({ warningCount, count: warnings.length }).toEqual({ warningCount: 19, count: 10 });
    expect(warnings[0]).toEqual({
      line: 3,
      controllerId: 'a',
      message: expect.stringContaining('more than once'),
    });
    await client.dispose();
  });

  it.each(['1', 'x', 'Import:0', 'Import:99999999999999999999', 'Rollout:1'])(
    'knows no import %s',
    async (id) => {
      const client = openAsBoss();
      await expect(watch(client, query, { id }).next()).rejects.toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', userErrors: [{ code: 'IMPORT_NOT_FOUND', path: ['id'] }] } },
      ]);
      await client.dispose();
    },
  );
});

describe('signing in', () => {
  const summary = (client: Client) => watch(client, 'subscription { fleetSummaryChanged { total } }').next();

  it.each([
    ['connectionParams.authorization', () => open({ authorization: boss() })],
    ['connectionParams.Authorization', () => open({ Authorization: boss() })],
    ['the header', () => open(undefined, { authorization: boss() })],
  ])('goes by %s', async (_, opened) => {
    const client = opened();
    expect((await summary(client)).value.data).toEqual({ fleetSummaryChanged: { total: 0 } });
    await client.dispose();
  });

  it.each([
    ['nothing', undefined],
    ['a wrong password', { authorization: basic('admin', 'wrong') }],
    ['nonsense', { authorization: { a: 1 } }],
  ])('is refused for %s by 4401', async (_, params) => {
    await expect(summary(open(params))).rejects.toMatchObject({ code: 4401 });
  });

  it('is refused before it was tried by 4401, and in vain waited for by 4408', async () => {
    const hasty = new WebSocket(socketUrlOf(server), 'graphql-transport-ws');
    await once(hasty, 'open');
    hasty.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } }));
    expect((await once(hasty, 'close'))[0]).toBe(4401);
    const silent = new WebSocket(socketUrlOf(server), 'graphql-transport-ws');
    expect((await once(silent, 'close'))[0]).toBe(4408);
  });

  const account = async (permissions: string[]) => {
    const { createUser } = await graphql(
      tenant.admin,
      'mutation ($grants: [GrantInput!]!) { createUser(input: { username: "u", password: "some-quiet-words", grants: $grants }) { user { id } userErrors { message } } }',
      { grants: grantsOf(...permissions) },
    );
    expect(createUser.userErrors).toEqual([]);
    return createUser.user.id as string;
  };
  const asUser = () => open({ authorization: basic(`${tenant.name}\\u`, 'some-quiet-words') });
  const change = async (id: string, mutation: string) => {
    const query = `mutation ($id: ID!) { done: ${mutation} { userErrors { message } } }`;
    expect((await graphql(tenant.admin, query, { id })).done.userErrors).toEqual([]);
  };

  it('without READ_TARGET allows no subscription', async () => {
    await account(['UPDATE_TARGET']);
    const client = asUser();
    for (const query of ['targetEvents { type }', 'fleetSummaryChanged { total }'])
      await expect(watch(client, `subscription { ${query} }`).next()).rejects.toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    await client.dispose();
  });

  it('is over for each subscription when the permission goes, in any process', async () => {
    const id = await account(['READ_TARGET']);
    const client = open({ authorization: basic(`${tenant.name}\\u`, 'some-quiet-words') }, {}, other);
    const events = watch(client, EVENTS);
    await events.next();
    const end = expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await change(id, 'updateUser(input: { id: $id, grants: { permission: UPDATE_TARGET } })');
    await end;
    await client.dispose();
  });

  it.each(['updateUser(input: { id: $id, password: "some-other-words" })', 'deleteUser(input: { id: $id })'])(
    'is over for the connection by 4401 after %s',
    async (mutation) => {
      const id = await account(['READ_TARGET']);
      const events = watch(asUser(), EVENTS);
      await events.next();
      const end = expect(events.next()).rejects.toMatchObject({ code: 4401 });
      await change(id, mutation);
      await end;
    },
  );

  it('stays where another account changes', async () => {
    const id = await account(['READ_TARGET']);
    const client = openAsBoss();
    const events = watch(client, EVENTS);
    await events.next();
    await change(id, 'deleteUser(input: { id: $id })');
    await make('a');
    expect(await eventOf(events)).toMatchObject({ type: 'CREATED' });
    await client.dispose();
  });
});

describe('a variable of the wrong type', () => {
  // That nothing of this is logged is seen when the tests end.
  const uses: Record<string, string> = {
    String: 'targetEvents(filter: $v) { type }',
    'String!': 'targetEvents(filter: $v) { type }',
    'ID!': 'importProgress(id: $v) { state }',
    Int: 'targetEvents { target { actions(first: $v) { nodes { id } } } }',
    '[ActionOrder!]': 'targetEvents { target { actions(orderBy: $v) { nodes { id } } } }',
  };
  it.each<[string, Record<string, unknown>]>([
    ['String', { v: 1 }],
    ['String', { v: { secret: 'value' } }],
    ['String!', {}],
    ['String!', { v: null }],
    ['ID!', { v: 1.5 }],
    ['Int', { v: 'x' }],
    ['Int', { v: 2 ** 40 }],
    ['[ActionOrder!]', { v: [{ field: 'NO', direction: 'ASC' }] }],
    ['[ActionOrder!]', { v: Array(1_000).fill(1) }],
  ])('is told to the client: %s as %j', async (type, variables) => {
    const client = openAsBoss();
    const errors = await watch(client, `subscription ($v: ${type}) { ${uses[type]} }`, variables)
      .next()
      .catch((refusal) => refusal);
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/^Variable "\$v" /),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    for (const { extensions } of errors) expect(extensions.code).toBe('BAD_USER_INPUT');
    await client.dispose();
  });
});

describe('the connection', () => {
  const refused = async (path: string, headers: Record<string, string>) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', {
      headers,
    });
    const [error] = await once(socket, 'error');
    return Number(/\d{3}/.exec(error.message)?.[0]);
  };

  it('is refused to pages of other sites, and on other paths', async () => {
    expect(await refused('/graphql', { origin: 'https://evil.example' })).toBe(403);
    expect(await refused('/graphql', { origin: 'null' })).toBe(403);
    expect(await refused('/rest/v1/targets', {})).toBe(404);
    const own = new WebSocket(socketUrlOf(server), 'graphql-transport-ws', { origin: server.url });
    await once(own, 'open');
    own.close();
  });

  it('ends by 4406 with another protocol, 4400 with nonsense and 1009 with too much', async () => {
    const stranger = new WebSocket(socketUrlOf(server));
    expect((await once(stranger, 'close'))[0]).toBe(4406);
    const codeAfter = async (text: string) => {
      const socket = new WebSocket(socketUrlOf(server), 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(text);
      return (await once(socket, 'close'))[0];
    };
    expect(await codeAfter('nonsense')).toBe(4400);
    expect(await codeAfter('x'.repeat(1 << 19))).toBe(1009);
  });

  it('is one of so many', async () => {
    const small = await startTestServer({ MUSTER_SUBSCRIBERS: '1' });
    const first = new WebSocket(socketUrlOf(small), 'graphql-transport-ws');
    await once(first, 'open');
    first.send(JSON.stringify({ type: 'connection_init', payload: { authorization: boss() } }));
    await once(first, 'message');
    const [error] = await once(new WebSocket(socketUrlOf(small), 'graphql-transport-ws'), 'error');
    expect(error.message).toMatch(/503/);
    first.close();
    await once(first, 'close');
    await expect
      .poll(async () => {
        const again = new WebSocket(socketUrlOf(small), 'graphql-transport-ws');
        const outcome = await Promise.race([
          once(again, 'open').then(() => 'open'),
          once(again, 'error').then(() => 'refused'),
        ]).catch(() => 'refused');
        again.on('error', () => {});
        again.close();
        return outcome;
      })
      .toBe('open');
    await small.stop();
  });

  it('carries a hundred operations', async () => {
    const client = openAsBoss();
    const query = 'subscription { targetEvents { type } }';
    const open = Array.from({ length: 100 }, () => watch(client, query));
    await Promise.all(open.map((events) => events.next()));
    await expect(watch(client, query).next()).rejects.toMatchObject([
      { extensions: { code: 'TOO_MANY_OPERATIONS' } },
    ]);
    await client.dispose();
  });

  it('ends by 1001 when the server stops, also where the client does not answer', async () => {
    const stopping = await startTestServer();
    const watcher = openAsBoss(stopping);
    const events = watch(watcher, EVENTS);
    await events.next();
    const end = expect(events.next()).rejects.toMatchObject({ code: 1001 });
    const deaf = connect(Number(new URL(stopping.url).port), '127.0.0.1');
    deaf.write(
      'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    await once(deaf, 'data');
    await stopping.stop();
    await end;
    deaf.destroy();
  });

  it('leaves a request alone that offers another protocol, as those of Java do', async () => {
    const offer = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAMAAABkAAQAAP__',
    };
    const body = JSON.stringify([{ controllerId: 'java' }]);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const head = Object.entries({
      Host: 'x',
      Authorization: boss(),
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
      ...offer,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST /rest/v1/targets HTTP/1.1\r\n${head.join('')}\r\n${body}`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 201 /);
    socket.destroy();
  });
});

it('says RESYNC when announcements may have been missed', async () => {
  const own = await startOwnServer();
  const client = open({ authorization: basic('admin', 'admin') }, {}, own);
  const events = watch(client, EVENTS, { filter: 'id==a' });
  await events.next();
  const { client: sql, close } = openPool(own.database, { connections: 1, prepare: false });
  await sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'muster listener'`;
  expect(await eventOf(events)).toMatchObject({ type: 'RESYNC' });
  await clientOf(own, basic('admin', 'admin'))('/rest/v1/targets', {
    method: 'POST',
    json: [{ controllerId: 'a' }],
  });
  expect(await eventOf(events)).toMatchObject({ type: 'CREATED' });
  await client.dispose();
  await close();
  await own.stop();
});

it('ends a reader that is too slow with a word, and keeps no more for it than that', async () => {
  const socket = new WebSocket(socketUrlOf(server), 'graphql-transport-ws');
  const messages: { type: string; id?: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: boss() } }));
  // Many fields, so that what the system holds for the socket is soon full.
  const aliases = Array.from({ length: 45 }, (_, n) => `t${n}: target { description securityToken name }`);
  const query = `subscription { targetEvents { type controllerId ${aliases.join(' ')} } }`;
  await expect.poll(() => messages.length).toBe(1);
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
  await expect.poll(() => messages.length).toBe(2);
  socket.pause();
  // Hears of the last target only: then the server has told the slow reader of all before it.
  const seen = openAsBoss();
  const last = watch(seen, EVENTS, { filter: 'id==d-11-249' });
  await last.next();
  const admin = clientOf(server, boss());
  for (let batch = 0; batch < 12; batch++)
    await admin('/rest/v1/targets', {
      method: 'POST',
      json: Array.from({ length: 250 }, (_, n) => ({
        controllerId: `d-${batch}-${n}`,
        description: 'x'.repeat(500),
      })),
    });
  await last.next();
  socket.resume();
  await expect.poll(() => messages.at(-1)?.type, { timeout: 20_000 }).toBe('error');
  expect(messages.at(-1)).toMatchObject({
    id: '1',
    payload: [{ extensions: { code: 'SUBSCRIBER_TOO_SLOW' } }],
  });
  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.close();
  await seen.dispose();
}, 60_000);
