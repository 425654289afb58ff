import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { haveAll } from '../../clients/programs.ts';
import { openEst, SECRET_KEY } from '../../support/est.ts';
import { graphql, startTestServer } from '../../support/server.ts';
import { tlsFiles } from '../../support/tls.ts';

/* OpenSSL goes by the list of revoked certificates. */

const { files, remove } = await tlsFiles();
const folder = mkdtempSync(join(tmpdir(), 'muster-crl-'));
const server = await startTestServer({
  ...files,
  ...SECRET_KEY,
  MUSTER_TRUSTED_PROXIES: '192.0.2.1',
  MUSTER_PUBLIC_URL: 'https://muster.example.org',
});
afterAll(async () => {
  await server.stop();
  remove();
  rmSync(folder, { recursive: true });
  expect(server.errors).toEqual([]);
});

const bytesOf = (url: string) =>
  new Promise<{ status: number; type: string | undefined; body: Buffer }>((resolve, reject) => {
    request(url, { rejectUnauthorized: false, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const { statusCode, headers } = response;
      resolve({ status: statusCode!, type: headers['content-type'], body: Buffer.concat(chunks) });
    })
      .once('error', reject)
      .end();
  });

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
const write = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);

describe.runIf(haveAll(['openssl'], 'a list of revoked certificates, as OpenSSL reads it'))(
  'the list',
  () => {
    it('has what was revoked and the certificates of deleted targets, and names its issuer', async () => {
      const est = await openEst(server);
      const { revocationListPath } = est.authority.issuing;
      const read = async () => {
        const { status, type, body } = await bytesOf(server.url + revocationListPath);
        expect({ status, type }).toEqual({ status: 200, type: 'application/pkix-crl' });
        write('list.der', body);
        openssl('crl', '-inform', 'DER', '-in', 'list.der', '-out', 'list.pem');
        return openssl('crl', '-in', 'list.pem', '-noout', '-text', '-CAfile', 'ca.pem');
      };
      const check = (name: string) => {
        try {
          return openssl('verify', '-crl_check', '-CAfile', 'ca.pem', '-CRLfile', 'list.pem', `${name}.pem`);
        } catch (error) {
          return String((error as { stderr: string }).stderr);
        }
      };
      write('ca.pem', est.authority.certificate);
      for (const name of ['good', 'revoked', 'deleted'])
        write(`${name}.pem`, (await est.enrolled(name)).shown.cert);

      const empty = await read();
      expect(empty).toMatch(/No Revoked Certificates/);
      expect(await read()).toBe(empty);
      for (const name of ['good', 'revoked', 'deleted']) expect(check(name)).toBe(`${name}.pem: OK\n`);
      expect(openssl('x509', '-in', 'good.pem', '-noout', '-text')).toContain(
        `URI:https://muster.example.org${revocationListPath}`,
      );

      const { certificate } = await est.target('revoked');
      await graphql(
        est.admin,
        'mutation ($id: ID!) { revokeTargetCertificate(input: { id: $id, reason: KEY_COMPROMISE }) { userErrors { message } } }',
        { id: certificate.id },
      );
      await est.admin('/rest/v1/targets/deleted', { method: 'DELETE' });
      const list = await read();
      expect(list).toMatch(/Key Compromise[\s\S]*Cessation Of Operation/);
      expect(list.match(/Serial Number/g)).toHaveLength(2);
      const numberOf = (text: string) => BigInt(/CRL Number: *\n? *(\w+)/.exec(text)![1]!);
      expect(numberOf(list)).toBeGreaterThan(numberOf(empty));
      expect(check('good')).toBe('good.pem: OK\n');
      for (const name of ['revoked', 'deleted']) expect(check(name)).toMatch(/certificate revoked/);
    });

    it('is of authorities that issue only', async () => {
      const est = await openEst(server);
      const { revocationListPath: path } = est.authority.issuing;
      for (const other of ['x', '999999', '-1', '1e3'].map((id) => path.replace(/\d+$/, id)))
        expect(await bytesOf(server.url + other), other).toMatchObject({ status: 404 });
      // The same number, written as a path never names it.
      for (const other of [path.replace(/(\d+)$/, '$1.0'), path.replace(/(\d+)$/, '$1e0'), '/crl/nobody/1'])
        expect(await bytesOf(server.url + other), other).toMatchObject({ status: 404 });
    });
  },
);
