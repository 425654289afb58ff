import { afterAll, describe, expect, it, vi } from 'vitest';
import { newAuthority } from '../../support/certificates.ts';
import { newRequest, openEst, PKCS10, SECRET_KEY } from '../../support/est.ts';
import { graphql, startTestServer } from '../../support/server.ts';
import { overTls, tlsFiles } from '../../support/tls.ts';

/* Certificates are renewed by themselves, and revoked. */

const { files, remove } = await tlsFiles();
const SETTINGS = { ...files, ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' };
const server = await startTestServer(SETTINGS);
afterAll(async () => {
  await server.stop();
  remove();
  expect(server.errors).toEqual([]);
});

type Est = Awaited<ReturnType<typeof openEst>>;
const ALWAYS = { policy: { lifetimeDays: 30, renewalDays: 30 } };

const REVOKE = `mutation ($input: RevokeTargetCertificateInput!) {
  revokeTargetCertificate(input: $input) {
    targetCertificate { serialNumber revokedAt revokedBy revocationReason }
    userErrors { code path }
  }
}`;
const revoke = async (est: Est, input: object) =>
  (await graphql(est.admin, REVOKE, { input })).revokeTargetCertificate;

describe('a certificate', () => {
  it('renews itself within its window, and stays good until its end', async () => {
    const est = await openEst(server, ALWAYS);
    const { shown } = await est.enrolled('device-1');
    const request = await newRequest('device-1');
    const answer = await est.renew(shown, request);
    expect(answer.status).toBe(200);
    const renewed = await est.held(answer, request);
    expect(renewed.serial).not.toBe(shown.serial);
    for (const one of [shown, renewed])
      expect(await est.poll('device-1', one)).toMatchObject({ status: 200 });
    const { certificate, certificates } = await est.target('device-1');
    expect(certificate.serialNumber).toBe(renewed.serial);
    expect(certificates).toHaveLength(2);
  });

  it('is not renewed before its window', async () => {
    const est = await openEst(server, { policy: { lifetimeDays: 30, renewalDays: 10 } });
    const { shown, request } = await est.enrolled('device-1');
    const { status, headers } = await est.renew(shown, request);
    expect(status).toBe(400);
    expect(Number(headers['retry-after'])).toBeCloseTo(20 * 86_400, -2);
  });

  it('renews nobody but its own device', async () => {
    const est = await openEst(server, ALWAYS);
    const { shown } = await est.enrolled('device-1');
    await est.enrolled('device-2');
    for (const name of ['device-2', 'device-1, CN=device-2', 'Device-1'])
      expect(await est.renew(shown, await newRequest(name))).toMatchObject({
        status: 400,
        text: 'request: must name the subject of the certificate that is renewed\n',
      });
    expect((await est.target('device-2')).certificates).toHaveLength(1);
  });

  it('is renewed at no other group, and by nobody who shows none', async () => {
    const est = await openEst(server, ALWAYS);
    const { shown } = await est.enrolled('device-1');
    const { body } = await newRequest('device-1');
    await graphql(
      est.admin,
      'mutation { createEnrollmentGroup(input: { name: "other", certificatePolicy: {} }) { userErrors { message } } }',
    );
    const other = { ...est, base: est.base.replace(/factory$/, 'other') };
    expect(other.base).not.toBe(est.base);
    const options = { method: 'POST', headers: { 'content-type': 'application/pkcs10' }, body };
    expect(await overTls(`${other.base}/simplereenroll`, { ...options, show: [shown] })).toMatchObject({
      status: 401,
    });
    expect(await est.post('simplereenroll', { body })).toMatchObject({ status: 401 });
    const headers = est.basic('device-1');
    expect(await est.post('simplereenroll', { headers, body })).toMatchObject({ status: 401 });
  });

  it('is not renewed for a device that the group is no longer for', async () => {
    const est = await openEst(server, ALWAYS);
    const { shown } = await est.enrolled('device-1');
    const { shown: others } = await est.enrolled('other');
    await graphql(
      est.admin,
      'mutation ($input: UpdateEnrollmentGroupInput!) { updateEnrollmentGroup(input: $input) { userErrors { message } } }',
      { input: { id: est.group.id, deniedControllerIds: ['device-*'] } },
    );
    expect(await est.renew(shown, await newRequest('device-1'))).toMatchObject({ status: 401 });
    expect(await est.renew(others, await newRequest('other'))).toMatchObject({ status: 200 });
    expect(await est.poll('device-1', shown), 'only a revocation ends it').toMatchObject({ status: 200 });
  });

  it('signs in no other device, and in no other tenant', async () => {
    const est = await openEst(server);
    const { shown } = await est.enrolled('device-1');
    await est.enrolled('device-2');
    expect(await est.poll('device-2', shown)).toMatchObject({ status: 401 });
    const other = await openEst(server);
    await other.enrolled('device-1');
    expect(await other.poll('device-1', shown)).toMatchObject({ status: 401 });
  });
});

describe('a revoked certificate', () => {
  it('signs in and renews no more, at once, and the one before it counts again', async () => {
    const est = await openEst(server, ALWAYS);
    const first = await est.enrolled('device-1');
    const second = await est.enrolled('device-1');
    expect(await est.poll('device-1', second.shown)).toMatchObject({ status: 200 });
    const { certificate } = await est.target('device-1');
    const answer = await revoke(est, { id: certificate.id, reason: 'KEY_COMPROMISE' });
    expect(answer).toMatchObject({
      targetCertificate: {
        serialNumber: second.shown.serial,
        revokedAt: expect.any(String),
        revokedBy: 'boss',
        revocationReason: 'KEY_COMPROMISE',
      },
      userErrors: [],
    });
    expect(await est.poll('device-1', second.shown)).toMatchObject({ status: 401 });
    expect(await est.renew(second.shown, await newRequest('device-1'))).toMatchObject({ status: 401 });
    expect(await est.poll('device-1', first.shown)).toMatchObject({ status: 200 });
    expect((await est.target('device-1')).certificate.serialNumber).toBe(first.shown.serial);
    // For good, and with the reason that was given first.
    expect(await revoke(est, { id: certificate.id, reason: 'SUPERSEDED' })).toEqual(answer);
  });

  it('opens nothing in another process either, which remembers the device', async () => {
    const other = await startTestServer(SETTINGS);
    try {
      const est = await openEst(server, ALWAYS);
      const { shown, request } = await est.enrolled('device-1');
      const there = `${other.url}/${est.name}/controller/v1/device-1`;
      const poll = async () => (await overTls(there, { show: [shown] })).status;
      expect(await poll()).toBe(200);
      const { certificate } = await est.target('device-1');
      await revoke(est, { id: certificate.id });
      await vi.waitFor(async () => expect(await poll()).toBe(401));
      expect(
        await overTls(`${other.url}${est.group.estPath}/simplereenroll`, {
          method: 'POST',
          headers: PKCS10,
          body: request.body,
          show: [shown],
        }),
      ).toMatchObject({ status: 401 });
      expect(await est.poll('device-1', shown)).toMatchObject({ status: 401 });
    } finally {
      await other.stop();
    }
    expect(other.errors).toEqual([]);
  });

  it('is any of a deleted target, whose device does not come back by it', async () => {
    const est = await openEst(server);
    const { shown } = await est.enrolled('device-1');
    await est.admin('/rest/v1/targets/device-1', { method: 'DELETE' });
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 401 });
    await est.enrolled('device-1');
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 401 });
    expect((await est.target('device-1')).certificates).toHaveLength(1);
  });
});

