import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { basic, createServedTenant, startTestServer } from '../support/server.ts';

const server = await startTestServer();
afterAll(() => server.stop());
const { name: tenant } = await createServedTenant(server);
const authorization = basic(`${tenant}\\boss`, 'a-quiet-secret');

const ask = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(server.url + path, { ...init, headers: { authorization, ...init.headers } });
const JSON_TYPE = { 'content-type': 'application/json' };
const TARGETS = '/rest/v1/targets';

/** Sends bytes as they are and gives back the first line of the answer. */
async function statusLineOf(request: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first.toString('latin1').split('\r\n', 1)[0]!;
}

describe('the Management API', () => {
  it('asks for credentials before it looks at the path', async () => {
    for (const path of [TARGETS, '/rest/v1/nosuch', '/rest/v2/targets']) {
      const answer = await fetch(server.url + path);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Basic realm="hawkBit", charset="UTF-8"',
      ]);
    }
    expect((await fetch(server.url + TARGETS, { method: 'OPTIONS' })).status).toBe(401);
    for (const wrong of ['Basic ?', 'Bearer x', 'TargetToken x'])
      expect((await ask(TARGETS, { headers: { authorization: wrong } })).status).toBe(401);
  });

  it('says which methods a path has', async () => {
    for (const method of ['PATCH', 'DELETE', 'PUT']) {
      const answer = await ask(TARGETS, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'OPTIONS,GET,POST,HEAD']);
    }
    const options = await ask(TARGETS, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([200, 'OPTIONS,GET,POST,HEAD']);
    for (const path of [`${TARGETS}/`, '/rest/v1/Targets', '/rest/v1/nosuch'])
      expect((await ask(path)).status).toBe(404);
  });

  it('gives what it reads a digest, and 304 to those who have it', async () => {
    const first = await ask('/rest/v1/targettypes');
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[0-9a-f]+"$/);
    const again = await ask('/rest/v1/targettypes', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await ask('/rest/v1/targettypes', { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    const created = await ask(TARGETS, { method: 'POST', headers: JSON_TYPE, body: '[]' });
    expect([created.status, created.headers.get('etag')]).toEqual([201, null]);
  });

  it.each([
    [undefined, 'application/hal+json'],
    ['*/*', 'application/hal+json'],
    ['application/*', 'application/hal+json'],
    ['application/json', 'application/json'],
    ['application/json;q=0.5, application/hal+json', 'application/hal+json'],
  ])('answers Accept %s by %s', async (accept, type) => {
    const answer = await ask(TARGETS, { headers: { accept: accept ?? '*/*' } });
    expect(answer.headers.get('content-type')).toMatch(new RegExp(`^${type.replace('+', '\\+')}`));
    const missing = await ask(`${TARGETS}/nosuch`, { headers: { accept: accept ?? '*/*' } });
    expect([missing.status, missing.headers.get('content-type')?.split(';')[0]]).toEqual([
      404,
      accept?.includes('hal') ? type : 'application/json',
    ]);
  });

  it('does nothing for an Accept it cannot meet, or a body of another type', async () => {
    const body = JSON.stringify([{ controllerId: 'never' }]);
    const unmet = await ask(TARGETS, {
      method: 'POST',
      headers: { ...JSON_TYPE, accept: 'text/html' },
      body,
    });
    expect([unmet.status, await unmet.text()]).toEqual([406, '']);
    const xml = await ask(TARGETS, { method: 'POST', headers: { 'content-type': 'application/xml' }, body });
    expect([xml.status, xml.headers.get('accept')]).toEqual([415, 'application/hal+json, application/json']);
    expect((await ask(`${TARGETS}/never`)).status).toBe(404);
  });

  it('keeps answers out of caches', async () => {
    const { headers } = await ask(TARGETS);
    expect(headers.get('cache-control')).toBe('no-cache, no-store, max-age=0, must-revalidate');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the device API', () => {
  const created = ask(TARGETS, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify([{ controllerId: 'a:b@c', securityToken: 'a-quiet-secret' }]),
  });
  const device = async (method: string, path = '', headers: Record<string, string> = {}) => {
    await created;
    const url = `${server.url}/${tenant}/controller/v1/${encodeURIComponent('a:b@c')}${path}`;
    return fetch(url, { method, headers: { authorization: 'TargetToken a-quiet-secret', ...headers } });
  };

  it('answers a poll with a tag that holds until the answer changes', async () => {
    const first = await device('GET');
    const etag = first.headers.get('etag')!;
    expect(await first.json()).toEqual({
      config: { polling: { sleep: '00:05:00' } },
      _links: { configData: { href: `${server.url}/${tenant}/controller/v1/a%3Ab%40c/configData` } },
    });
    for (const tags of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const again = await device('GET', '', { 'if-none-match': tags });
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    }
    expect((await device('GET', '', { 'if-none-match': '"x"' })).status).toBe(200);
    const head = await device('HEAD');
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
  });

  it('knows its methods and paths, for those who are signed in', async () => {
    const options = await device('OPTIONS');
    expect([options.status, options.headers.get('allow')]).toEqual([200, 'GET,HEAD,OPTIONS']);
    expect((await device('POST')).status).toBe(405);
    expect((await device('GET', '/configData')).status).toBe(405);
    expect((await device('GET', '/')).status).toBe(404);
    expect((await device('GET', '/nosuch')).status).toBe(404);
    const stranger = await device('GET', '/nosuch', { authorization: 'TargetToken wrong' });
    expect([stranger.status, await stranger.text(), stranger.headers.get('www-authenticate')]).toEqual([
      401,
      '',
      null,
    ]);
    for (const scheme of ['targettoken secret', 'TARGETTOKEN secret', 'Basic YWRtaW46YWRtaW4='])
      expect((await device('GET', '', { authorization: scheme })).status).toBe(401);
  });

  it('takes CBOR and JSON, and nothing else', async () => {
    const wrong = await device('PUT', '/configData', { 'content-type': 'application/hal+json' });
    expect([wrong.status, wrong.headers.get('accept')]).toEqual([415, 'application/json, application/cbor']);
    expect((await device('GET', '', { accept: 'text/html' })).status).toBe(406);
  });
});

describe('the request line', () => {
  const head = (line: string) =>
    `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`;

  it('may name the whole URL', async () => {
    expect(await statusLineOf(head(`GET http://muster.example${TARGETS}`))).toBe('HTTP/1.1 200 OK');
    expect(await statusLineOf(head('GET http://muster.example'))).toBe('HTTP/1.1 404 Not Found');
  });

  it.each([
    '/rest/v1/targets?q="x"',
    '/rest//v1/targets',
    '/rest/v1/targettypes/a%2Fb',
    '/rest/v1/targets?q=%',
  ])('is refused as %s', async (path) =>
    expect(await statusLineOf(head(`GET ${path}`))).toBe('HTTP/1.1 400 Bad Request'),
  );
});

it('logs nothing of all this', () => expect(server.errors).toEqual([]));
