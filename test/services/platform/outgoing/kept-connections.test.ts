import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openRequester } from '../../../../src/services/platform/outgoing/request.ts';

let server: Server;
const { request, close } = openRequester({ allowPrivate: true });
afterEach(() => {
  close();
  server.closeAllConnections();
  server.close();
});

/** A request to the server, which listens then. */
async function toServer() {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, headers: {}, body: '{}', answerBytes: 100, patienceMs: 5_000 };
}

/** Answers as many requests on each connection, and ends it when the next one comes. */
async function answering(onEach: number) {
  const answered = new Map<Socket, number>();
  let asked = 0;
  server = createServer((incoming, response) => {
    asked++;
    const before = answered.get(incoming.socket) ?? 0;
    answered.set(incoming.socket, before + 1);
    if (before >= onEach) incoming.socket.resetAndDestroy();
    else response.end('taken');
  });
  const outgoing = await toServer();
  return { send: () => request(outgoing), asked: () => asked };
}

const TAKEN = { status: 200, error: null, text: 'taken' };

it('that end in the moment in which they are used again are replaced', async () => {
  const { send, asked } = await answering(1);
  for (let n = 0; n < 3; n++) expect(await send()).toEqual(TAKEN);
  expect(asked()).toBeGreaterThan(3);
});

it('are no reason to send it again where a new one ends, too', async () => {
  const { send, asked } = await answering(0);
  expect(await send()).toMatchObject({ status: null, error: expect.stringMatching(/ECONNRESET|hang up/) });
  expect(asked()).toBe(1);
});

it('are ended here when nobody uses them, and not while somebody waits', async () => {
  const idle = openRequester({ allowPrivate: true, idleMs: 50 });
  const ended = new Promise<void>((resolve) => {
    server = createServer((_, response) => {
      response.write('ta');
      // Longer than an idle one is kept.
      setTimeout(() => response.end('ken'), 200);
    });
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => socket.once('close', resolve));
  });
  expect(await idle.request(await toServer())).toEqual(TAKEN);
  await ended;
  idle.close();
});
