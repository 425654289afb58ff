import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';

/* A token that no header can carry would never sign anybody in: no door takes one. */

let server: TestServer;
let tenant: ServedTenant;
beforeAll(async () => {
  server = await startTestServer({ MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true' });
  tenant = await createServedTenant(server);
  await tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'known' }] });
  known = (await graphql(tenant.admin, '{ targets { nodes { id } } }')).targets.nodes[0].id;
});
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

const KEY = 'authentication.gatewaytoken.key';
const rest = async (method: string, path: string, json: unknown) => {
  const { status, text } = await tenant.admin(`/rest/v1${path}`, { method, json });
  return status < 300 ? 'taken' : `${status} ${text}`;
};
const mutate = async (field: string, input: object, selection = '') => {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input!`;
  const document = `mutation ($input: ${type}) { ${field}(input: $input) { ${selection} userErrors { code message path } } }`;
  const { userErrors } = (await graphql(tenant.admin, document, { input }))[field];
  return userErrors.length ? `400 ${JSON.stringify(userErrors)}` : 'taken';
};
let made = 0;
let known: string;

/** Every way by which somebody can choose a token. */
const DOORS: Record<string, (token: string) => Promise<string>> = {
  'POST /targets': (securityToken) =>
    rest('POST', '/targets', [{ controllerId: `t${++made}`, securityToken }]),
  'PUT /targets/{id}': (securityToken) => rest('PUT', '/targets/known', { securityToken }),
  'PUT /system/configs/{key}': (value) => rest('PUT', `/system/configs/${KEY}`, { value }),
  'PUT /system/configs': (value) => rest('PUT', '/system/configs', { [KEY]: value }),
  createTargets: (securityToken) =>
    mutate('createTargets', { targets: [{ controllerId: `t${++made}`, securityToken }] }),
  updateTarget: (securityToken) => mutate('updateTarget', { id: known, securityToken }),
  rotateTargetToken: (securityToken) => mutate('rotateTargetToken', { id: known, securityToken }),
  generateGatewayToken: (token) => mutate('generateGatewayToken', { token }),
  setTenantConfiguration: (value) => mutate('setTenantConfiguration', { gatewayToken: value }),
  'POST /imports': async (securityToken) => {
    const row = JSON.stringify({ controllerId: `t${++made}`, securityToken });
    const headers = { 'content-type': 'application/x-ndjson' };
    const { json } = await tenant.admin('/imports', { method: 'POST', headers, body: `${row}\n` });
    if (json.rows.created === 1) return 'taken';
    return `400 ${(await tenant.admin(`/imports/${json.id}/faults`)).text}`;
  },
};

const REFUSED = [
  'a ',
  ' a',
  ' ',
  'a\n',
  'a\r\nX: y',
  'a\nb',
  'a\tb',
  'tökén',
  '💥',
  'a\u00a0',
  'a\u007f',
  '\u2028',
];

describe.each(Object.keys(DOORS))('%s', (door) => {
  it.each(REFUSED)('refuses %j and says why', async (token) => {
    expect(await DOORS[door]!(token)).toMatch(/^400 .*a header has to carry it/);
  });

  it.each(['a', 'a b', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 's'.repeat(128)])('takes %j', async (token) => {
    expect(await DOORS[door]!(token)).toBe('taken');
  });
});

it.each(['a  b', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 's'.repeat(128)])(
  'what is taken signs in: %j',
  async (token) => {
    const controllerId = `t${++made}`;
    expect(await rest('POST', '/targets', [{ controllerId, securityToken: token }])).toBe('taken');
    expect(await rest('PUT', `/system/configs/${KEY}`, { value: token })).toBe('taken');
    for (const scheme of ['TargetToken', 'GatewayToken'])
      expect(
        (await clientOf(server, `${scheme} ${token}`)(`/${tenant.name}/controller/v1/${controllerId}`))
          .status,
      ).toBe(200);
  },
);
