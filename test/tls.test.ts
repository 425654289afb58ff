import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, readConfig } from '../src/config.ts';
import { listen } from '../src/listening/listen.ts';
import { readTls, renewTls } from '../src/tls.ts';
import { certify, type Signed } from './support/certificates.ts';
import { keepAlive, overTls } from './support/tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const [old, next] = [await certify('old'), await certify('next')];

describe('a certificate and key that cannot be used', async () => {
  const { cert, key } = await certify('localhost');
  const locked = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'a-quiet-secret',
  });
  const paths = {
    cert: write('cert', cert),
    key: write('key', key),
    other: write('other', (await certify('other')).key),
    locked: write('locked', String(locked)),
    none: write('none', ''),
    missing: join(folder, 'missing'),
  };

  it.each<[keyof typeof paths, keyof typeof paths, RegExp]>([
    ['missing', 'key', /^MUSTER_TLS_CERT: .*missing can't be read \(ENOENT/],
    ['cert', 'missing', /^MUSTER_TLS_KEY: .*missing can't be read \(ENOENT/],
    ['none', 'key', /^MUSTER_TLS_CERT: .*none holds no certificate in PEM/],
    ['key', 'key', /^MUSTER_TLS_CERT: .*key holds no certificate in PEM/],
    ['cert', 'none', /^MUSTER_TLS_KEY: .*none holds no private key in PEM/],
    ['cert', 'cert', /^MUSTER_TLS_KEY: .*cert holds no private key in PEM/],
    ['cert', 'locked', /^MUSTER_TLS_KEY: .*locked holds no private key in PEM that needs no passphrase/],
    ['cert', 'other', /^MUSTER_TLS_KEY: .*other is not the key of the certificate in .*cert/],
  ])('%s with %s is refused in one line', (certName, keyName, line) => {
    const files = { MUSTER_TLS_CERT: paths[certName], MUSTER_TLS_KEY: paths[keyName] };
    expect(() => readTls(files)).toThrow(ConfigurationError);
    expect(() => readTls(files)).toThrow(line);
    expect(() => readTls(files)).toThrow(/^[^\n]+$/);
  });

  it('is not looked for where only one is set: that is refused', () => {
    expect(() => readConfig({ MUSTER_TLS_CERT: paths.cert })).toThrow(/^MUSTER_TLS_KEY: must be set where/);
    expect(() => readConfig({ MUSTER_TLS_KEY: paths.key })).toThrow(/^MUSTER_TLS_CERT: must be set where/);
    expect(readTls(readConfig({}))).toBeUndefined();
  });
});

describe('the certificate of a running server', () => {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });

  /** A server whose files lie as cert-manager and Kubernetes lay them: behind a link that is swapped whole. */
  async function open(first: Signed) {
    const home = mkdtempSync(join(folder, 'home-'));
    let versions = 0;
    const put = (cert: string, key: string) => {
      const version = join(home, `version-${++versions}`);
      mkdirSync(version);
      writeFileSync(join(version, 'tls.crt'), cert);
      writeFileSync(join(version, 'tls.key'), key);
      symlinkSync(version, join(home, 'next'));
      renameSync(join(home, 'next'), join(home, '..data'));
    };
    put(first.cert, first.key);
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(home, name));
    const files = { MUSTER_TLS_CERT: join(home, 'tls.crt'), MUSTER_TLS_KEY: join(home, 'tls.key') };

    const { server, url, handleBy, close } = await listen(readConfig({ PORT: '0', ...files }));
    handleBy({
      request: (request, response) =>
        void response.end((request.socket as TLSSocket).getPeerX509Certificate()?.subject),
      upgrade: (_request, socket) => void socket.destroy(),
    });
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const stop = renewTls(server as Server, files, log);
    endings.push(stop, close);
    const shown = async () => (await overTls(url)).server;
    return { url, put, shown, logged: () => lines.join('') };
  }
  const PATIENCE = { timeout: 20_000, interval: 100 };

  it('is replaced when the files are, and nobody is cut off', async () => {
    const { url, put, shown, logged } = await open(old);
    expect(url).toMatch(/^https:/);
    const agent = keepAlive();
    expect((await overTls(url, { agent })).server).toBe('old');
    put(next.cert, next.key);
    await vi.waitFor(async () => expect(await shown()).toBe('next'), PATIENCE);
    expect((await overTls(url, { agent })).server, 'over the connection kept open').toBe('old');
    agent.destroy();
    expect(logged()).toContain('CN=next');
    expect(logged()).not.toContain('PRIVATE');
  });

  it('is replaced on SIGHUP', async () => {
    const { put, shown } = await open(old);
    put(next.cert, next.key);
    process.emit('SIGHUP');
    expect(await shown()).toBe('next');
  });

  it('stays where the new one is broken, which is logged, until it is mended', async () => {
    const { put, shown, logged } = await open(old);
    for (const [cert, key, fault] of [
      [next.cert, old.key, 'is not the key of the certificate'],
      ['', '', 'holds no certificate'],
    ] as const) {
      put(cert, key);
      process.emit('SIGHUP');
      expect(logged()).toContain(fault);
      expect(await shown()).toBe('old');
    }
    put(next.cert, next.key);
    await vi.waitFor(async () => expect(await shown()).toBe('next'), PATIENCE);
  });

  it('changes nothing else: devices are asked for theirs, and no session is resumed', async () => {
    const { url, put } = await open(old);
    const show = [await certify('device')];
    const { session } = await overTls(url, { show });
    put(next.cert, next.key);
    process.emit('SIGHUP');
    const again = await overTls(url, { show, session });
    expect(again).toMatchObject({ server: 'next', text: 'O=Muster\nCN=device', resumed: false });
    expect(await overTls(url, { show, session: again.session })).toMatchObject({ resumed: false });
  });
});

it('a server ends in time, whoever stops in the middle of a handshake', async () => {
  const files = { MUSTER_TLS_CERT: write('end.crt', old.cert), MUSTER_TLS_KEY: write('end.key', old.key) };
  const { url, port, close } = await listen(readConfig({ PORT: '0', ...files }));
  const silent = connect(port, '127.0.0.1');
  await once(silent, 'connect');
  await overTls(url);
  const closed = once(silent, 'close');
  await close();
  await closed;
});
