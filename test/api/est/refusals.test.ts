import { afterAll, describe, expect, it } from 'vitest';
import { certify, day, newAuthority, type Signed } from '../../support/certificates.ts';
import { newRequest, openEst, SECRET_KEY } from '../../support/est.ts';
import { graphql, startTestServer } from '../../support/server.ts';
import { tlsFiles } from '../../support/tls.ts';

/* What RFC 7030 and the policy of a group refuse. */

const { files, remove } = await tlsFiles();
const server = await startTestServer({ ...files, ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
afterAll(async () => {
  await server.stop();
  remove();
  expect(server.errors).toEqual([]);
});

const est = await openEst(server);
const good = await newRequest('device-1');
const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
  est.post('simpleenroll', { headers: { ...est.basic('device-1'), ...headers }, body });
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };

describe('a body', () => {
  it.each<[string, string | Buffer, number]>([
    ['none', '', 400],
    ['no Base64', '=====', 400],
    ['DER as it is', good.der, 400],
    ['the Base64 of URLs', good.body.replaceAll('/', '_').replaceAll('+', '-'), 400],
    ['a PEM', `-----BEGIN CERTIFICATE REQUEST-----\n${good.body}\n-----END CERTIFICATE REQUEST-----`, 400],
    ['a part of a request', good.der.subarray(0, -9).toString('base64'), 400],
    ['something after it', Buffer.concat([good.der, Buffer.alloc(30)]).toString('base64'), 400],
    ['no request', Buffer.from('0000000000').toString('base64'), 400],
    ['nested without end', Buffer.alloc(9_000, '3080', 'hex').toString('base64'), 400],
    ['too large', 'A'.repeat(16_388), 413],
  ])('of %s', async (_, body, status) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(answer.text).not.toBe('');
  });

  it('may have white space in it', async () => {
    const lines = good.body.replace(/.{64}/g, '$&\r\n');
    expect(await send(` ${lines}\r\n`)).toMatchObject({ status: 200 });
  });

  it.each<[string, Record<string, string>, number]>([
    ['no type', { 'content-type': '' }, 415],
    ['another type', { 'content-type': 'application/pkcs7-mime' }, 415],
    ['the type of a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['an unknown content encoding', { 'content-encoding': 'zstd' }, 415],
    ['a type with a parameter', { 'content-type': 'Application/PKCS10; a=b' }, 200],
    ['the old transfer encoding', { 'content-transfer-encoding': 'Base64' }, 200],
    ['another one, which RFC 8951 ignores', { 'content-transfer-encoding': 'binary' }, 200],
  ])('with %s', async (_, headers, status) => {
    expect(await send(good.body, headers)).toMatchObject({ status });
  });
});

describe('a request', () => {
  it('must be signed by the key that it names', async () => {
    const other = await newRequest('device-1');
    const forged = Buffer.from(good.der);
    // The last byte is of the signature; the key is the other device's.
    other.der.copy(forged, 0, 0, Math.min(150, other.der.length));
    const broken = Buffer.from(good.der);
    broken[broken.length - 1]! ^= 1;
    expect(await send(broken.toString('base64'))).toMatchObject({
      status: 400,
      text: 'request: is not signed by the key that it names\n',
    });
    expect(await send(forged.toString('base64'))).toMatchObject({ status: 400 });
  });

  it.each<[string, Parameters<typeof newRequest>[1]]>([
    ['RSA with 1024 bits', { algorithm: { ...RSA, modulusLength: 1_024 } }],
    ['RSA, which the policy does not name', { algorithm: { ...RSA, modulusLength: 2_048 } }],
    [
      'an exponent of 3',
      { algorithm: { ...RSA, modulusLength: 2_048, publicExponent: new Uint8Array([3]) } },
    ],
    ['SHA-1', { algorithm: { ...RSA, modulusLength: 2_048, hash: 'SHA-1' } }],
    ['a name', { names: [{ type: 'dns', value: 'device-1.example.org' }] }],
  ])('must not have %s', async (_, wishes) => {
    const { body } = await newRequest('device-1', wishes);
    expect(await send(body)).toMatchObject({ status: 400, text: expect.stringMatching(/^request: /) });
  });

  it('gets the names and keys that the policy allows', async () => {
    const own = await openEst(server, {
      policy: {
        keyKinds: ['RSA_2048'],
        alternativeNames: ['DNS:{controllerId}.example.org', 'URI:urn:dev:*', 'IP:10.0.0.1'],
      },
    });
    const ask = async (...names: NonNullable<Parameters<typeof newRequest>[1]>['names'] & object) =>
      own.enroll('device-1', await newRequest('x', { algorithm: { ...RSA, modulusLength: 2_048 }, names }));
    const granted = await ask(
      { type: 'dns', value: 'device-1.example.org' },
      { type: 'url', value: 'urn:dev:1' },
      { type: 'ip', value: '10.0.0.1' },
    );
    expect(granted.status).toBe(200);
    const { certificatesOf } = await import('../../support/est.ts');
    expect(certificatesOf(granted.text)[0]!.subjectAltName).toBe(
      'DNS:device-1.example.org, URI:urn:dev:1, IP Address:10.0.0.1',
    );
    expect(await ask({ type: 'dns', value: 'device-2.example.org' })).toMatchObject({
      status: 400,
      text: "request: its alternative name 'DNS:device-2.example.org' is not allowed\n",
    });
    expect(await ask({ type: 'dn', value: 'CN=device-2' })).toMatchObject({ status: 400 });
  });
});

describe('without a credential that counts', () => {
  it.each([
    ['none', {}],
    ['a wrong token', est.basic('device-9', 'wrong')],
    ['no name', est.basic('')],
    ['another scheme', { authorization: `GatewayToken ${est.token}` }],
    ['no Base64', { authorization: 'Basic ???' }],
    ['a name that nobody can have', est.basic('device\0-9', 'wrong')],
    ['no UTF-8', { authorization: `Basic ${Buffer.from('ff3a61', 'hex').toString('base64')}` }],
  ])('%s is refused', async (_, headers) => {
    expect(await est.post('simpleenroll', { headers, body: good.body })).toMatchObject({ status: 401 });
    expect(await est.target('device-9')).toBe(null);
  });

  it("another group's token is refused", async () => {
    const { createEnrollmentGroup: other } = await graphql(
      est.admin,
      'mutation { createEnrollmentGroup(input: { name: "other", certificatePolicy: {} }) { token } }',
    );
    const headers = est.basic('device-9', other.token);
    expect(await est.post('simpleenroll', { headers, body: good.body })).toMatchObject({ status: 401 });
    expect(await est.target('device-9')).toBe(null);
  });
});

describe('a bootstrap certificate', async () => {
  const factory = await newAuthority('Factory');
  const bootstrapping = async (bootstrapOnly: boolean) => {
    const own = await openEst(server);
    const { createCertificateAuthority: made } = await graphql(
      own.admin,
      'mutation ($input: CreateCertificateAuthorityInput!) { createCertificateAuthority(input: $input) { certificateAuthority { id } } }',
      { input: { name: 'Factory', certificate: factory.cert, bootstrapOnly } },
    );
    const name = (id: string | null) =>
      graphql(
        own.admin,
        'mutation ($input: UpdateEnrollmentGroupInput!) { updateEnrollmentGroup(input: $input) { userErrors { message } } }',
        { input: { id: own.group.id, certificateAuthorityId: id } },
      );
    await name(made.certificateAuthority.id);
    const { body } = await newRequest('device-1');
    const enrollBy = (show: Signed) => own.post('simpleenroll', { show: [show], body });
    return { own, enrollBy, unname: () => name(null) };
  };

  it('of the authority that the group names enrolls, and does no more where that is all it is for', async () => {
    const { own, enrollBy } = await bootstrapping(true);
    const device = await certify('device-1', { by: factory });
    expect(await own.poll('device-1', device)).toMatchObject({ status: 401 });
    expect(await enrollBy(device)).toMatchObject({ status: 200 });
    expect(await own.poll('device-1', device)).toMatchObject({ status: 401 });
    expect(await own.target('device-1')).toMatchObject({ enrollmentGroup: { name: 'factory' } });
  });

  it('of an authority for everything polls, too', async () => {
    const { own, enrollBy } = await bootstrapping(false);
    const device = await certify('device-1', { by: factory });
    expect(await enrollBy(device)).toMatchObject({ status: 200 });
    expect(await own.poll('device-1', device)).toMatchObject({ status: 200 });
  });

  it('that has expired, is of another authority, or of one that the group does not name, is refused', async () => {
    const { own, enrollBy, unname } = await bootstrapping(true);
    const [expired, foreign] = [
      await certify('device-1', { by: factory, notAfter: day(-0.01) }),
      await certify('device-1', { by: await newAuthority('Factory') }),
    ];
    for (const one of [expired, foreign]) expect(await enrollBy(one)).toMatchObject({ status: 401 });
    await unname();
    expect(await enrollBy(await certify('device-1', { by: factory }))).toMatchObject({ status: 401 });
    expect(await own.target('device-1')).toBe(null);
  });

  it('renews nothing', async () => {
    const { own } = await bootstrapping(false);
    const device = await certify('device-1', { by: factory });
    const { body } = await newRequest('device-1');
    await own.enrolled('device-1');
    expect(await own.renew(device, { body })).toMatchObject({ status: 401 });
  });
});
