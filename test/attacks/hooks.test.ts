import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServedTenant, graphql } from '../support/server.ts';
import { senderOf } from './support/send.ts';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* A tenant names a hook that answers as no server would, to keep the process busy or to get in. */

const server = await startAttacked({ MUSTER_WEBHOOKS_PRIVATE: 'true' });
const { admin, name } = server.tenant;
const send = senderOf(server);

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const one of servers) one.close();
});

/** Answers each request by what it writes on the bare connection. @returns its address, and how often it was asked */
async function hostileHook(answer: (socket: Socket) => void) {
  let asked = 0;
  const one = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.once('data', () => {
      asked++;
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  servers.push(one);
  return { url: `http://127.0.0.1:${(one.address() as AddressInfo).port}/`, asked: () => asked };
}

/** Writes it again and again, as fast as it is taken. */
function pour(socket: Socket, piece: string | Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
    socket.once('drain', more);
  };
  more();
}

/** Writes it every few milliseconds, without end. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 20);
  socket.once('close', () => clearInterval(timer));
}

let groups = 0;
async function groupWith(url: string) {
  const { createEnrollmentGroup } = await graphql(
    admin,
    'mutation ($name: String!) { createEnrollmentGroup(input: { name: $name }) { enrollmentGroup { id } token userErrors { message } } }',
    { name: `group-${++groups}` },
  );
  const { setEnrollmentHook } = await graphql(
    admin,
    'mutation ($input: SetEnrollmentHookInput!) { setEnrollmentHook(input: $input) { userErrors { message } } }',
    { input: { groupId: createEnrollmentGroup.enrollmentGroup.id, url, timeout: '1' } },
  );
  expect(setEnrollmentHook.userErrors).toEqual([]);
  return {
    token: createEnrollmentGroup.token as string,
    group: `group-${groups}`,
    /** Why its hook fails. */
    async reason(): Promise<string> {
      const { testEnrollmentHook } = await graphql(
        admin,
        'mutation ($input: TestEnrollmentHookInput!) { testEnrollmentHook(input: $input) { error userErrors { message } } }',
        { input: { groupId: createEnrollmentGroup.enrollmentGroup.id, device: 'test' } },
      );
      return testEnrollmentHook.error;
    },
  };
}

const poll = (id: string, token: string, by = send) =>
  by(`/${name}/controller/v1/${id}`, { as: `GatewayToken ${token}` });
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const ALLOW = '{"decision":"allow"}';
const HOSTILE: [string, (socket: Socket) => void, RegExp][] = [
  ['nothing', () => {}, /no answer within 1 s/],
  ['the end of the connection', (socket) => socket.end(), /socket hang up|ECONNRESET/],
  ['rubbish', (socket) => socket.end('rubbish\r\n\r\n'), /Parse Error/],
  ['a head that drips', (socket) => drip(socket, 'X'), /Parse Error|no answer within 1 s/],
  ['headers that drip', (socket) => socket.write(OK) && drip(socket, 'X-A: 1\r\n'), /no answer within 1 s/],
  [
    'a header of a megabyte',
    (socket) => socket.write(`${OK}X-Long: ${'x'.repeat(1 << 20)}\r\n\r\n`),
    /Header overflow/i,
  ],
  [
    'headers without an end',
    (socket) => socket.write(OK) && pour(socket, 'a:\r\n'.repeat(10_000)),
    /overflow/i,
  ],
  [
    'announcements of an answer without an end',
    (socket) => pour(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(2_000)),
    /does not come to its answer/,
  ],
  [
    'a body that drips',
    (socket) => socket.write(`${OK}Content-Length: 1000\r\n\r\n`) && drip(socket, ' '),
    /is not whole/,
  ],
  [
    'a body without an end',
    (socket) => socket.write(`${OK}\r\n`) && pour(socket, Buffer.alloc(65_536, ' ')),
    /longer than 16384 bytes/,
  ],
  [
    'chunks of one byte without an end',
    (socket) =>
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`) && pour(socket, '1\r\n \r\n'.repeat(10_000)),
    /longer than 16384 bytes/,
  ],
  [
    'trailers without an end',
    (socket) => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n14\r\n${ALLOW}\r\n0\r\n`);
      pour(socket, 'a:\r\n'.repeat(10_000));
    },
    /is not whole/,
  ],
  [
    'arrays in arrays',
    (socket) => socket.end(`${OK}Content-Length: 16000\r\n\r\n${'['.repeat(8_000)}${']'.repeat(8_000)}`),
    /.+/,
  ],
  [
    'many fields',
    (socket) => {
      const body = JSON.stringify(Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`f${n}`, 1])));
      socket.end(`${OK}Content-Length: ${body.length}\r\n\r\n${body}`);
    },
    /.+/,
  ],
  [
    'a body that is packed',
    (socket) => socket.end(`${OK}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00`),
    /no JSON/,
  ],
  [
    'a redirect to the server itself',
    (socket) =>
      socket.end(`HTTP/1.1 307 Go\r\nLocation: ${server.url}/health/live\r\nContent-Length: 0\r\n\r\n`),
    /redirects are not followed/,
  ],
];