describe('an authority', () => {
  it('gives way to a newer one, and what it has signed stays good until it is deleted', async () => {
    const est = await openEst(server, ALWAYS);
    const { shown, request } = await est.enrolled('device-1');
    await graphql(
      est.admin,
      `mutation { createIssuingAuthority(input: { name: "Next CA", source: { made: {} } }) { userErrors { message } } }`,
    );
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 200 });
    const next = await est.held(await est.renew(shown, request), request);
    const { certificates } = await est.target('device-1');
    expect(certificates[0].chain).not.toEqual(certificates[1].chain);
    await graphql(
      est.admin,
      'mutation ($id: ID!) { deleteCertificateAuthority(input: { id: $id }) { userErrors { message } } }',
      { id: est.authority.id },
    );
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 401 });
    expect(await est.poll('device-1', next)).toMatchObject({ status: 200 });
    expect((await est.target('device-1')).certificates[1].chain).toEqual([]);
  });

  it('may be an intermediate one that is brought along', async () => {
    const root = await newAuthority('Root');
    const between = await newAuthority('Between', { by: root });
    const certificates = between.cert + root.cert;
    const est = await openEst(server, {
      source: { intermediate: { certificates, privateKey: between.key } },
    });
    expect(est.authority.issuing).toMatchObject({ kind: 'INTERMEDIATE', isCurrent: true });
    const { shown } = await est.enrolled('device-1');
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 200 });
    const [certificate] = (await est.target('device-1')).certificates;
    expect(certificate.chain.join('')).toBe(certificates);
  });

  it('whose key is elsewhere, too, signs in nobody beside what is issued here', async () => {
    const root = await newAuthority('Root');
    const { certify } = await import('../../support/certificates.ts');
    const est = await openEst(server, {
      source: { intermediate: { certificates: root.cert, privateKey: root.key } },
    });
    await est.enrolled('device-1');
    const foreign = await certify('device-1', { by: root });
    expect(await est.poll('device-1', foreign)).toMatchObject({ status: 401 });
    expect(await est.poll('device-2', await certify('device-2', { by: root }))).toMatchObject({
      status: 401,
    });
  });
});

it('targets are found by when their certificate ends', async () => {
  const est = await openEst(server, { policy: { lifetimeDays: 30 } });
  await est.enrolled('device-1');
  await est.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'without' }] });
  const found = async (filter: string) =>
    (
      await graphql(
        est.admin,
        'query ($filter: String!) { targets(filter: $filter) { nodes { controllerId } } }',
        {
          filter,
        },
      )
    ).targets.nodes.map((node: { controllerId: string }) => node.controllerId);
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  expect(await found(`certificate.expiresAt=lt=${inDays(31)}`)).toEqual(['device-1']);
  expect(await found(`certificate.expiresAt=lt=${inDays(29)}`)).toEqual([]);
  const { certificate } = await est.target('device-1');
  await revoke(est, { id: certificate.id });
  expect(await found(`certificate.expiresAt=lt=${inDays(31)}`)).toEqual([]);
});
