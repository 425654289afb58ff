import { connect } from 'node:net';
import type { Response } from 'express';
import { describe, expect, it, vi } from 'vitest';
import { sendText } from '../../src/api/stream.ts';
import { tlsFiles } from '../support/tls.ts';
import { dial, drip, type Line, type Opened, open } from './support.ts';

/* Who doesn't get on is given up: for each wait there is an end. */

const SOON = { timeout: 15_000, interval: 50 };
const HOST = 'Host: x\r\n';

describe('the head of a request', () => {
  it.each([
    ['nothing', ''],
    ['half of it', 'GET / HTTP/1.1\r\nHost: x\r\nX-Half: '],
    ['the request line', 'GET / HTT'],
  ])('is not awaited for ever where there is %s', async (_, begun) => {
    const server = await open({ timeouts: { head: 1_000 } });
    const line = await dial(server);
    line.write(begun);
    await vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);
    expect(line.text()).toMatch(/^HTTP\/1\.1 408 /);
    expect(server.connections.size()).toBe(0);
  });

  it('is not awaited for ever where it drips', async () => {
    const server = await open({ timeouts: { head: 500 } });
    const line = await dial(server);
    line.write('GET / HTTP/1.1\r\nHost: x\r\nX-Long: ');
    drip(line, 'x', 50);
    await vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);
  });

  it('is not awaited for ever where it is the second', async () => {
    const server = await open({ timeouts: { head: 500 } });
    const line = await dial(server);
    line.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(line.text()).toContain('200 OK'), SOON);
    line.write('GET / HTTP/1.1\r\n');
    await vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);
  });

  it.each([
    ['is never begun', ''],
    ['stops', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('is not awaited for ever where TLS %s', async (_, begun) => {
    const { files, remove } = await tlsFiles();
    try {
      const server = await open({ settings: files, timeouts: { head: 500 } });
      const line = await dial(server);
      line.socket.write(Buffer.from(begun, 'latin1'));
      await vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);
      await vi.waitFor(() => expect(server.connections.size()).toBe(0), SOON);
    } finally {
      remove();
    }
  });

  it('is not awaited for ever where TLS drips', async () => {
    const { files, remove } = await tlsFiles();
    try {
      const server = await open({ settings: files, timeouts: { head: 500 } });
      const line = await dial(server);
      line.socket.write(Buffer.from('160301020001', 'hex'));
      const timer = setInterval(() => line.socket.writable && line.socket.write(Buffer.from([1])), 50);
      await vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);
      clearInterval(timer);
    } finally {
      remove();
    }
  });
});

/** Where bodies go, and what looks like it. */
const PATHS = [
  '/imports',
  '/imports-x',
  '/imports/1/faults',
  '/uploads/token',
  '/uploads/',
  '/rest/v1/softwaremodules/1/artifacts',
  '/rest/v1/softwaremodules/1/artifacts/1/download',
  '/rest/v1/targets',
  '/graphql',
  '/DEFAULT/controller/v1/x/configData',
];

describe('a body', () => {
  const post = (path: string, rest: string) => `POST ${path} HTTP/1.1\r\n${HOST}${rest}\r\n`;
  /** Begins a body to each path at the same time. */
  const toAll = (server: Opened, headers: string, piece: string) =>
    Promise.all(
      PATHS.map(async (path): Promise<[string, Line]> => {
        const line = await dial(server);
        line.write(post(path, headers));
        drip(line, piece, 50);
        return [path, line];
      }),
    );

  it('is not awaited for ever where it drips, whatever the path', async () => {
    const server = await open({ timeouts: { bodyWindow: 500, bodyBytes: 1_000 } });
    for (const [path, line] of await toAll(server, 'Content-Length: 100000\r\n', 'x')) {
      await vi.waitFor(() => expect(line.isOpen(), path).toBe(false), SOON);
      expect(line.text(), path).toMatch(/^HTTP\/1\.1 408 /);
    }
    for (const [path, line] of await toAll(server, 'Transfer-Encoding: chunked\r\n', '1\r\nx\r\n'))
      await vi.waitFor(() => expect(line.isOpen(), path).toBe(false), SOON);
    expect(server.connections.ended.get('body')).toBe(2 * PATHS.length);
  });

  it('is not awaited for ever where it drips after a 401, whatever the path', async () => {
    const server = await open({
      timeouts: { linger: 500 },
      request: (_request, response) => void Object.assign(response, { statusCode: 401 }).end('no'),
    });
    for (const [path, line] of await toAll(server, 'Content-Length: 100000\r\n', 'x')) {
      await vi.waitFor(() => expect(line.isOpen(), path).toBe(false), SOON);
      expect(line.text(), path).toMatch(/^HTTP\/1\.1 401 [\s\S]*Connection: close\r\n[\s\S]*no$/);
    }
    await vi.waitFor(() => expect(server.connections.size()).toBe(0), SOON);
  });

  it('is not awaited for ever where it was answered well without it', async () => {
    const server = await open({
      timeouts: { linger: 500 },
      request: (_request, response) => void response.end('fine'),
    });
    const line = await dial(server);
    line.write(post('/', 'Transfer-Encoding: chunked\r\n'));
    drip(line, '1\r\nx\r\n', 50);
    await vi.waitFor(() => expect(line.text()).toMatch(/200 OK/), SOON);
    await vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);
  });

  it('may come slowly', async () => {
    const server = await open({ timeouts: { bodyWindow: 500, bodyBytes: 100, body: 1_000 } });
    const line = await dial(server);
    line.write(post('/imports', 'Content-Length: 2000\r\n'));
    drip(line, 'x'.repeat(50), 100);
    await vi.waitFor(() => expect(line.text()).toMatch(/200 OK[\s\S]*x{2000}$/), SOON);
  });

  it('may not come slowly without end, unless it is a file', async () => {
    const server = await open({ timeouts: { bodyWindow: 500, bodyBytes: 10, body: 1_000 } });
    const line = await dial(server);
    line.write(post('/imports-x', 'Content-Length: 20000\r\n'));
    drip(line, 'x'.repeat(50), 100);
    await vi.waitFor(() => expect(line.text()).toMatch(/408/), SOON);
  });

  it('may wait to be read', async () => {
    const size = 1_000_000;
    const server = await open({
      // A busy machine stops everybody for a moment: no window may be so short.
      timeouts: { bodyWindow: 2_000, bodyBytes: 1_000 },
      async request(request, response) {
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        let bytes = 0;
        for await (const piece of request) bytes += piece.length;
        response.end(String(bytes));
      },
    });
    const line = await dial(server);
    line.write(post('/imports', `Content-Length: ${size}\r\n`) + 'x'.repeat(size));
    await vi.waitFor(() => expect(line.text()).toMatch(/200 OK[\s\S]*1000000$/), SOON);
  });
});

