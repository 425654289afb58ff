import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildServer } from '../../support/build.ts';
import { certify, newAuthority } from '../../support/certificates.ts';
import { createDatabase, type OwnDatabase } from '../../support/database.ts';
import { basic, graphql } from '../../support/server.ts';
import { overTls, tlsClientOf, tlsFiles } from '../../support/tls.ts';
import { cleanUp, makeFolder, refusals, start, stop, until } from './support.ts';

/* The built server where it ends TLS itself. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const { files, remove } = await tlsFiles('old');
let database: OwnDatabase;
beforeAll(async () => {
  await buildServer();
  database = await createDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
  remove();
});

test('a certificate or key that cannot be used ends the start with one line', async () => {
  const { MUSTER_TLS_CERT: cert, MUSTER_TLS_KEY: key } = files;
  const lines = await refusals(makeFolder(), [
    { MUSTER_TLS_CERT: cert },
    { MUSTER_TLS_CERT: cert, MUSTER_TLS_KEY: `${key}.nowhere` },
    { MUSTER_TLS_CERT: cert, MUSTER_TLS_KEY: cert },
  ]);
  expect(lines).toMatchObject([
    expect.stringMatching(/MUSTER_TLS_KEY: must be set/),
    expect.stringMatching(/MUSTER_TLS_KEY: .*nowhere can't be read/),
    expect.stringMatching(/MUSTER_TLS_KEY: .* holds no private key/),
  ]);
});

test.each(['1', '2'])(
  'with workers: %s, devices sign in by certificate and SIGHUP renews its own',
  async (MUSTER_WORKERS) => {
    const server = await start(makeFolder(), { DATABASE_URL: database.url, MUSTER_WORKERS, ...files });
    expect(server.url).toMatch(/^https:/);
    expect(server.stdout()).toContain(` ${server.url}/{tenant}/controller/v1/`);

    const root = await newAuthority(`Root ${MUSTER_WORKERS}`);
    const { createCertificateAuthority } = await graphql(
      tlsClientOf(server, basic('admin', 'admin')),
      `mutation ($input: CreateCertificateAuthorityInput!) {
      createCertificateAuthority(input: $input) { userErrors { message } }
    }`,
      { input: { name: `Root ${MUSTER_WORKERS}`, certificate: root.cert } },
    );
    expect(createCertificateAuthority.userErrors).toEqual([]);
    const device = await certify(`tls-${MUSTER_WORKERS}`, { by: root });
    const url = `${server.url}/DEFAULT/controller/v1/tls-${MUSTER_WORKERS}`;
    await until(async () => (await overTls(url, { show: [device] })).status === 200);
    expect(await overTls(url, { show: [await certify('other', { by: root })] })).toMatchObject({
      status: 401,
    });
    expect(server.stdout(), 'why').toContain("it is that of 'other'");

    const next = await certify(`renewed ${MUSTER_WORKERS}`);
    writeFileSync(files.MUSTER_TLS_CERT, next.cert);
    writeFileSync(files.MUSTER_TLS_KEY, next.key);
    server.kill('SIGHUP');
    const everyone = Array.from({ length: 8 }, () => url);
    await until(async () => {
      const answers = await Promise.all(everyone.map((one) => overTls(one, { show: [device] })));
      return answers.every(
        (answer) => answer.server === `renewed ${MUSTER_WORKERS}` && answer.status === 200,
      );
    });
    await stop(server);
  },
);
