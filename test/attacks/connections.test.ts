import { connect, type Socket } from 'node:net';
import { afterAll, expect, it, vi } from 'vitest';
import { senderOf } from './support/send.ts';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* Connections that say nothing, or too little: they shut nobody out. */

const OPEN_FILES = 1_024;
const server = await startAttacked({}, OPEN_FILES);

const sockets: Socket[] = [];
afterAll(() => {
  for (const socket of sockets) socket.destroy();
});

/** Opens so many, each of which begins like this. */
async function dialMany(count: number, beginning: string): Promise<Socket[]> {
  const { port, hostname } = new URL(server.url);
  const dialled = Array.from({ length: count }, () => connect(Number(port), hostname));
  sockets.push(...dialled);
  for (const socket of dialled) {
    socket.on('error', () => {}); // it may be refused
    if (beginning) socket.write(beginning);
  }
  await Promise.all(
    dialled.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
  );
  return dialled;
}

const HEAD = 'Host: x\r\nContent-Type: text/csv\r\n';

it.each([
  ['nothing', ''],
  ['half a head', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ['a body that does not come', `POST /imports HTTP/1.1\r\n${HEAD}Content-Length: 1000000\r\n\r\nx`],
  ['the same to what looks alike', `POST /imports-x HTTP/1.1\r\n${HEAD}Content-Length: 1000000\r\n\r\nx`],
])('lets others in beside 1,100 that send %s', async (_, beginning) => {
  const stalling = await dialMany(1_100, beginning);
  // It has a second to begin: then it makes room for others.
  await vi.waitFor(
    async () => {
      const answers = await Promise.all([
        server.tenant.admin('/health/ready'),
        server.tenant.admin('/rest/v1/targets'),
        server.tenant.admin('/exports'),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    },
    { timeout: 20_000, interval: 200 },
  );
  const poll = await expectNoStall(server, (send) =>
    send(server.device.path, { as: server.device.authorization }),
  );
  expect(poll.status).toBe(200);
  for (const socket of stalling) socket.destroy();
  await vi.waitFor(async () => {
    const metrics = await server.tenant.admin('/metrics');
    expect(Number(/^muster_connections (\d+)/m.exec(metrics.text)?.[1])).toBeLessThan(50);
  }, 10_000);
});

it('ends the connection of an error that is answered before the body has come, at every door', async () => {
  const paths = [
    '/imports',
    '/imports-x',
    '/uploads/nothing',
    '/rest/v1/targets',
    '/rest/v1/softwaremodules/1/artifacts',
    '/graphql',
    '/graphql/session',
    `${server.device.path}/configData`,
  ];
  const { port, hostname } = new URL(server.url);
  const ended = paths.map(async (path) => {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    let text = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    socket.on('error', () => {}); // what drips on may meet a closed door
    const method = path.endsWith('configData') ? 'PUT' : 'POST';
    socket.write(`${method} ${path} HTTP/1.1\r\n${HEAD}Content-Length: 1000000\r\n\r\n`);
    const timer = setInterval(() => socket.writable && socket.write('x'), 50);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(timer);
    return [path, text.split('\r\n')[0], /^connection: (.*)\r$/im.exec(text)?.[1]];
  });
  for (const [path, status, connection] of await Promise.all(ended)) {
    expect([path, status]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
    expect([path, connection]).toEqual([path, 'close']);
  }
}, 30_000);

/** Sends pieces on a connection until the server ends it or all are sent. @returns how many bytes it took */
async function pour(beginning: string, piece: string, count: number): Promise<number> {
  const [socket] = (await dialMany(1, beginning)) as [Socket];
  let isOpen = true;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  void closed.then(() => {
    isOpen = false;
  });
  let sent = 0;
  for (; sent < count && isOpen; sent++)
    if (!socket.write(piece))
      await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
  await closed;
  return sent * piece.length;
}

const MIB = 1 << 20;
const GET = 'GET /rest/v1/targets HTTP/1.1\r\nHost: x\r\n';
const CHUNKED = `PUT ${server.device.path}/configData HTTP/1.1\r\nHost: x\r\nAuthorization: ${server.device.authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;

it.each([
  ['a header without an end', `${GET}X-Long: `, 'x'.repeat(MIB), 64],
  ['headers without an end', GET, 'X-Many: 1\r\n'.repeat(100_000), 64],
  ['headers with the shortest names', GET, 'a:\r\n'.repeat(250_000), 64],
  ['a request line without an end', 'GET /', 'x'.repeat(MIB), 64],
  ['headers after a body without an end', `${CHUNKED}2\r\n{}\r\n0\r\n`, 'X-Many: 1\r\n'.repeat(100_000), 64],
  ['a chunk whose extension has no end', `${CHUNKED}2;`, 'x'.repeat(MIB), 64],
])(
  'cuts off %s, and keeps none of it',
  async (_, beginning, piece, count) => {
    const taken = await expectNoStall(
      server,
      () => Promise.all(Array.from({ length: 8 }, () => pour(beginning, piece, count))),
      { memory: 64 },
    );
    for (const bytes of taken) expect(bytes).toBeLessThan(32 * MIB);
  },
  60_000,
);

it('answers 431 to a header that is too long, and as always to one that is not', async () => {
  const answered = (length: number) =>
    senderOf(server)('/rest/v1/targets', {
      as: server.tenant.authorization,
      headers: { 'x-long': 'x'.repeat(length) },
    });
  expect((await answered(15_000)).status).toBe(200);
  expect((await answered(17_000)).status).toBe(431);
});

it('says what it ends, and lives', async () => {
  const { text } = await server.tenant.admin('/metrics');
  expect(text).toMatch(/^muster_connections_ended_total\{why="full"\} [1-9]/m);
  expect(server.stdout() + server.stderr()).toContain('connections are refused');
});