describe('a hook that answers with', () => {
  it.each(HOSTILE)(
    '%s lets nobody in, and delays nobody',
    { timeout: 60_000 },
    async (_, answer, expected) => {
      const hook = await hostileHook(answer);
      const { token, group, reason } = await groupWith(hook.url);
      let tried = 0;
      const answers = await expectNoStall(server, (by) =>
        Promise.all(Array.from({ length: 4 }, () => poll(`${group}-${++tried}`, token, by))),
      );
      for (const { status, headers } of answers)
        expect([status, headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)]);
      expect(hook.asked()).toBeGreaterThan(0);
      expect(await reason()).toMatch(expected);
      const { targets } = await graphql(admin, `{ targets(filter: "id==${group}-*") { totalCount } }`);
      expect(targets.totalCount).toBe(0);
    },
  );
});

const says = (answer: object) => (socket: Socket) => {
  const body = JSON.stringify(answer);
  socket.end(`${OK}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};

describe("what is another tenant's", () => {
  beforeAll(createOther);
  it.each([
    ['a type', { type: 'secret-type' }],
    ['a tag', { tags: ['secret-tag'] }],
  ])('cannot be named: %s is as unknown as one that nobody has', async (_, given) => {
    const unknown = Object.fromEntries(
      Object.entries(given).map(([field, value]) => [
        field,
        typeof value === 'string' ? 'no-such' : ['no-such'],
      ]),
    );
    const told: string[] = [];
    for (const fields of [given, unknown]) {
      const hook = await hostileHook(says({ decision: 'allow', ...fields }));
      const { token, reason } = await groupWith(hook.url);
      expect((await poll(`names-${groups}`, token)).status).toBe(429);
      told.push((await reason()).replace(/secret-type|secret-tag|no-such/, 'X'));
    }
    expect(told[0]).toBe(told[1]);
  });

  it.each([
    '"tenant":"DEFAULT"',
    '"controllerId":"other"',
    '"securityToken":"known"',
    '"enrollmentGroup":{"id":"1"}',
    '"__proto__":{"name":"x"}',
    '"constructor":{"name":"x"}',
  ])('is no field of an answer: %s', async (field) => {
    const text = `{"decision":"allow",${field}}`;
    const hook = await hostileHook((socket) =>
      socket.end(`${OK}Content-Length: ${text.length}\r\n\r\n${text}`),
    );
    const { token } = await groupWith(hook.url);
    expect((await poll(`field-${groups}`, token)).status).toBe(429);
  });
});

/** A tenant with a type and a tag that others don't know of. */
async function createOther() {
  const other = await createServedTenant(server);
  const made = await Promise.all([
    other.admin('/rest/v1/targettypes', { method: 'POST', json: [{ name: 'secret-type' }] }),
    other.admin('/rest/v1/targettags', { method: 'POST', json: [{ name: 'secret-tag' }] }),
  ]);
  expect(made.map(({ status }) => status)).toEqual([201, 201]);
}
