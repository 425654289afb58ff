import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { certify, day } from '../../support/certificates.ts';
import { certificatesOf, newRequest, openEst, SECRET_KEY } from '../../support/est.ts';
import { alternativeName, certsOnlyOf, signRequest, startEstServer } from '../../support/est-server.ts';
import { graphql, startTestServer } from '../../support/server.ts';
import { overTls, tlsFiles } from '../../support/tls.ts';

/* Another EST server signs: Muster checks what a device asks for, and what it gets. */

const { files, remove } = await tlsFiles();
const settings = { ...files, ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' };
const server = await startTestServer({ ...settings, MUSTER_WEBHOOKS_PRIVATE: 'true' });
const other = await startEstServer();
afterAll(async () => {
  other.stop();
  await server.stop();
  remove();
  expect(server.errors).toEqual([]);
});

const { url, trustAnchors } = other.upstream;
const openBelow = (given: Parameters<typeof openEst>[1] & { upstream?: Record<string, unknown> } = {}) => {
  const { upstream, ...options } = given;
  return openEst(server, { source: { upstream: { ...other.upstream, ...upstream } }, ...options });
};
const reasonsOf = async ({ admin }: Awaited<ReturnType<typeof openBelow>>) => {
  let nodes: { changes: { reason: { new: string } } }[] = [];
  await expect
    .poll(
      async () => {
        const { auditEvents } = await graphql(
          admin,
          '{ auditEvents(filter: "type==certificate-authority.failed", first: 50) { nodes { subjects changes } } }',
        );
        nodes = auditEvents.nodes;
        return nodes.length;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0);
  return nodes.map(({ changes }) => changes.reason.new);
};

describe('another Muster that signs', async () => {
  const upstream = await startTestServer(settings);
  afterAll(async () => {
    await upstream.stop();
    expect(upstream.errors).toEqual([]);
  });
  const above = await openEst(upstream, { policy: { lifetimeDays: 30, renewalDays: 30 } });
  const est = await openEst(server, {
    policy: { lifetimeDays: 30, renewalDays: 30 },
    source: {
      upstream: {
        url: above.base.replace('127.0.0.1', 'localhost'),
        trustAnchors: readFileSync(files.MUSTER_TLS_CERT, 'utf8'),
        username: '{controllerId}',
        password: above.token,
      },
    },
  });

  it('is asked for the certificates of its authority', async () => {
    expect(est.authority).toMatchObject({
      certificate: above.authority.certificate,
      issuing: { kind: 'UPSTREAM', isCurrent: true, chain: [], revocationListPath: null },
    });
    const [told] = certificatesOf((await est.get('cacerts')).text);
    expect(told!.toString()).toBe(above.authority.certificate);
    const [, id] = est.authority.id.split(':');
    const list = await overTls(`${server.url}/crl/${est.name}/${id}`);
    expect(list, 'it has the list itself').toMatchObject({ status: 404 });
  });

  it('signs first certificates and renewed ones, by which devices poll until they are revoked', async () => {
    const { shown } = await est.enrolled('device-1');
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 200 });
    expect(await above.poll('device-1', shown), 'there it is a device, too').toMatchObject({ status: 200 });
    const request = await newRequest('device-1');
    const renewed = await est.renew(shown, request);
    expect(renewed).toMatchObject({ status: 200 });
    const newer = await est.held(renewed, request);
    expect(await est.poll('device-1', newer)).toMatchObject({ status: 200 });
    const { certificates } = await est.target('device-1');
    expect(certificates).toMatchObject([
      { serialNumber: newer.serial, chain: [above.authority.certificate] },
      { serialNumber: shown.serial },
    ]);
    await graphql(
      est.admin,
      'mutation ($id: ID!) { revokeTargetCertificate(input: { id: $id }) { userErrors { message } } }',
      { id: certificates[0].id },
    );
    expect(await est.poll('device-1', newer)).toMatchObject({ status: 401 });
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 200 });
  });

  it('has signed in nobody by a certificate that it gave somebody else', async () => {
    const { shown } = await above.enrolled('device-1');
    expect(await est.poll('device-1', shown)).toMatchObject({ status: 401 });
  });
});

