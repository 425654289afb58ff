import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { haveAll } from '../../clients/programs.ts';
import { openEst, SECRET_KEY } from '../../support/est.ts';
import { startTestServer } from '../../support/server.ts';
import { tlsFiles } from '../../support/tls.ts';

/* Requests as OpenSSL makes them, and answers as it reads them. */

const { files, remove } = await tlsFiles();
const folder = mkdtempSync(join(tmpdir(), 'muster-openssl-'));
const server = await startTestServer({ ...files, ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
afterAll(async () => {
  await server.stop();
  remove();
  rmSync(folder, { recursive: true });
  expect(server.errors).toEqual([]);
});

const openssl = (args: readonly string[], input?: Buffer) =>
  execFileSync('openssl', args, { cwd: folder, input, stdio: ['pipe', 'pipe', 'pipe'] });
const newKey = (algorithm: string, ...options: string[]) => {
  const pkeyopts = options.flatMap((option) => ['-pkeyopt', option]);
  openssl(['genpkey', '-algorithm', algorithm, ...pkeyopts, '-out', 'key.pem']);
};
/** A request by that key, whose attributes and extensions a file may tell. */
const newRequest = (...options: string[]) => ({
  body: openssl([
    ...['req', '-new', '-key', 'key.pem', '-subj', '/O=Example/CN=somebody', '-outform', 'DER'],
    ...options,
  ]).toString('base64'),
});
const shownBy = (text: string) => {
  writeFileSync(join(folder, 'got.p7'), Buffer.from(text, 'base64'));
  return openssl(['pkcs7', '-inform', 'DER', '-in', 'got.p7', '-print_certs', '-noout']).toString();
};
const EC = ['EC', 'ec_paramgen_curve:P-256'] as const;

describe.runIf(haveAll(['openssl'], 'requests for certificates, as OpenSSL makes them'))(
  'OpenSSL',
  async () => {
    const est = await openEst(server, {
      policy: {
        keyKinds: ['EC_P256', 'EC_P521', 'ED25519', 'RSA_2048'],
        alternativeNames: ['DNS:device-1.example.org'],
      },
    });

    it('reads what devices get', async () => {
      newKey(...EC);
      const { status, text } = await est.enroll('device-1', newRequest());
      expect(status).toBe(200);
      expect(shownBy(text)).toMatch(/subject=CN ?= ?device-1\s+issuer=CN ?= ?Fleet CA\s*$/);
      expect(shownBy((await est.get('cacerts')).text)).toMatch(/subject=CN ?= ?Fleet CA/);
    });

    it.each<[string, readonly [string, ...string[]], string[], number]>([
      ['Ed25519', ['ED25519'], [], 200],
      ['P-521', ['EC', 'ec_paramgen_curve:P-521'], ['-sha512'], 200],
      ['RSA', ['RSA', 'rsa_keygen_bits:2048'], [], 200],
      ['RSA over SHA-1', ['RSA', 'rsa_keygen_bits:2048'], ['-sha1'], 400],
      [
        'RSA with a signature of RSA-PSS',
        ['RSA', 'rsa_keygen_bits:2048'],
        ['-sigopt', 'rsa_padding_mode:pss'],
        400,
      ],
      ['a key of RSA-PSS', ['RSA-PSS', 'rsa_keygen_bits:2048'], [], 400],
      ['Ed448', ['ED448'], [], 400],
      ['a curve that nobody allows', ['EC', 'ec_paramgen_curve:secp256k1'], [], 400],
      ['a curve that is spelled out', ['EC', 'ec_paramgen_curve:P-256', 'ec_param_enc:explicit'], [], 400],
    ])('asks by %s', async (_, [algorithm, ...keyOptions], options, status) => {
      newKey(algorithm, ...keyOptions);
      const answer = await est.enroll('device-2', newRequest(...options));
      expect(answer).toMatchObject({ status });
      if (status === 400) expect(answer.text).toMatch(/^request: /);
    });

    it('asks for extensions and attributes of many kinds, of which only names count', async () => {
      newKey(...EC);
      const config = `
[req]
distinguished_name = dn
attributes = attributes
req_extensions = extensions
prompt = no
[dn]
O = Example
[attributes]
unstructuredName = something
unstructuredAddress = somewhere
[extensions]
subjectAltName = DNS:device-1.example.org
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
1.2.3.4 = ASN1:UTF8String:something`;
      writeFileSync(join(folder, 'request.cnf'), config);
      const { status, text } = await est.enroll('device-1', newRequest('-config', 'request.cnf'));
      expect(status).toBe(200);
      shownBy(text);
      const certificate = openssl(['pkcs7', '-inform', 'DER', '-in', 'got.p7', '-print_certs']);
      const shown = openssl(['x509', '-noout', '-text'], certificate).toString();
      expect(shown).toMatch(/DNS:device-1\.example\.org/);
      expect(shown).toMatch(/CA:FALSE/);
      expect(shown).not.toMatch(/Certificate Sign|CA:TRUE|something/);
    });
  },
);
