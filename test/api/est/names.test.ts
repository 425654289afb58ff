import { request } from 'node:https';
import { afterAll, describe, expect, it } from 'vitest';
import { certificatesOf, newRequest, openEst, SECRET_KEY } from '../../support/est.ts';
import { startTestServer } from '../../support/server.ts';
import { overTls, tlsFiles } from '../../support/tls.ts';

/* Paths, methods and names as clients may write them. */

const { files, remove } = await tlsFiles();
const server = await startTestServer({ ...files, ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
afterAll(async () => {
  await server.stop();
  remove();
  expect(server.errors).toEqual([]);
});
const est = await openEst(server);

/** The status of a request whose path is sent as it is. */
const statusOf = (path: string, method = 'GET') =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    request({ hostname, port, path, method, agent: false, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    })
      .once('error', reject)
      .end();
  });

describe('a device', () => {
  it.each([
    ['a MAC address', 'aa:bb:cc:00:11:22'],
    ['a URN', 'urn:dev:os:32473-123456'],
    ['a colon at its end', 'a:'],
    ['letters beyond ASCII', 'Gerät-💥'],
    ['a slash', 'hall/7'],
    ['what a distinguished name escapes', 'a,CN=b+"c"\\;d#=<e'],
  ])('whose name is %s enrolls, and polls by its certificate', async (_, name) => {
    const { shown } = await est.enrolled(name);
    expect(await est.poll(encodeURIComponent(name), shown)).toMatchObject({ status: 200 });
    expect(await est.target(name)).toMatchObject({ controllerId: name });
  });

  it.each(['..', 'a b', 'x'.repeat(257)])('cannot have the name %j', async (name) => {
    expect(await est.enroll(name, await newRequest('x'))).toMatchObject({ status: 400 });
    expect(await est.target(name)).toBe(null);
  });
});

describe('a group', () => {
  it.each(['Halle 1/2', '..', 'a.b', 'ä', 'cacerts', '%2e', 'a\\b', '//'])(
    'named %s is reached by its path',
    async (name) => {
      const own = await openEst(server, { group: { name } });
      expect(await overTls(`${own.base}/cacerts`)).toMatchObject({ status: 200 });
      await own.enrolled('device-1');
    },
  );

  it('is reached however its path is encoded, and the tenant written', async () => {
    const label = `${est.name}.factory`;
    for (const spelled of [
      label.replace('.', '%2E'),
      label.replace('factory', '%66actory'),
      label.toUpperCase().replace('FACTORY', 'factory'),
      `${label.toLowerCase()}`,
    ])
      expect(await statusOf(`/.well-known/est/${spelled}/cacerts`), spelled).toBe(200);
    for (const other of [label.replace('factory', 'Factory'), `${label}%00`, `${label}%ff`, `${label}/x`])
      expect(await statusOf(`/.well-known/est/${other}/cacerts`), other).toBeOneOf([400, 404]);
  });

  it('must be named: there is none that all tenants share', async () => {
    for (const path of ['', '/', '/cacerts', '/simpleenroll', '//cacerts', '/./cacerts', '/../est/cacerts'])
      expect(await statusOf(`/.well-known/est${path}`), path).toBeOneOf([400, 404]);
  });
});

describe('a method', () => {
  it.each([
    ['HEAD', 'cacerts', 200],
    ['HEAD', 'csrattrs', 200],
    ['HEAD', 'simpleenroll', 405],
    ['PUT', 'simpleenroll', 405],
    ['DELETE', 'simplereenroll', 405],
    ['PATCH', 'csrattrs', 405],
    ['OPTIONS', 'cacerts', 405],
    ['GET', 'CAcerts', 404],
    ['GET', 'cacerts/', 404],
    ['GET', 'fullcmc', 404],
  ])('%s of %s is answered %i', async (method, operation, status) => {
    expect(await statusOf(`${est.group.estPath}/${operation}`, method)).toBe(status);
  });
});

it('headers have names in any case, and the scheme of HTTP Basic, too', async () => {
  const { body } = await newRequest('device-9');
  const { authorization } = est.basic('device-9');
  const answer = await overTls(`${est.base}/simpleenroll`, {
    method: 'POST',
    headers: { 'CONTENT-TYPE': 'APPLICATION/PKCS10', AUTHORIZATION: authorization.replace('Basic', 'bAsIc') },
    body,
  });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-transfer-encoding': 'base64' } });
  expect(certificatesOf(answer.text)[0]!.subject).toBe('CN=device-9');
});