describe('an answered error', () => {
  const refuse = {
    request: (_: unknown, response: import('node:http').ServerResponse) =>
      void Object.assign(response, { statusCode: 400 }).end('no'),
  };

  it('ends the connection where the body has not come', async () => {
    const server = await open(refuse);
    const line = await dial(server);
    line.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n12345`);
    await vi.waitFor(() => expect(line.text()).toMatch(/400 [\s\S]*Connection: close/), SOON);
    line.write(`67890GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);
    expect(line.text().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('is read by those who send all before they read', async () => {
    const server = await open(refuse);
    const line = await dial(server);
    line.socket.pause();
    const size = 20_000_000;
    line.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: ${size}\r\n\r\n`);
    const block = Buffer.alloc(100_000);
    for (let sent = 0; sent < size; sent += block.length)
      await new Promise((resolve, reject) =>
        line.socket.write(block, (error) => (error ? reject(error) : resolve(undefined))),
      );
    line.socket.resume();
    await vi.waitFor(() => expect(line.text()).toMatch(/400 [\s\S]*no$/), SOON);
  });

  it('keeps the connection where all had come, or there was nothing', async () => {
    const server = await open(refuse);
    const line = await dial(server);
    line.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(line.text()).toMatch(/no$/), SOON);
    expect(line.text()).not.toContain('Connection: close');
    line.write(`GET / HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`);
    await vi.waitFor(() => expect(line.text().match(/HTTP\/1\.1 400/g)).toHaveLength(2), SOON);
    expect(line.isOpen()).toBe(true);
  });
});

describe('an answer', () => {
  it('that nobody takes in is given up', async () => {
    const server = await open({
      timeouts: { answer: 500 },
      request: (_request, response) => void response.end(Buffer.alloc(64 << 20)),
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(server.connections.ended.get('answer')).toBe(1), SOON);
    expect(server.connections.size()).toBe(0);
    socket.destroy();
  });

  it('is read from its source no further than it is taken in, and the source is closed when it is given up', async () => {
    let bytes = 0;
    let isClosed = false;
    const endless = async function* () {
      try {
        for (const piece = 'x'.repeat(1 << 16); ; bytes += piece.length) yield piece;
      } finally {
        isClosed = true;
      }
    };
    const server = await open({
      timeouts: { answer: 500 },
      request: (_request, response) => void sendText(response as Response, endless()),
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(isClosed).toBe(true), SOON);
    // What is more than a few pieces waits in the system, not here.
    expect(bytes).toBeLessThan(64 << 20);
    expect(server.connections.size()).toBe(0);
    socket.destroy();
  });

  it('may be taken in slowly', async () => {
    const size = 32 << 20;
    const server = await open({
      timeouts: { answer: 2_000 },
      request: (_request, response) => void response.end(Buffer.alloc(size)),
    });
    const socket = connect(server.port, '127.0.0.1');
    let bytes = 0;
    socket.on('data', (piece) => {
      bytes += piece.length;
      socket.pause();
      setTimeout(() => socket.resume(), 5);
    });
    socket.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(bytes).toBeGreaterThan(size), { timeout: 25_000, interval: 50 });
    socket.destroy();
  });
});

describe('a connection that is over here', () => {
  it('does not wait for the other side, where another protocol was refused', async () => {
    const server = await open({
      timeouts: { linger: 500 },
      upgrade: (_request, socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'),
    });
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.resume();
    socket.write(`GET / HTTP/1.1\r\n${HOST}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await vi.waitFor(() => expect(socket.readableEnded).toBe(true), SOON);
    await vi.waitFor(() => expect(server.connections.size()).toBe(0), SOON);
    expect(server.connections.ended.get('linger')).toBe(1);
    socket.destroy();
  });

  it('is kept for the next request as long as is set', async () => {
    const byDefault = await open();
    const line = await dial(byDefault);
    line.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(line.text()).toMatch(/Keep-Alive: timeout=65\r\n/), SOON);
    const short = await open({ settings: { MUSTER_KEEP_ALIVE: '1' } });
    const other = await dial(short);
    other.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await vi.waitFor(() => expect(other.text()).toMatch(/Keep-Alive: timeout=1\r\n/), SOON);
    await vi.waitFor(() => expect(other.isOpen()).toBe(false), SOON);
    expect(line.isOpen()).toBe(true);
  });
});
