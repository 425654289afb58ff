import { describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { capsOf, descriptorLimit } from '../../src/listening/descriptors.ts';
import { overTls, tlsFiles } from '../support/tls.ts';
import { dial, type Line, type Opened, open } from './support.ts';

/* There are never more connections than the process can have, of one address not more than its share. */

const SOON = { timeout: 15_000, interval: 50 };
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const CAP = 16;

const answered = (line: Line, times = 1) =>
  vi.waitFor(() => expect(line.text().match(/HTTP\/1\.1 200/g)).toHaveLength(times), SOON);
const gone = (line: Line) => vi.waitFor(() => expect(line.isOpen()).toBe(false), SOON);

/** So many connections, each with an answer behind it. */
async function idle(server: Opened, count: number, address?: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (let i = 0; i < count; i++) {
    const line = await dial(server, address);
    line.write(GET);
    await answered(line);
    lines.push(line);
  }
  return lines;
}

/** A server that answers `GET /` at once and all else never. */
const openBusy = (settings: Record<string, string>) =>
  open({
    settings,
    request: (request, response) => void (request.url === '/' && response.end('done')),
  });
const BUSY = 'GET /never HTTP/1.1\r\nHost: x\r\n\r\n';

describe('the cap of connections', () => {
  it('makes room by ending who has been idle for the longest', async () => {
    const server = await openBusy({ MUSTER_CONNECTIONS: String(CAP) });
    const [first, second, ...others] = await idle(server, CAP);
    // The first has just been used again.
    first!.write(GET);
    await answered(first!, 2);
    const next = await dial(server);
    next.write(GET);
    await answered(next);
    await gone(second!);
    for (const line of [first!, ...others]) expect(line.isOpen()).toBe(true);
    expect(server.connections.size()).toBe(CAP);
  });

  it('makes room by ending who has said nothing so far, where nobody is idle', async () => {
    const server = await openBusy({ MUSTER_CONNECTIONS: String(CAP) });
    const busy = await dial(server);
    busy.write(BUSY);
    const silent = await Promise.all(Array.from({ length: CAP - 1 }, () => dial(server)));
    await vi.waitFor(() => expect(server.connections.size()).toBe(CAP), SOON);
    // They have a second to say something.
    await vi.waitFor(async () => {
      const next = await dial(server);
      next.write(GET);
      await vi.waitFor(() => expect(next.text()).toContain('200 OK'), { timeout: 300 });
    }, SOON);
    expect(busy.isOpen()).toBe(true);
    expect(silent.filter((line) => line.isOpen()).length).toBeLessThan(CAP - 1);
    expect(server.connections.size()).toBeLessThanOrEqual(CAP);
  });

  it('ends who has said nothing before who was answered a moment ago', async () => {
    const server = await openBusy({ MUSTER_CONNECTIONS: String(CAP) });
    const active = await dial(server);
    const silent = await Promise.all(Array.from({ length: CAP - 1 }, () => dial(server)));
    await vi.waitFor(() => expect(server.connections.size()).toBe(CAP), SOON);
    // They have a second to say something.
    const opened = performance.now();
    await vi.waitFor(() => expect(performance.now() - opened).toBeGreaterThan(1_100), SOON);
    active.write(GET);
    await answered(active);
    const next = await dial(server);
    next.write(GET);
    await answered(next);
    expect(active.isOpen()).toBe(true);
    expect(silent.filter((line) => line.isOpen()).length).toBeLessThan(CAP - 1);
  });

  it('refuses others where all are at work, and says so once', async () => {
    const server = await openBusy({ MUSTER_CONNECTIONS: String(CAP) });
    const busy = await Promise.all(Array.from({ length: CAP }, () => dial(server)));
    for (const line of busy) line.write(BUSY);
    await vi.waitFor(() => expect(server.connections.size()).toBe(CAP), SOON);
    for (let i = 0; i < 3; i++) await gone(await dial(server));
    expect(busy.every((line) => line.isOpen())).toBe(true);
    expect(server.connections.ended.get('full')).toBe(3);
    expect(server.warnings).toEqual([[expect.stringContaining('MUSTER_CONNECTIONS')]]);
  });

  it('counts those that speak another protocol, and never takes them for idle', async () => {
    const server = await open({
      settings: { MUSTER_CONNECTIONS: String(CAP) },
      upgrade: (_request, socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    });
    const [before] = await idle(server, 1);
    const upgraded = await Promise.all(Array.from({ length: CAP - 1 }, () => dial(server)));
    for (const line of upgraded)
      line.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    for (const line of upgraded) await vi.waitFor(() => expect(line.text()).toContain('101'), SOON);
    const [next] = await idle(server, 1);
    await gone(before!);
    expect([next!, ...upgraded].every((line) => line.isOpen())).toBe(true);
  });
});

describe('the cap of an address', () => {
  const settings = {
    MUSTER_CONNECTIONS: String(CAP),
    MUSTER_ADDRESS_CONNECTIONS: '4',
    MUSTER_TRUSTED_PROXIES: '127.0.0.9',
  };

  it('ends the idle ones of that address first, and none of another', async () => {
    const server = await openBusy(settings);
    const [other] = await idle(server, 1, '127.0.0.3');
    const lines = await idle(server, 4, '127.0.0.2');
    const [next] = await idle(server, 1, '127.0.0.2');
    await gone(lines[0]!);
    for (const line of [other!, next!, ...lines.slice(1)]) expect(line.isOpen()).toBe(true);
  });

  it('refuses those who keep it busy, and serves others', async () => {
    const server = await openBusy(settings);
    const busy = await Promise.all(Array.from({ length: 4 }, () => dial(server, '127.0.0.2')));
    for (const line of busy) line.write(BUSY);
    await vi.waitFor(() => expect(server.connections.size()).toBe(4), SOON);
    await gone(await dial(server, '127.0.0.2'));
    await idle(server, 1, '127.0.0.3');
    expect(busy.every((line) => line.isOpen())).toBe(true);
    expect(server.warnings).toEqual([
      [{ network: '127.0.0.2' }, expect.stringContaining('MUSTER_ADDRESS_CONNECTIONS')],
    ]);
  });

  it('is not that of a trusted proxy: all come through it', async () => {
    const server = await openBusy(settings);
    const lines = await idle(server, 10, '127.0.0.9');
    expect(lines.every((line) => line.isOpen())).toBe(true);
  });

  it('holds for TLS, and counts a connection once', async () => {
    const { files, remove } = await tlsFiles();
    try {
      const server = await openBusy({ ...settings, ...files });
      const handshaking = await Promise.all(Array.from({ length: 4 }, () => dial(server, '127.0.0.2')));
      await vi.waitFor(() => expect(server.connections.size()).toBe(4), SOON);
      await gone(await dial(server, '127.0.0.2'));
      for (let i = 0; i < 20; i++) expect((await overTls(server.url)).status).toBe(200);
      await vi.waitFor(() => expect(server.connections.size()).toBe(4), SOON);
      for (const { socket } of handshaking) socket.destroy();
      await vi.waitFor(() => expect(server.connections.size()).toBe(0), SOON);
    } finally {
      remove();
    }
  });
});

describe('the caps', () => {
  const caps = (settings: Record<string, string>, limit?: number) =>
    capsOf(readConfig({ MUSTER_CONFIG_FILE: '/dev/null', ...settings }), limit);

  it('leave room for the database and for files', () => {
    expect(caps({}, 1_024)).toEqual({ connections: 443, ofAddress: 222 });
    expect(caps({ DATABASE_POOL_SIZE: '100' }, 1_024)).toEqual({ connections: 398, ofAddress: 199 });
    expect(caps({}, 1 << 20)).toEqual({ connections: 20_000, ofAddress: 10_000 });
  });

  it('are as they are set, where they fit', () => {
    expect(caps({ MUSTER_CONNECTIONS: '800' }, 1_024)).toEqual({ connections: 800, ofAddress: 400 });
    expect(caps({ MUSTER_CONNECTIONS: '800', MUSTER_ADDRESS_CONNECTIONS: '20' }, 1_024).ofAddress).toBe(20);
    expect(caps({ MUSTER_CONNECTIONS: '800', MUSTER_ADDRESS_CONNECTIONS: '900' }, 1_024).ofAddress).toBe(800);
    expect(() => caps({ MUSTER_CONNECTIONS: '900' }, 1_024)).toThrow(
      /^MUSTER_CONNECTIONS: must be at most 886/,
    );
    expect(() => caps({}, 150)).toThrow(/only 150 files open/);
  });

  it('are measured by the limit of this process', () => expect(descriptorLimit()).toBeGreaterThan(100));
});
