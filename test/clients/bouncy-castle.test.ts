import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEst, SECRET_KEY } from '../support/est.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { tlsFiles } from '../support/tls.ts';
import { execute, haveAll } from './programs.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

const here = join(import.meta.dirname, 'java');

describe.runIf(haveAll(['java', 'mvn', 'curl'], 'certificates by the EST client of Bouncy Castle'))(
  'the EST client of Bouncy Castle',
  () => {
    let server: TestServer;
    let tls: Awaited<ReturnType<typeof tlsFiles>>;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'muster-est-'));
      const copied = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'jars')}`];
      await execute('mvn', ['--quiet', '--batch-mode', '--file', join(here, 'pom.xml'), ...copied]);
      tls = await tlsFiles();
      server = await startTestServer({ ...tls.files, ...SECRET_KEY });
    });
    afterAll(async () => {
      await server?.stop();
      tls?.remove();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    it('learns of the authority, enrolls, renews, and curl polls by what it got', async () => {
      const est = await openEst(server, { policy: { lifetimeDays: 30, renewalDays: 30 } });
      const { host } = new URL(server.url);
      const label = `${est.name}.factory`;
      const { stdout } = await execute('java', [
        ...['-cp', join(folder, 'jars', '*'), join(here, 'EstClient.java')],
        ...[host, label, tls.files.MUSTER_TLS_CERT, 'device-1', est.token, folder],
      ]);
      expect(stdout.trim().split('\n')).toEqual([
        'authorities 1 CN=Fleet CA',
        'attributes [1.2.840.10045.2.1]',
        'wrong token refused 401',
        'enrolled CN=device-1',
        'renewed true',
      ]);
      expect((await est.target('device-1')).certificates).toHaveLength(2);

      const identity = ['--cert', join(folder, 'device.crt'), '--key', join(folder, 'device.key')];
      const address = `${server.url}/${est.name}/controller/v1/device-1`;
      const polled = await execute('curl', ['--silent', '--show-error', '--insecure', ...identity, address]);
      expect(JSON.parse(polled.stdout).config.polling.sleep).toBeDefined();
      expect(server.errors).toEqual([]);
    });
  },
);
