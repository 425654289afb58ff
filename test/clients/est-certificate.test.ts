import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newRequest, openEst, SECRET_KEY } from '../support/est.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { tlsFiles } from '../support/tls.ts';
import { execute, haveAll } from './programs.ts';
import { makeSigner, startDevice } from './swupdate.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

describe('a certificate that EST has issued', () => {
  let server: TestServer;
  let tls: Awaited<ReturnType<typeof tlsFiles>>;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-issued-'));
    tls = await tlsFiles();
    server = await startTestServer({ ...tls.files, ...SECRET_KEY });
  });
  afterAll(async () => {
    await server?.stop();
    tls?.remove();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** A device with what OpenSSL's users keep: a file for the certificate and one for its key. */
  async function newDevice(controllerId: string) {
    const est = await openEst(server);
    const request = await newRequest(controllerId);
    const { cert, key } = await est.held(await est.enroll(controllerId, request), request);
    const place = (ending: string) => join(folder, `${controllerId}.${ending}`);
    await writeFile(place('crt'), cert);
    await writeFile(place('key'), key);
    return { est, certificate: place('crt'), key: place('key') };
  }

  it.runIf(haveAll(['curl'], 'a poll of curl by a certificate of EST'))('lets curl poll', async () => {
    const { est, certificate, key } = await newDevice('curl-1');
    const { stdout } = await execute('curl', [
      ...['--silent', '--show-error', '--cacert', tls.files.MUSTER_TLS_CERT],
      ...['--cert', certificate, '--key', key],
      `${server.url.replace('127.0.0.1', 'localhost')}/${est.name}/controller/v1/curl-1`,
    ]);
    expect(JSON.parse(stdout)).toHaveProperty('config.polling.sleep');
    expect(server.errors).toEqual([]);
  });

  it.runIf(haveAll(['swupdate', 'openssl'], 'polls of swupdate by a certificate of EST'))(
    'lets swupdate poll and tell what it is',
    async () => {
      const { est, certificate, key } = await newDevice('board-1');
      await makeSigner(folder);
      const device = await startDevice({
        folder,
        url: server.url.replace('127.0.0.1', 'localhost'),
        tenant: est.name,
        controllerId: 'board-1',
        credential: { certificate, key, authority: tls.files.MUSTER_TLS_CERT },
      });
      try {
        const attributes = async () => (await est.admin('/rest/v1/targets/board-1/attributes')).json;
        await expect.poll(attributes, { timeout: 40_000 }).toEqual({ client: 'swupdate' });
      } catch (error) {
        console.log(device.output());
        throw error;
      } finally {
        await device.stop();
      }
      expect(server.errors).toEqual([]);
    },
  );
});
