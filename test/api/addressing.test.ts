import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { idOf } from '../support/ids.ts';
import { type Answer, basic, clientOf, graphql, startTestServer } from '../support/server.ts';
import { openWorkshop } from './ddi/support.ts';

/* Where a request was sent to goes into links: no door takes what can't be a host, and proxies are believed alike. */

const server = await startTestServer();
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});
const { tenant, admin, deploy } = await openWorkshop(server);
const device = await deploy({ 'f.bin': 'content' });
const authorization = basic(`${tenant}\\boss`, 'a-quiet-secret');
const { hostname, port } = new URL(server.url);

/** Sends lines as they are; all that came back until the end. */
async function send(lines: string[]): Promise<string> {
  const socket = connect(Number(port), hostname);
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  let text = '';
  socket.on('data', (piece) => (text += piece.toString('latin1')));
  await once(socket, 'close');
  return text;
}

const own = `/${tenant}/controller/v1/${device.controllerId}`;
const DOORS: [door: string, ...lines: string[]][] = [
  ['a poll', `GET ${own} HTTP/1.1`, 'Authorization: TargetToken secret'],
  [
    'a deployment',
    `GET ${own}/deploymentBase/${device.actionId} HTTP/1.1`,
    'Authorization: TargetToken secret',
  ],
  ['REST', 'GET /rest/v1/targets HTTP/1.1', `Authorization: ${authorization}`],
  ['REST by a whole URL', 'GET http://x/rest/v1/targets HTTP/1.1', `Authorization: ${authorization}`],
  ['GraphQL', 'POST /graphql HTTP/1.1', `Authorization: ${authorization}`, 'Content-Length: 0'],
  ['GraphiQL', 'GET /graphql HTTP/1.1', 'Accept: text/html'],
  ['signing in', 'POST /graphql/session HTTP/1.1', 'Content-Length: 0'],
  [
    'a WebSocket',
    'GET /graphql HTTP/1.1',
    'Connection: upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ],
  ['imports', 'GET /imports HTTP/1.1', `Authorization: ${authorization}`],
  ['exports', 'GET /exports HTTP/1.1', `Authorization: ${authorization}`],
  ['uploads', 'PUT /uploads/x HTTP/1.1', 'Content-Length: 0'],
  ['operations', 'GET /health/live HTTP/1.1'],
  ['no door', 'GET /nosuch HTTP/1.1'],
];

describe.each(DOORS)('%s', (_door, ...lines) => {
  it.each([
    ['markup', 'Host: "><script>alert(1)</script>'],
    ['none', 'Host:'],
    ['two', 'Host: a.example', 'Host: b.example'],
    ['two that are the same', 'Host: a.example', 'host: a.example'],
    ['a path', 'Host: a.example/x'],
    ['a user', 'Host: a@b.example'],
    ['another protocol', 'Host: a.example', 'X-Forwarded-Proto: javascript'],
    ['a forwarded host with markup', 'Host: a.example', 'X-Forwarded-Host: "><script>'],
    ['a port that is none', 'Host: a.example', 'X-Forwarded-Port: 1/x'],
    ['another host as prefix', 'Host: a.example', 'X-Forwarded-Prefix: //evil.example'],
    ['a standard header with markup', 'Host: a.example', 'Forwarded: host="\\"><script>"'],
  ])('takes no %s', async (_, ...headers) => {
    const answer = await send([...lines, ...headers]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).not.toContain('<script>');
  });
});

it('answers HTTP/1.0 without a host by where it came in', async () => {
  const answer = await send([`GET ${own} HTTP/1.0`, 'Authorization: TargetToken secret']);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toContain(`"href":"${server.url}${own}/configData"`);
});

/** What proxies say who cut off a path and listen elsewhere; and the base that it comes to. */
const FORWARDED: [name: string, headers: Record<string, string>, base: string][] = [
  [
    'X-Forwarded-*',
    {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'iot.example',
      'x-forwarded-port': '8443',
      'x-forwarded-prefix': '/fleet',
    },
    'https://iot.example:8443/fleet',
  ],
  [
    'Forwarded',
    { forwarded: 'for=192.0.2.1;proto=https;host="iot.example:8443"', 'x-forwarded-prefix': '/fleet/' },
    'https://iot.example:8443/fleet',
  ],
];

describe.each(FORWARDED)('%s of a trusted proxy counts', (_name, headers, base) => {
  /** All that looks like a link. */
  const linksOf = ({ text }: Answer) => [...text.matchAll(/"href":"([^"]*)"/g)].map(([, href]) => href!);
  const expectLinks = (answer: Answer, least: number) => {
    const links = linksOf(answer);
    expect(links.length, answer.text).toBeGreaterThanOrEqual(least);
    for (const href of links) expect(href).toMatch(new RegExp(`^${base}/`));
  };

  it('in the links of REST', async () => {
    for (const path of [
      '/rest/v1/targets',
      `/rest/v1/targets/${device.controllerId}`,
      '/rest/v1/distributionsets',
    ])
      expectLinks(await admin(path, { headers }), 1);
    const created = await admin('/rest/v1/targettypes', {
      method: 'POST',
      headers,
      json: [{ name: `type of ${base} ${Object.keys(headers).length}` }],
    });
    expectLinks(created, 1);
  });

  it('in the links of devices', async () => {
    expectLinks(await device.ask('', { headers }), 2);
    expectLinks(await device.ask('/confirmationBase', { headers }), 1);
    expectLinks(await device.ask(`/deploymentBase/${device.actionId}`, { headers }), 4);
    expectLinks(await device.ask(`/softwaremodules/${device.moduleId}/artifacts`, { headers }), 4);
  });

  it('in the addresses that GraphQL gives', async () => {
    const behindProxy = clientOf(server, authorization);
    const [module] = (
      await admin('/rest/v1/softwaremodules', {
        method: 'POST',
        json: [{ name: Object.keys(headers).join(), version: '1', type: 'application' }],
      })
    ).json;
    const { createArtifactUpload } = await graphql(
      (path, request) => behindProxy(path, { ...request, headers }),
      `mutation ($input: CreateArtifactUploadInput!) {
        createArtifactUpload(input: $input) { upload { url } userErrors { message } }
      }`,
      { input: { moduleId: idOf('SoftwareModule', module.id), filename: 'g.bin' } },
    );
    expect(createArtifactUpload.userErrors).toEqual([]);
    expect(createArtifactUpload.upload.url).toMatch(new RegExp(`^${base}/uploads/`));
  });

  it('in GraphiQL, its cookie and where an import is', async () => {
    const page = await admin('/graphql', { headers: { ...headers, accept: 'text/html' } });
    expect(page.text).toContain('src="/fleet/graphql/assets/start.js');
    const session = await admin('/graphql/session', {
      method: 'POST',
      headers,
      json: { username: `${tenant}\\boss`, password: 'a-quiet-secret' },
    });
    expect(session.headers.get('set-cookie')).toMatch(/Path=\/fleet;.*Secure/);
    const imported = await admin('/imports?dryRun=true', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/csv' },
      body: 'controllerId\r\nx\r\n',
    });
    expect(imported.headers.get('location')).toMatch(/^\/fleet\/imports\/\d+$/);
  });
});