describe('what Muster shows', () => {
  it('is a secret by HTTP Basic, a certificate, or both', async () => {
    const shown = await certify('Muster', { subject: 'CN=Registrar' });
    const certificate = { certificate: shown.cert, privateKey: shown.key };
    const byBoth = await openBelow({ upstream: { ...certificate } });
    await byBoth.enrolled('device-1');
    const byOne = await openBelow({ upstream: { ...certificate, username: null, password: null } });
    await byOne.enrolled('device-2');
    expect(other.enrolls().slice(-2)).toMatchObject([
      { shown: 'Registrar', headers: { authorization: `Basic ${btoa('muster:secret')}` } },
      { shown: 'Registrar', headers: expect.not.objectContaining({ authorization: expect.anything() }) },
    ]);
  });

  it('may be changed, and nothing of it is shown but what is no secret', async () => {
    const est = await openBelow();
    const UPDATE = `mutation ($input: UpdateIssuingAuthorityInput!) { updateIssuingAuthority(input: $input) {
      certificateAuthority { issuing { upstream { url username trustAnchors certificate } } } userErrors { message path }
    } }`;
    const update = async (upstream: Record<string, unknown>) =>
      (await graphql(est.admin, UPDATE, { input: { id: est.authority.id, upstream } }))
        .updateIssuingAuthority;
    expect(await update({ url: `${url}/`, trustAnchors, username: 'new', password: 'newer' })).toMatchObject({
      certificateAuthority: {
        issuing: { upstream: { url, username: 'new', trustAnchors, certificate: null } },
      },
      userErrors: [],
    });
    await est.enrolled('device-1');
    expect(other.enrolls().at(-1)!.headers.authorization).toBe(`Basic ${btoa('new:newer')}`);

    const another = await startEstServer();
    expect(await update(another.upstream)).toMatchObject({
      certificateAuthority: null,
      userErrors: [{ path: ['upstream', 'url'], message: expect.stringMatching(/another key or name/) }],
    });
    another.stop();
  });
});

describe('an authority above is refused', () => {
  const CREATE = `mutation ($input: CreateIssuingAuthorityInput!) { createIssuingAuthority(input: $input) {
    certificateAuthority { id } userErrors { message path } } }`;
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['by http', { url: 'http://localhost/est' }, 'url', /must be an https URL/],
    ['with a query', { url: 'https://localhost/est?a=b' }, 'url', /must end with its path/],
    ['without a credential', { username: null, password: null }, 'password', /is needed/],
    ['with a name alone', { password: null }, 'password', /together/],
    ['with a colon in the name', { username: 'a:b' }, 'username', /no colon/],
    ['with a key alone', { privateKey: 'x' }, 'privateKey', /together/],
    ['with trust in nothing', { trustAnchors: 'x' }, 'trustAnchors', /certificates in PEM/],
    ['with TLS that is not known', { trustAnchors: null }, 'url', /does not tell its authority: /],
  ])('%s', async (_, given, field, message) => {
    const est = await openEst(server);
    const upstream = { ...other.upstream, ...given };
    const { createIssuingAuthority: made } = await graphql(est.admin, CREATE, {
      input: { name: 'above', source: { upstream } },
    });
    expect(made).toMatchObject({
      certificateAuthority: null,
      userErrors: [{ path: ['source', 'upstream', field], message: expect.stringMatching(message) }],
    });
  });

  it('on a private address, unless the setting allows it', async () => {
    const strict = await startTestServer(settings);
    const est = await openEst(strict);
    const ask = async (address: string) =>
      (
        await graphql(est.admin, CREATE, {
          input: { name: 'above', source: { upstream: { ...other.upstream, url: address } } },
        })
      ).createIssuingAuthority;
    const before = other.asked.length;
    for (const address of [url, url.replace('localhost', '127.0.0.1'), url.replace('localhost', '[::1]')])
      expect(await ask(address)).toMatchObject({
        userErrors: [{ message: expect.stringMatching(/private/) }],
      });
    expect(other.asked.length).toBe(before);
    await strict.stop();
    expect(strict.errors).toEqual([]);
  });
});

describe('a request', async () => {
  const est = await openBelow({ policy: { alternativeNames: ['DNS:{controllerId}.example.org'] } });

  it('must have the subject that the policy asks for, and ask for nothing that it does not give', async () => {
    const before = other.enrolls().length;
    const refused = async (name: string, text: RegExp) =>
      expect(await est.enroll('device-1', await newRequest(name))).toMatchObject({
        status: 400,
        text: expect.stringMatching(text),
      });
    await refused('somebody else', /its subject must be CN=device-1/);
    await refused('device-1,O=Evil', /must not ask for 2\.5\.4\.10 in its subject/);
    await refused('device-1,CN=device-2', /its subject must be CN=device-1/);
    const { body } = await newRequest('device-1', { isAuthority: true });
    expect(await est.enroll('device-1', { body })).toMatchObject({
      status: 400,
      text: expect.stringMatching(/the extension 2\.5\.29\.19/),
    });
    expect(other.enrolls().length, 'nobody was asked').toBe(before);
  });

  it('goes on as it came', async () => {
    const request = await newRequest('device-1', {
      names: [{ type: 'dns', value: 'device-1.example.org' }],
    });
    expect(await est.enroll('device-1', request)).toMatchObject({ status: 200 });
    expect(other.enrolls().at(-1)!.body).toBe(request.body);
  });
});

