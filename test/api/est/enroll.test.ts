import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { certificatesOf, newRequest, openEst, PKCS10, SECRET_KEY } from '../../support/est.ts';
import { graphql, startTestServer } from '../../support/server.ts';
import { overTls, tlsFiles } from '../../support/tls.ts';

/* Devices get certificates by EST, and sign in by them. */

const { files, remove } = await tlsFiles();
const server = await startTestServer({ ...files, ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
afterAll(async () => {
  await server.stop();
  remove();
  expect(server.errors).toEqual([]);
});

describe('a device with a token of the group', () => {
  it('gets a certificate of its name, is registered, and polls by it', async () => {
    const est = await openEst(server);
    const request = await newRequest('somebody else');
    const answer = await est.enroll('device-1', request);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/pkcs7-mime; smime-type=certs-only' },
    });
    const [certificate, ...others] = certificatesOf(answer.text);
    expect(others).toEqual([]);
    expect(certificate).toMatchObject({ subject: 'CN=device-1', ca: false });
    expect(certificate!.verify(new X509Certificate(est.authority.certificate).publicKey)).toBe(true);

    const shown = await est.held(answer, request);
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 200 });
    const target = await est.target('device-1');
    expect(target).toMatchObject({
      enrollmentGroup: { name: 'factory' },
      certificates: [{ serialNumber: certificate!.serialNumber, revokedAt: null }],
    });
    const [{ chain, expiresAt, certificate: pem }] = target.certificates;
    expect(chain).toEqual([est.authority.certificate]);
    expect(pem).toBe(certificate!.toString());
    expect(Date.parse(expiresAt)).toBe(Date.parse(certificate!.validTo));
  });

  it('may be any number of times the same device, but not without end', async () => {
    const est = await openEst(server);
    for (let nth = 1; nth <= 20; nth++) await est.enrolled('device-1');
    expect(await est.enroll('device-1', await newRequest('x'))).toMatchObject({
      status: 429,
      text: expect.stringMatching(/No more than 20 certificates/),
    });
  });

  it('waits where its group wants an approval, and gets it then', async () => {
    const est = await openEst(server, { group: { requiresApproval: true } });
    const request = await newRequest('device-1');
    expect(await est.enroll('device-1', request)).toMatchObject({
      status: 202,
      headers: { 'retry-after': '60' },
    });
    await graphql(
      est.admin,
      `mutation { approveTargets(input: { pendingTargets: { filter: "controllerId==*" } }) { userErrors { message } } }`,
    );
    expect(await est.enroll('device-1', request)).toMatchObject({ status: 200 });
  });

  it('is refused where the group may register no more', async () => {
    const est = await openEst(server, { group: { registrationLimit: 1 } });
    await est.enrolled('device-1');
    expect(await est.enroll('device-2', await newRequest('x'))).toMatchObject({ status: 429 });
    expect(await est.target('device-2')).toBe(null);
  });

  it('is no other than the group is for', async () => {
    const est = await openEst(server, { group: { deniedControllerIds: ['x*'] } });
    expect(await est.enroll('x-1', await newRequest('x-1'))).toMatchObject({ status: 401 });
  });
});

describe('a target', () => {
  it('gets a certificate by its own token, at the group that registered it', async () => {
    const est = await openEst(server);
    await est.enrolled('device-1');
    const { json } = await est.admin('/rest/v1/targets/device-1');
    const request = await newRequest('device-1');
    const byToken = (token: string) =>
      est.post('simpleenroll', { headers: est.basic('device-1', token), body: request.body });
    expect(await byToken(json.securityToken)).toMatchObject({ status: 200 });
    expect(await byToken('wrong')).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="EST", charset="UTF-8"' },
    });
  });

  it('of another group gets none', async () => {
    const est = await openEst(server);
    await est.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'device-1', securityToken: 'its-own' }],
    });
    const { body } = await newRequest('device-1');
    const headers = est.basic('device-1', 'its-own');
    expect(await est.post('simpleenroll', { headers, body })).toMatchObject({ status: 401 });
    expect(await est.enroll('device-1', { body })).toMatchObject({ status: 401 });
  });
});

describe('everybody', () => {
  it('is told of the authority, and of the key that is wanted', async () => {
    const est = await openEst(server, { policy: { keyKinds: ['EC_P384'] } });
    const { status, text } = await est.get('cacerts');
    expect(status).toBe(200);
    expect(certificatesOf(text).map(String)).toEqual([est.authority.certificate]);
    const attributes = await est.get('csrattrs');
    expect(attributes).toMatchObject({ status: 200, headers: { 'content-type': 'application/csrattrs' } });
    expect(Buffer.from(attributes.text, 'base64').toString('hex')).toBe(
      '30143012' + '06072a8648ce3d0201' + '3107' + '06052b81040022',
    );
  });

  it('finds nothing where no certificates are issued, or there is no such place', async () => {
    const { name, url, group } = await openEst(server, { group: { certificatePolicy: null } });
    expect(group).toMatchObject({ estPath: null, certificatePolicy: null });
    for (const label of [`${name}.factory`, `${name}.other`, `${name}`, 'nobody.factory', '.', 'a.b.c'])
      expect(await overTls(`${url}/.well-known/est/${label}/cacerts`)).toMatchObject({ status: 404 });
  });

  it('speaks TLS', async () => {
    const plain = await startTestServer({ ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
    const answer = await fetch(`${plain.url}/.well-known/est/DEFAULT.default/cacerts`, {
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(answer.status).toBe(403);
    await plain.stop();
  });

  it.each([
    ['nothing', 404],
    ['serverkeygen', 404],
  ])('is told that there is no %s', async (operation, status) => {
    const est = await openEst(server);
    expect(await est.get(operation)).toMatchObject({ status });
  });

  it('is told what each operation takes', async () => {
    const est = await openEst(server);
    expect(await est.get('simpleenroll')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(await overTls(`${est.base}/cacerts`, { method: 'POST', headers: PKCS10 })).toMatchObject({
      status: 405,
    });
  });
});
