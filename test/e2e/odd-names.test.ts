import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';
import { deploy } from '../support/software.ts';
import { sendRaw } from './bad-input/support.ts';

/* What has a name is reached by its name, percent-encoded, in each path; what no path could name isn't made. */

let server: TestServer;
let tenant: ServedTenant;
const GATEWAY = 'gateway-of-odd-names';
beforeAll(async () => {
  server = await startTestServer({ MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true' });
  tenant = await createServedTenant(server);
  await rest('PUT', '/system/configs/authentication.gatewaytoken.key', { value: GATEWAY });
});
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

const rest = (method: string, path: string, json?: unknown) =>
  tenant.admin(`/rest/v1${path}`, { method, json });
const urlOf = (id: string) => `/targets/${encodeURIComponent(id)}`;

const NAMES = [
  'a/b',
  'a\\b',
  '/',
  '//',
  '\\',
  'a/../b',
  '../..',
  'a%2Fb',
  '%2e%2e',
  '...',
  '.a',
  "a;b=c,d'?#&+",
  'ä💥',
];

describe.each(NAMES)('the controllerId %s', (id) => {
  it('is created, read, changed and deleted', async () => {
    const [created] = (await rest('POST', '/targets', [{ controllerId: id }])).json;
    expect(created).toMatchObject({ controllerId: id });
    for (const { href } of Object.values<{ href: string }>(created._links))
      expect((await tenant.admin(href)).status, href).toBeOneOf([200, 204]);
    expect((await rest('GET', urlOf(id))).json).toMatchObject({ controllerId: id });
    expect((await rest('PUT', urlOf(id), { name: 'n' })).json).toMatchObject({ controllerId: id, name: 'n' });
    expect((await rest('GET', `${urlOf(id)}/tags`)).json).toEqual([]);
    expect((await rest('GET', `${urlOf(id)}/autoConfirm`)).status).toBe(200);

    const tag = await rest('POST', '/targettags', [{ name: `tag of ${id}` }]);
    const assigned = `/targettags/${tag.json[0].id}/assigned/${encodeURIComponent(id)}`;
    expect((await rest('POST', assigned)).status).toBe(204);
    expect((await rest('GET', `${urlOf(id)}/tags`)).json).toHaveLength(1);
    expect((await rest('DELETE', assigned)).status).toBe(204);

    expect((await rest('DELETE', urlOf(id))).status).toBe(204);
    expect((await rest('GET', urlOf(id))).json).toMatchObject({ info: { entityId: id } });
  });

  it('is that of a device, which registers, follows its links and reports', async () => {
    const device = clientOf(server, `GatewayToken ${GATEWAY}`);
    const own = `/${tenant.name}/controller/v1/${encodeURIComponent(id)}`;
    expect((await device(own)).status).toBe(200);
    expect((await rest('GET', urlOf(id))).json).toMatchObject({ controllerId: id, createdBy: 'system' });

    const content = Buffer.from('content');
    await deploy(tenant, encodeURIComponent(id), { filename: 'file', content });
    const { _links: links } = (await device(own)).json;
    expect((await device(links.configData.href, { method: 'PUT', json: { data: { a: '1' } } })).status).toBe(
      200,
    );
    const { id: actionId, deployment } = (await device(links.deploymentBase.href)).json;
    const artifact = deployment.chunks[0].artifacts[0]._links['download-http'].href;
    expect((await device(artifact)).text).toBe('content');
    const status = { execution: 'closed', result: { finished: 'success' } };
    const feedback = `${own}/deploymentBase/${actionId}/feedback`;
    expect((await device(feedback, { method: 'POST', json: { status } })).status).toBe(200);
    expect((await rest('GET', urlOf(id))).json).toMatchObject({ updateStatus: 'in_sync' });
    expect((await rest('GET', `${urlOf(id)}/actions/${actionId}`)).json).toMatchObject({
      status: 'finished',
    });
  });
});

it.each(NAMES)('a key of metadata is reached by its name: %s', async (key) => {
  const controllerId = `of ${key}`.replaceAll(' ', '-').replaceAll(/[^\w-]/g, 'x') + Math.random();
  await rest('POST', '/targets', [{ controllerId }]);
  const [module] = (
    await rest('POST', '/softwaremodules', [{ name: controllerId, version: '1', type: 'os' }])
  ).json;
  const [set] = (await rest('POST', '/distributionsets', [{ name: controllerId, version: '1', type: 'os' }]))
    .json;
  for (const owner of [
    `/targets/${controllerId}`,
    `/softwaremodules/${module.id}`,
    `/distributionsets/${set.id}`,
  ]) {
    const path = `${owner}/metadata/${encodeURIComponent(key)}`;
    expect((await rest('POST', `${owner}/metadata`, [{ key, value: '1' }])).status).toBe(201);
    expect((await rest('PUT', path, { value: '2' })).status).toBe(204);
    expect((await rest('GET', path)).json).toMatchObject({ key, value: '2' });
    expect((await rest('DELETE', path)).status).toBe(204);
    expect((await rest('GET', path)).status).toBe(404);
  }
});

describe.each(['.', '..'])('%s, which no path can name, is refused', (name) => {
  const rule = /must not be \. or \.\./;

  it('as a controllerId', async () => {
    const { status, json } = await rest('POST', '/targets', [{ controllerId: name }]);
    expect([status, json.message]).toEqual([400, expect.stringMatching(rule)]);

    const document =
      'mutation ($id: String!) { createTargets(input: { targets: [{ controllerId: $id }] }) { userErrors { message } } }';
    const { createTargets } = await graphql(tenant.admin, document, { id: name });
    expect(createTargets.userErrors).toEqual([{ message: expect.stringMatching(rule) }]);

    const headers = { 'content-type': 'text/csv' };
    const imported = await tenant.admin('/imports', {
      method: 'POST',
      headers,
      body: `controllerId\n${name}\n`,
    });
    expect(imported.json.rows).toMatchObject({ created: 0, refused: 1 });
    expect((await tenant.admin(`/imports/${imported.json.id}/faults`)).text).toMatch(rule);
  });

  it.each([name, encodeURIComponent(name).replaceAll('.', '%2e')])(
    'as that of a device: %s',
    async (spelled) => {
      const line = `GET /${tenant.name}/controller/v1/${spelled} HTTP/1.1`;
      const head = [line, 'Host: x', 'Connection: close', `Authorization: GatewayToken ${GATEWAY}`];
      expect(await sendRaw(server.url, `${head.join('\r\n')}\r\n\r\n`)).toBe(400);
    },
  );

  it('as a key of metadata', async () => {
    await rest('POST', '/targets', [{ controllerId: `keyed${name}` }]);
    const { status, json } = await rest('POST', `/targets/keyed${name}/metadata`, [
      { key: name, value: 'x' },
    ]);
    expect([status, json.message]).toEqual([400, expect.stringMatching(rule)]);
  });
});