describe('an answer', () => {
  const FAULTS: [string, (body: string) => Promise<string> | string, RegExp][] = [
    ['is rubbish', () => 'rubbish', /no PKCS#7/],
    ['is too long', () => 'A'.repeat(70_000), /longer than/],
    ['is empty', () => '', /no PKCS#7/],
    ['has no certificate', () => certsOnlyOf(), /no certificate of the key/],
    [
      'has another key',
      async () => certsOnlyOf(await certify('x', { by: other.authority, subject: 'CN=device-1' })),
      /no certificate of the key/,
    ],
    [
      'has another subject',
      async (body) => certsOnlyOf(await signRequest(body, other.authority, { subject: 'CN=device-2' })),
      /is for 'device-2'/,
    ],
    [
      'has two names',
      async (body) =>
        certsOnlyOf(await signRequest(body, other.authority, { subject: 'CN=device-1, CN=device-2' })),
      /is for 'device-1', 'device-2'/,
    ],
    [
      'is valid for too long',
      async (body) => certsOnlyOf(await signRequest(body, other.authority, { notAfter: day(366) })),
      /the policy allows 365 days/,
    ],
    [
      'has expired',
      async (body) => certsOnlyOf(await signRequest(body, other.authority, { notAfter: day(-0.1) })),
      /expired/,
    ],
    [
      'is a CA',
      async (body) => certsOnlyOf(await signRequest(body, other.authority, { ca: true })),
      /is that of a CA/,
    ],
    [
      'is for servers',
      async (body) =>
        certsOnlyOf(await signRequest(body, other.authority, { purposes: ['1.3.6.1.5.5.7.3.1'] })),
      /not meant for clients/,
    ],
    [
      'is signed by somebody else of the same name',
      async (body) => {
        const by = await certify('Upstream', { ca: true });
        return certsOnlyOf(await signRequest(body, by));
      },
      /is not signed by the authority/,
    ],
    [
      'has a name that the policy does not allow',
      async (body) =>
        certsOnlyOf(
          await signRequest(body, other.authority, {
            extensions: [alternativeName('device-1.example.org')],
          }),
        ),
      /DNS:device-1\.example\.org/,
    ],
  ];
  const told: [Awaited<ReturnType<typeof openBelow>>, RegExp][] = [];
  it.each(FAULTS)('that %s is given to no device', async (_, answer, reason) => {
    const est = await openBelow();
    told.push([est, reason]);
    other.says(async (question) =>
      question.path.endsWith('/cacerts') ? other.usual(question) : { body: await answer(question.body) },
    );
    try {
      const refused = await est.enroll('device-1', await newRequest('device-1'));
      expect(refused).toMatchObject({
        status: 503,
        headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
      });
    } finally {
      other.says();
    }
    expect(await est.target('device-1')).toMatchObject({ certificates: [] });
  });

  it('that is not good is told, with the reason', async () => {
    expect(told.length).toBe(FAULTS.length);
    for (const [est, reason] of told) expect(await reasonsOf(est)).toEqual([expect.stringMatching(reason)]);
  });

  it.each<[string, { status: number; headers?: Record<string, string>; body?: string }, number, string]>([
    ['of more time', { status: 202, headers: { 'retry-after': '17' } }, 202, '17'],
    ['of more time, by a time of day', { status: 202, headers: { 'retry-after': 'x' } }, 202, '60'],
    ['of a fault', { status: 500 }, 503, ''],
    ['of a redirect', { status: 302, headers: { location: 'https://localhost/' } }, 503, ''],
    ['of a refusal', { status: 400, body: 'no such key' }, 400, ''],
    ['of a wrong credential', { status: 401 }, 503, ''],
  ])('%s is passed on', async (_, says, status, retryAfter) => {
    const est = await openBelow();
    other.says(() => says);
    try {
      const answer = await est.enroll('device-1', await newRequest('device-1'));
      expect(answer.status).toBe(status);
      if (status !== 400) expect(answer.headers['retry-after']).toMatch(/^\d+$/);
      if (retryAfter) expect(answer.headers['retry-after']).toBe(retryAfter);
    } finally {
      other.says();
    }
  });

  it('that is the one before, for the same request, is given again', async () => {
    const est = await openBelow();
    const request = await newRequest('device-1');
    const same = { body: certsOnlyOf(await signRequest(request.body, other.authority)) };
    other.says(() => same);
    try {
      for (let nth = 0; nth < 2; nth++)
        expect(await est.enroll('device-1', request)).toMatchObject({ status: 200 });
      const answer = await est.enroll('device-2', await newRequest('device-2', { keys: request.keys }));
      expect(answer, 'to nobody else').toMatchObject({ status: 503 });
    } finally {
      other.says();
    }
    expect((await est.target('device-1')).certificates).toHaveLength(1);
  });
});

it('leaves a server alone that does not answer, and comes back to it', async () => {
  const est = await openBelow();
  other.says(() => ({ status: 500 }));
  try {
    const ask = async () => est.enroll('device-1', await newRequest('device-1'));
    for (let nth = 0; nth < 5; nth++) await ask();
    const before = other.enrolls().length;
    expect(await ask()).toMatchObject({ status: 503 });
    expect(other.enrolls().length, 'nobody is asked').toBe(before);
  } finally {
    other.says();
  }
});

it('gives up waiting', async () => {
  const est = await openBelow();
  other.says(() => ({ isSilent: true }));
  try {
    const answer = await est.enroll('device-1', await newRequest('device-1'));
    expect(answer).toMatchObject({ status: 503 });
  } finally {
    other.says();
  }
  expect(await reasonsOf(est)).toEqual(['no answer within 10 s']);
}, 40_000);
