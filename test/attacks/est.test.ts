import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../e2e/lifecycle/support.ts';
import { certify, Extension } from '../support/certificates.ts';
import { createAdministeredDatabase } from '../support/database.ts';
import { newRequest, openEst, SECRET_KEY } from '../support/est.ts';
import { overTls, tlsFiles } from '../support/tls.ts';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* Devices, and who pretends to be one, ask for certificates in ways that no client would. */

const { files, remove } = await tlsFiles();
// What is encrypted there, no other server could read.
const own = await createAdministeredDatabase();
const server = await startAttacked({
  ...{ ...files, ...SECRET_KEY, DATABASE_URL: own.url },
  MUSTER_TRUSTED_PROXIES: '192.0.2.1',
});
const est = await openEst(server);
const good = await newRequest('good');

const sockets: TLSSocket[] = [];
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  remove();
  await cleanUp();
  await own.drop();
});

const enrolls = async () => (await est.enroll('good', good)).status;

describe('headers of a proxy that nobody trusts', () => {
  const FORGED: Record<string, string>[] = [
    { 'x-controller-id': 'victim', 'x-authority': 'a1', 'x-authority-0': 'a1' },
    { 'x-ssl-client-cert': 'x', 'x-ssl-client-verify': 'SUCCESS', 'ssl-client-subject-dn': 'CN=victim' },
    { 'x-forwarded-client-cert': 'Hash=1;Subject="CN=victim"', 'client-cert': ':MIIB:' },
    { 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1;proto=https' },
  ];
  it.each(FORGED)('enroll and renew nobody: %o', async (headers) => {
    for (const operation of ['simpleenroll', 'simplereenroll'])
      expect(await est.post(operation, { headers, body: good.body })).toMatchObject({ status: 401 });
    const { shown } = await est.enrolled('other');
    const victim = await newRequest('victim');
    expect(
      await est.post('simpleenroll', { headers, show: [shown], body: victim.body }),
      'who has a certificate gets none for another',
    ).toMatchObject({ status: 401 });
  });
});

describe('what is read of', () => {
  const NULLS = (length: number) => {
    const content = Buffer.alloc(length, '0500', 'hex');
    return Buffer.concat([Buffer.from([0x30, 0x82, length >> 8, length & 0xff]), content]);
  };

  it('a certificate in a handshake is bounded, whoever made it', async () => {
    const made = await Promise.all(
      [4_000, 16_000, 40_000].map((length) =>
        certify('attacker', { extensions: [new Extension('1.2.3.4', false, NULLS(length))] }),
      ),
    );
    const answers = await expectNoStall(server, () =>
      Promise.all(
        Array.from({ length: 18 }, (_, n) =>
          overTls(server.url + server.device.path, { show: [made[n % made.length]!] }),
        ),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  });

  it('a request that is as long as it may be is bounded', async () => {
    // The content of a request with a subject of nothing but small values.
    const junk = NULLS(12_000);
    const whole = Buffer.concat([
      Buffer.from([0x30, 0x82, (junk.length + 3) >> 8, (junk.length + 3) & 0xff]),
      Buffer.from([0x02, 0x01, 0x00]),
      junk,
    ]);
    const rest = good.der.subarray(good.der.length - 80);
    const bodies = [
      Buffer.concat([whole, rest]),
      NULLS(12_200),
      Buffer.alloc(12_200, '3080', 'hex'),
      Buffer.alloc(12_200, '0482', 'hex'),
    ].map((der) => der.toString('base64'));
    const answers = await expectNoStall(server, () =>
      Promise.all(
        Array.from({ length: 16 }, (_, n) => est.enroll('good', { body: bodies[n % bodies.length]! })),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
  });
});

describe('a body', () => {
  /** Begins a request, and goes on as it is told. */
  async function begin(headers: string, beginning: string): Promise<TLSSocket> {
    const { port, hostname, pathname } = new URL(`${est.base}/simpleenroll`);
    const options: ConnectionOptions = { port: Number(port), host: hostname, rejectUnauthorized: false };
    const socket = connect(options);
    sockets.push(socket);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
    const head = `POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkcs10\r\n${headers}\r\n`;
    socket.write(`${head}\r\n${beginning}`);
    return socket;
  }

  it('that does not come keeps no device from its certificate', { timeout: 60_000 }, async () => {
    await Promise.all(Array.from({ length: 300 }, () => begin('Content-Length: 1000', 'MII')));
    const statuses = await expectNoStall(server, () => Promise.all([enrolls(), enrolls()]));
    expect(statuses).toEqual([200, 200]);
  });

  it('without an end is answered, and its connection ends', async () => {
    const socket = await begin('Transfer-Encoding: chunked', '');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const chunk = `1000\r\n${'A'.repeat(4_096)}\r\n`;
    const timer = setInterval(() => socket.writable && socket.write(chunk), 5);
    await closed;
    clearInterval(timer);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });
});
