import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { certify, day, newAuthority, type Signed } from '../support/certificates.ts';
import { basic, createServedTenant, graphql, startTestServer } from '../support/server.ts';
import { keepAlive, overTls, type TlsOptions, tlsClientOf, tlsFiles } from '../support/tls.ts';

/* Devices and administrators at a server that ends TLS itself. */

const { files, remove } = await tlsFiles();
// Nobody's headers are believed.
const server = await startTestServer({ ...files, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
afterAll(async () => {
  await server.stop();
  remove();
  expect(server.errors).toEqual([]);
});

const root = await newAuthority('Root');
const between = await newAuthority('Between', { by: root });
const leaf = await certify('leaf', { by: root, ca: false });

/** A tenant that trusts these authorities. */
async function openTenant(...authorities: Signed[]) {
  const { name, admin } = await createServedTenant(server, tlsClientOf);
  const ids: string[] = [];
  for (const { cert } of authorities) {
    const input = { name: `CA ${ids.length}`, certificate: cert };
    const { createCertificateAuthority: answer } = await graphql(
      admin,
      `mutation ($input: CreateCertificateAuthorityInput!) {
        createCertificateAuthority(input: $input) { certificateAuthority { id } userErrors { message } }
      }`,
      { input },
    );
    ids.push(answer.certificateAuthority.id);
  }
  const path = (controllerId: string) => `${server.url}/${name}/controller/v1/${controllerId}`;
  const poll = (controllerId: string, show: Signed[], options: TlsOptions = {}) =>
    overTls(path(controllerId), { show, ...options });
  const revoke = ({ serial }: Signed) =>
    graphql(
      admin,
      `mutation ($input: UpdateCertificateAuthorityInput!) {
        updateCertificateAuthority(input: $input) { certificateAuthority { revokedSerials } }
      }`,
      { input: { id: ids[0], revokeSerials: [serial] } },
    );
  return { name, admin, path, poll, revoke };
}

describe('a device with a certificate', () => {
  it('is registered, gets links of https, and may do what devices do', async () => {
    const { admin, path, poll } = await openTenant(root);
    const device = await certify('device-1', { by: root });
    const { status, text } = await poll('device-1', [device]);
    expect(status).toBe(200);
    const href = `${path('device-1')}/configData`;
    expect(JSON.parse(text)._links.configData.href).toBe(href);
    const headers = { 'content-type': 'application/json' };
    const body = '{"data":{"hw":"2"}}';
    expect(await overTls(href, { show: [device], method: 'PUT', headers, body })).toMatchObject({
      status: 200,
    });
    const target = await admin('/rest/v1/targets/device-1/attributes');
    expect(target.json).toEqual({ hw: '2' });
  });

  it('may bring the CAs between', async () => {
    const { poll } = await openTenant(root);
    const device = await certify('d', { by: between });
    expect(await poll('d', [device, between])).toMatchObject({ status: 200 });
    expect(await poll('d', [device, between, root])).toMatchObject({ status: 200 });
    expect(await poll('d', [device])).toMatchObject({ status: 401 });
  });

  it.each<[string, () => Promise<Signed[]>]>([
    ['expired', async () => [await certify('d', { by: root, notAfter: day(-0.01) })]],
    ['not yet valid', async () => [await certify('d', { by: root, notBefore: day(0.01) })]],
    ['of a wrong CA', async () => [await certify('d', { by: await newAuthority('Root') })]],
    ['signed by itself', async () => [await certify('d')]],
    ['of another device', async () => [await certify('e', { by: root })]],
    ['signed by a device', async () => [await certify('d', { by: leaf }), leaf]],
    ['that of a CA', async () => [await newAuthority('d', { by: root })]],
    ['without a name', async () => [await certify('d', { by: root, subject: 'O=d' })]],
    ['with two names', async () => [await certify('d', { by: root, subject: 'CN=d, CN=d' })]],
  ])('is refused where that is %s', async (_why, make) => {
    const { poll } = await openTenant(root);
    expect(await poll('d', await make())).toMatchObject({ status: 401, text: '' });
    expect(await poll('d', [await certify('d', { by: root })])).toMatchObject({ status: 200 });
  });

  it('is refused by other tenants', async () => {
    const [own, foreign] = [await openTenant(root), await openTenant(await newAuthority('Root'))];
    const device = await certify('d', { by: root });
    expect(await foreign.poll('d', [device])).toMatchObject({ status: 401, text: '' });
    const agent = keepAlive();
    expect(await own.poll('d', [device], { agent })).toMatchObject({ status: 200 });
    expect(await foreign.poll('d', [device], { agent })).toMatchObject({ status: 401 });
    expect(await own.poll('d', [device], { agent })).toMatchObject({ status: 200 });
    agent.destroy();
  });

  it('is refused once it is revoked, also where its connection stays open', async () => {
    const { poll, revoke } = await openTenant(root);
    const device = await certify('d', { by: root });
    const agent = keepAlive();
    expect(await poll('d', [device], { agent })).toMatchObject({ status: 200 });
    await revoke(device);
    expect(await poll('d', [device], { agent })).toMatchObject({ status: 401, text: '' });
    expect(await poll('d', [device])).toMatchObject({ status: 401, text: '' });
    agent.destroy();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes no session of %s: it shows its whole chain again',
    async (maxVersion) => {
      const { poll, revoke } = await openTenant(root);
      const device = await certify('d', { by: between });
      const { status, session } = await poll('d', [device, between], { maxVersion });
      expect(status).toBe(200);
      const again = { maxVersion, session };
      expect(await poll('d', [device, between], again)).toMatchObject({ status: 200, resumed: false });
      await revoke(between);
      expect(await poll('d', [device, between], again)).toMatchObject({ status: 401, resumed: false });
    },
  );
});

describe('without a certificate', () => {
  it('administrators and devices with tokens come as ever, whatever certificate they have', async () => {
    const { admin, poll } = await openTenant(root);
    const json = [{ controllerId: 'd', securityToken: 'a token of its own' }];
    expect((await admin('/rest/v1/targets', { method: 'POST', json })).status).toBe(201);
    const headers = { authorization: 'TargetToken a token of its own' };
    for (const show of [[], [await certify('x')], [await certify('d', { by: root })]])
      expect(await poll('d', show, { headers })).toMatchObject({ status: 200 });
    expect(await poll('d', [])).toMatchObject({ status: 401 });
  });

  it('what a token refuses, no certificate makes good', async () => {
    const { poll } = await openTenant(root);
    const headers = { authorization: 'TargetToken wrong' };
    expect(await poll('d', [await certify('d', { by: root })], { headers })).toMatchObject({ status: 401 });
  });
});

describe('nobody is taken for more than they are:', () => {
  it('a certificate makes no administrator', async () => {
    const { poll } = await openTenant(root);
    const show = [await certify('boss', { by: root })];
    expect(await poll('boss', show)).toMatchObject({ status: 200 });
    expect(await overTls(`${server.url}/rest/v1/targets`, { show })).toMatchObject({ status: 401 });
    const headers = { 'content-type': 'application/json' };
    const asked = { show, headers, method: 'POST', body: '{"query":"{ viewer { username } }"}' };
    expect((await overTls(`${server.url}/graphql`, asked)).text).toContain('UNAUTHENTICATED');
    const authorization = basic('boss', 'wrong');
    expect(
      await overTls(`${server.url}/rest/v1/targets`, { show, headers: { authorization } }),
    ).toMatchObject({
      status: 401,
    });
  });

  it('the headers of a proxy count from no other peer', async () => {
    const { admin, poll } = await openTenant(root);
    for (const [key, value] of [
      ['authentication.header.enabled', true],
      ['authentication.header.authority', 'hash'],
    ] as const)
      await admin(`/rest/v1/system/configs/${key}`, { method: 'PUT', json: { value } });
    const headers = { 'x-controller-id': 'd', 'x-authority-1': 'hash' };
    expect(await poll('d', [], { headers })).toMatchObject({ status: 401 });
    expect(await poll('d', [await certify('e', { by: root })], { headers })).toMatchObject({ status: 401 });
    expect(await poll('e', [await certify('e', { by: root })], { headers })).toMatchObject({ status: 200 });
  });
});

it('subscriptions go by wss', async () => {
  const url = `${server.url.replace(/^https/, 'wss')}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws', {
    rejectUnauthorized: false,
    headers: { authorization: basic('admin', 'admin') },
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  const [message] = await once(socket, 'message');
  expect(JSON.parse(String(message)).type).toBe('connection_ack');
  socket.close();
});
