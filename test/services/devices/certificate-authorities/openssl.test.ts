import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/create.ts';
import { updateCertificateAuthority } from '../../../../src/services/devices/certificate-authorities/update.ts';
import {
  type Chain,
  verifyChain,
} from '../../../../src/services/devices/certificate-authorities/verify-chain.ts';
import { day } from '../../../support/certificates.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

/* The same with certificates as OpenSSL makes them, with key identifiers and all; where there is one. */

const folder = mkdtempSync(join(tmpdir(), 'muster-openssl-'));
const { platform, close } = await openTestPlatform();
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await close();
});
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe', encoding: 'utf8' });
const read = (name: string) => readFileSync(join(folder, `${name}.crt`), 'utf8');

function makeRoot(name: string) {
  openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '9', '-subj', `/O=Acme/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
}

function make(name: string, issuer: string, extensions: string) {
  writeFileSync(join(folder, `${name}.ext`), extensions);
  openssl(
    ...[
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      `/O=Acme/CN=${name}`,
    ],
    ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
  );
  openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`],
    ...['-CAcreateserial', '-extfile', `${name}.ext`, '-out', `${name}.crt`, '-days', '5'],
  );
}

const CA = `basicConstraints=critical,CA:true,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid:always,issuer`;
const DEVICE = `basicConstraints=CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth
subjectAltName=DNS:device.example
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid`;

describe.runIf(/^OpenSSL 3/.test(String(spawnSync('openssl', ['version']).stdout)))(
  "OpenSSL's certificates",
  () => {
    it('are taken and refused by the same rules', async () => {
      makeRoot('root');
      makeRoot('stranger');
      make('between', 'root', CA);
      make('straight', 'root', DEVICE);
      make('below', 'between', DEVICE);
      make('strange', 'stranger', DEVICE);
      make('forged', 'straight', DEVICE);

      const tenant = await newTenant(platform);
      const context = tenant.contextOf();
      const { id } = await createCertificateAuthority(context, { name: 'Acme', certificate: read('root') });
      const askOn = async (date: Date, ...names: string[]) => {
        const chain = names.map((name) => new X509Certificate(read(name))) as unknown as Chain;
        const { authorityIds, refusal } = verifyChain(
          await platform.tenants.byId(tenant.tenantId),
          chain,
          date,
        );
        return refusal ?? authorityIds;
      };
      const ask = (...names: string[]) => askOn(new Date(), ...names);
      expect(await askOn(day(-1), 'straight')).toMatch(/not valid before/);
      expect(await askOn(day(6), 'straight')).toMatch(/CN=straight' expired/);
      expect(await ask('straight')).toEqual([id]);
      expect(await ask('below', 'between')).toEqual([id]);
      expect(await ask('below', 'between', 'root')).toEqual([id]);
      expect(await ask('below')).toMatch(/no authority/);
      expect(await ask('strange', 'stranger')).toMatch(/no authority/);
      // OpenSSL itself sees by the usage of its key that a device signs nobody's certificate.
      expect(await ask('forged', 'straight')).toMatch(/no authority/);

      const serial = openssl('x509', '-in', 'below.crt', '-noout', '-serial').trim().replace('serial=', '');
      await updateCertificateAuthority(context, { id, revokeSerials: [serial] });
      expect(await ask('below', 'between')).toMatch(/revoked/);
      expect(await ask('straight')).toEqual([id]);
    });
  },
);
