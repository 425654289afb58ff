import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createServedTenant, graphql, type ServedTenant, startTestServer } from '../support/server.ts';
import { socketUrlOf } from '../support/socket.ts';
import { uploadFile } from '../support/software.ts';

const FRIEND = 'https://console.example';
const server = await startTestServer({ MUSTER_ALLOWED_ORIGINS: `${FRIEND}, http://localhost:5173` });
const open = await startTestServer({ MUSTER_ALLOWED_ORIGINS: `*,${FRIEND}` });
const closed = await startTestServer();
afterAll(async () => {
  for (const one of [server, open, closed]) {
    await one.stop();
    expect(one.errors).toEqual([]);
  }
});

let tenant: ServedTenant;
let cookie: string;
let download: string;
beforeAll(async () => {
  tenant = await createServedTenant(server);
  const response = await fetch(`${server.url}/graphql/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: `${tenant.name}\\boss`, password: 'a-quiet-secret' }),
  });
  cookie = response.headers.get('set-cookie')!.split(';', 1)[0]!;
  const { moduleId, id } = await uploadFile(tenant, { filename: 'a.bin', content: Buffer.from('abc') });
  download = `/rest/v1/softwaremodules/${moduleId}/artifacts/${id}/download`;
});

type Headers = Record<string, string>;
interface Door {
  path: string;
  method?: string;
  type?: string;
  body?: string;
}
const DOORS: [name: string, door: () => Door][] = [
  [
    'an operation',
    () => ({ path: '/graphql', method: 'POST', type: 'application/json', body: '{"query":"{__typename}"}' }),
  ],
  [
    'an import',
    () => ({ path: '/imports?dryRun=true', method: 'POST', type: 'text/csv', body: 'controllerId\na\n' }),
  ],
  ['a list of imports', () => ({ path: '/imports' })],
  ['an export', () => ({ path: '/exports' })],
  ['a download', () => ({ path: download })],
];
const send = ({ path, method = 'GET', type, body }: Door, headers: Headers, { url } = server) =>
  fetch(url + path, {
    method,
    headers: { ...(type && { 'content-type': type }), ...headers },
    ...(body !== undefined && { body }),
  });

describe.each(DOORS)('%s by the cookie of a session', (_, door) => {
  it.each<[string, () => Headers, number]>([
    ['a page of the server', () => ({ 'sec-fetch-site': 'same-origin', origin: server.url }), 200],
    ['the address bar', () => ({ 'sec-fetch-site': 'none' }), 200],
    ['a program', () => ({}), 200],
    ['an old browser with a page of the server', () => ({ origin: server.url }), 200],
    ['a page that is named', () => ({ 'sec-fetch-site': 'cross-site', origin: FRIEND }), 200],
    [
      'a page of another site',
      () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
      403,
    ],
    ['a page of another port', () => ({ 'sec-fetch-site': 'same-site' }), 403],
    ['an old browser with a page of another site', () => ({ origin: 'https://evil.example' }), 403],
    ['a page without an origin', () => ({ origin: 'null' }), 403],
  ])('asked by %s', async (_, headers, status) => {
    expect((await send(door(), { cookie, ...headers() })).status).toBe(status);
  });
});

describe('a form, which any page can send', () => {
  it.each(['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])(
    'of the type %s gets nowhere by a cookie',
    async (type) => {
      for (const path of ['/graphql', '/imports'])
        expect((await send({ path, method: 'POST', type, body: '{}' }, { cookie })).status, path).toBe(403);
    },
  );

  it('gets nowhere by a password that the browser remembers', async () => {
    const { authorization } = tenant;
    const start = { path: '/rest/v1/rollouts/1/start', method: 'POST' };
    const foreign = { authorization, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await send(start, foreign)).status).toBe(403);
    expect((await send(start, { authorization })).status).toBe(404);
    expect((await send(start, { ...foreign, origin: FRIEND })).status).toBe(404);
    expect((await send({ path: '/rest/v1/targets' }, foreign)).status, 'only reads').toBe(200);
  });
});

describe('the Management API', () => {
  it('takes no cookie but for downloads', async () => {
    for (const [path, method] of [
      ['/rest/v1/targets', 'GET'],
      [download.replace('/download', ''), 'GET'],
      [download.replace('/download', ''), 'DELETE'],
      [download, 'POST'],
    ] as const)
      expect((await send({ path, method }, { cookie })).status, path).toBe(401);
    expect(await (await send({ path: download }, { cookie })).text()).toBe('abc');
  });
});

describe('the dialog of the browser', () => {
  it.each(['/exports', '/imports', '/rest/v1/targets', '/graphql?query={__typename}'])(
    'is not opened for a page that shows a sign-in of its own: %s',
    async (path) => {
      const challenge = async (headers: Headers) =>
        (await send({ path }, { 'apollo-require-preflight': '1', ...headers })).headers.get(
          'www-authenticate',
        );
      expect(await challenge({})).toMatch(/^Basic /);
      expect(await challenge({ 'x-requested-with': 'fetch' })).toMatch(/^Bearer /);
      expect(await challenge({ cookie: `muster_session=1.1.${'x'.repeat(43)}` })).toMatch(/^Bearer /);
    },
  );
});

describe('pages of other origins', () => {
  const preflight = (origin: string, { url } = server, path = '/graphql') =>
    fetch(url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const corsOf = ({ headers }: Response) => [
    headers.get('access-control-allow-origin'),
    headers.get('access-control-allow-credentials'),
  ];

  it.each(['/graphql', '/graphql/session', '/rest/v1/targets', '/imports', '/exports', '/uploads/x'])(
    'may use %s if they are named, also with the cookie',
    async (path) => {
      const answer = await preflight(FRIEND, server, path);
      expect(answer.status).toBe(204);
      expect(corsOf(answer)).toEqual([FRIEND, 'true']);
      expect(answer.headers.get('access-control-allow-methods')).toContain('DELETE');
      expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization, Content-Type/);
      expect(answer.headers.get('vary')).toBe('Origin');
    },
  );

  it('read answers, also those that refuse them', async () => {
    for (const headers of [{ origin: FRIEND, cookie }, { origin: FRIEND }] as Headers[]) {
      const answer = await send({ path: '/exports' }, headers);
      expect(corsOf(answer)).toEqual([FRIEND, 'true']);
      expect(answer.headers.get('access-control-expose-headers')).toContain('X-Total-Count');
    }
  });

  it('get no word of it if they are not named', async () => {
    for (const url of [server, closed]) {
      const answer = await preflight('https://evil.example', url);
      expect(corsOf(answer)).toEqual([null, null]);
      expect(answer.status).not.toBe(204);
    }
    expect((await preflight(FRIEND, closed)).status).not.toBe(204);
    expect((await send({ path: '/exports' }, {}, closed)).headers.get('vary')).toBeNull();
  });

  it('may use it with a token of their own where any may, but without the cookie', async () => {
    expect(corsOf(await preflight('https://any.example', open))).toEqual(['*', null]);
    expect(corsOf(await preflight(FRIEND, open))).toEqual([FRIEND, 'true']);
    const other = { origin: 'https://any.example' };
    const operation = DOORS[0]![1]();
    const { authorization } = await createServedTenant(open);
    const { createApiKey } = await graphql(
      (path, request) => tenant.admin(path.replace(server.url, open.url), request),
      'mutation { createApiKey(input: {name: "p", grants: {permission: READ_TARGET}}) { key userErrors { message } } }',
    );
    expect(
      (await send(operation, { ...other, authorization: `Bearer ${createApiKey.key}` }, open)).status,
    ).toBe(200);
    expect((await send(operation, { ...other, authorization }, open)).status, 'a remembered password').toBe(
      403,
    );
    expect((await send(operation, { ...other, cookie }, open)).status).toBe(403);
  });

  it('are kept out of the device API', async () => {
    const answer = await preflight(FRIEND, server, '/DEFAULT/controller/v1/x');
    expect(corsOf(answer)).toEqual([null, null]);
  });
});

describe('a subscription', () => {
  const connect = (url: { url: string }, headers: Headers, payload?: object) =>
    new Promise<string | number>((resolve) => {
      const socket = new WebSocket(socketUrlOf(url), 'graphql-transport-ws', { headers });
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
      socket.on('message', (data) => {
        resolve(JSON.parse(String(data)).type);
        socket.close();
      });
      socket.on('close', resolve);
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode!));
      socket.on('error', () => {});
    });

  it('takes the cookie from the pages that GraphQL takes it from', async () => {
    expect(await connect(server, { cookie, origin: server.url })).toBe('connection_ack');
    expect(await connect(server, { cookie, origin: FRIEND })).toBe('connection_ack');
    expect(await connect(server, { cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await connect(server, { cookie, origin: server.url, 'sec-fetch-site': 'same-site' })).toBe(403);
  });

  it('takes no cookie and no remembered password from any page where any may use it', async () => {
    const origin = 'https://any.example';
    expect(await connect(open, { cookie, origin })).toBe(4401);
    expect(await connect(open, { authorization: tenant.authorization, origin })).toBe(4401);
    expect(await connect(open, { origin }, { authorization: tenant.authorization })).toBe('connection_ack');
  });
});

it('takes only origins as allowed ones', async () => {
  for (const wrong of ['https://a.example/', 'a.example', 'https://a.example,', 'null', 'ftp://a'])
    await expect(startTestServer({ MUSTER_ALLOWED_ORIGINS: wrong })).rejects.toThrow(
      'MUSTER_ALLOWED_ORIGINS: must be origins',
    );
});
