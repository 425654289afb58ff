import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import {
  type Answer,
  basic,
  type Client,
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../support/server.ts';

/* Two tenants on one server. What the one has the other can't see, count, change or guess, by any door. */

const TOKEN = 'token-of-a-device-0123456789abcdef';
const GATEWAY = { ours: 'gateway-token-of-ours-0123456789ab', theirs: 'gateway-token-of-theirs-0123456789' };

let server: TestServer;
let ours: ServedTenant;
let theirs: ServedTenant;
/** Of theirs, by names that we have too, and by names that only they have. */
let theirType: number;
let ourType: number;

beforeAll(async () => {
  server = await startTestServer({ MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true' });
  ours = await createServedTenant(server);
  theirs = await createServedTenant(server);
  ourType = await fill(ours, 'ours', GATEWAY.ours);
  theirType = await fill(theirs, 'theirs', GATEWAY.theirs);
});
afterAll(() => server?.stop());
afterEach(() => {
  expect(server.errors.splice(0)).toEqual([]);
});

/** Gives a tenant a type, a target `shared` of a name that both have, and one that only it has. The type's id. */
async function fill({ name, admin }: ServedTenant, own: string, gateway: string): Promise<number> {
  const types = await admin('/rest/v1/targettypes', {
    method: 'POST',
    json: [{ key: own, name: `Type of ${own}` }],
  });
  const [{ id }] = types.json;
  const row = (controllerId: string) => ({
    controllerId,
    description: own,
    securityToken: `${TOKEN}-${own}`,
    targetType: id,
    group: own,
  });
  await admin('/rest/v1/targets', { method: 'POST', json: [row('shared'), row(`only-${own}`)] });
  await admin('/rest/v1/system/configs/authentication.gatewaytoken.key', {
    method: 'PUT',
    json: { value: gateway },
  });
  const device = clientOf(server, `TargetToken ${TOKEN}-${own}`);
  const attributes = { method: 'PUT', json: { data: { owner: own } } };
  for (const id of ['shared', `only-${own}`])
    expect(await device(`/${name}/controller/v1/${id}/configData`, attributes)).toMatchObject({
      status: 200,
    });
  return id;
}

/** An answer without what differs from request to request. */
const comparable = ({ status, text }: Answer) => ({ status, text: text.replace(/"timestamp":"[^"]+"/, '') });

/** All of theirs, as they see it. */
const theirState = async () => {
  const paths = [
    '/rest/v1/targets',
    '/rest/v1/targettypes',
    '/rest/v1/system/configs',
    '/rest/v1/targets/shared/attributes',
  ];
  const answers = await Promise.all(paths.map((path) => theirs.admin(path)));
  const users = await graphql(theirs.admin, '{ users { nodes { username grants { permission } } } }');
  // When a device polled last is written later than it is answered.
  const polling = ['pollStatus', 'lastControllerRequestAt'];
  return JSON.stringify([answers.map(({ json }) => json), users], (key, value) =>
    polling.includes(key) ? undefined : value,
  );
};

describe('Management API', () => {
  test('lists, counts and searches only its own', async () => {
    const ids = async (query: string) => {
      const { json } = await ours.admin(`/rest/v1/targets?${query}`);
      return {
        total: json.total,
        ids: json.content.map((each: { controllerId: string }) => each.controllerId),
      };
    };
    expect(await ids('')).toEqual({ total: 2, ids: ['only-ours', 'shared'] });
    const encoded = (filter: string) => `q=${encodeURIComponent(filter)}`;
    for (const filter of [
      'controllerid==only-theirs',
      'description==theirs',
      'group==theirs',
      'attribute.owner==theirs',
      'type.key==theirs',
      `securitytoken==${TOKEN}-theirs`,
    ]) {
      const { status, json } = await ours.admin(`/rest/v1/targets?${encoded(filter)}`);
      expect(status === 400 || json.total === 0, filter).toBe(true);
    }
    expect(await ids(encoded('attribute.owner!=ours'))).toEqual({ total: 0, ids: [] });
    expect(await ids(encoded('controllerid==*,name==*'))).toMatchObject({ total: 2 });
    const types = await ours.admin('/rest/v1/targettypes');
    expect(types.json.content.map((each: { key: string }) => each.key)).toEqual(['ours']);
  });

  test('what both have is its own', async () => {
    const { json } = await ours.admin('/rest/v1/targets/shared');
    expect(json).toMatchObject({ description: 'ours', securityToken: `${TOKEN}-ours`, targetType: ourType });
    expect((await ours.admin('/rest/v1/targets/shared/attributes')).json).toEqual({ owner: 'ours' });
  });

  test('what only the other has is answered as what nobody has', async () => {
    const requests: [
      method: string,
      path: (target: string, type: number | string) => string,
      json?: object,
    ][] = [
      ['GET', (target) => `/rest/v1/targets/${target}`],
      ['PUT', (target) => `/rest/v1/targets/${target}`, { name: 'taken' }],
      ['DELETE', (target) => `/rest/v1/targets/${target}`],
      ['GET', (target) => `/rest/v1/targets/${target}/attributes`],
      ['POST', (target) => `/rest/v1/targets/${target}/targettype`, { id: ourType }],
      ['DELETE', (target) => `/rest/v1/targets/${target}/targettype`],
      ['GET', (_, type) => `/rest/v1/targettypes/${type}`],
      ['PUT', (_, type) => `/rest/v1/targettypes/${type}`, { name: 'taken' }],
      ['DELETE', (_, type) => `/rest/v1/targettypes/${type}`],
    ];
    const before = await theirState();
    const nobodys = 4_611_686_018_427_387n;
    for (const [method, path, json] of requests) {
      const found = await ours.admin(path('only-theirs', theirType), { method, json });
      const missing = await ours.admin(path('only-nobody', Number(nobodys)), { method, json });
      expect(found.status, `${method} ${path('only-theirs', theirType)}`).toBe(404);
      const rename = (text: string) =>
        text.replaceAll('only-nobody', 'only-theirs').replaceAll(String(nobodys), String(theirType));
      expect(comparable(found)).toEqual({ ...comparable(missing), text: rename(comparable(missing).text) });
    }
    for (const targetType of [theirType, Number(nobodys)])
      expect(
        await ours.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'x', targetType }] }),
      ).toMatchObject({ status: 404 });
    for (const id of [theirType, Number(nobodys)]) {
      expect(
        await ours.admin('/rest/v1/targets/shared/targettype', { method: 'POST', json: { id } }),
      ).toMatchObject({ status: 404 });
      expect(
        await ours.admin('/rest/v1/targets/shared', { method: 'PUT', json: { targetType: id } }),
      ).toMatchObject({ status: 404 });
    }
    expect(await theirState()).toBe(before);
  });

  test('names that the other has are free', async () => {
    const made = await ours.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'only-theirs' }],
    });
    expect(made.status).toBe(201);
    const type = await ours.admin('/rest/v1/targettypes', {
      method: 'POST',
      json: [{ key: 'theirs', name: 'Type of theirs' }],
    });
    expect(type.status).toBe(201);
    const before = await theirState();
    expect(await ours.admin('/rest/v1/targets/only-theirs', { method: 'DELETE' })).toMatchObject({
      status: 204,
    });
    expect(await ours.admin(`/rest/v1/targettypes/${type.json[0].id}`, { method: 'DELETE' })).toMatchObject({
      status: 204,
    });
    expect(await theirState()).toBe(before);
  });

  test('the configuration is its own', async () => {
    const before = await theirState();
    await ours.admin('/rest/v1/system/configs/pollingTime', { method: 'PUT', json: { value: '00:00:42' } });
    const key = await ours.admin('/rest/v1/system/configs/authentication.gatewaytoken.key');
    expect(key.json.value).toBe(GATEWAY.ours);
    await ours.admin('/rest/v1/system/configs/pollingTime', { method: 'DELETE' });
    expect(await theirState()).toBe(before);
  });

  test('an account is good for its own tenant only', async () => {
    const guesses = [`${theirs.name}\\boss`, `${theirs.name.toUpperCase()}\\boss`];
    for (const name of guesses)
      expect((await clientOf(server, basic(name, 'a-quiet-secret'))('/rest/v1/userinfo')).json.tenant).toBe(
        theirs.name,
      );
    const wrong: [username: string, password: string][] = [
      ['boss', 'a-quiet-secret'],
      [`DEFAULT\\boss`, 'a-quiet-secret'],
      [`No-Such-Tenant\\boss`, 'a-quiet-secret'],
      [`${theirs.name}\\admin`, 'admin'],
      [`${theirs.name}\\boss`, 'wrong'],
    ];
    const answers = await Promise.all(
      wrong.map(([username, password]) => clientOf(server, basic(username, password))('/rest/v1/targets')),
    );
    for (const answer of answers) expect(comparable(answer)).toEqual(comparable(answers[0]!));
    expect(answers[0]?.status).toBe(401);
  });
});

describe('device API', () => {
  const request = (path: string, authorization: string) =>
    clientOf(server)(path, { headers: { authorization } });

  test('a token is good for its own target only, and everything else looks the same', async () => {
    const poll = (tenant: string, target: string, own: string) =>
      request(`/${tenant}/controller/v1/${target}`, `TargetToken ${TOKEN}-${own}`);
    expect(await poll(ours.name, 'shared', 'ours')).toMatchObject({ status: 200 });
    expect(await poll(theirs.name, 'shared', 'theirs')).toMatchObject({ status: 200 });
    const refused = await Promise.all([
      poll(ours.name, 'shared', 'theirs'),
      poll(theirs.name, 'shared', 'ours'),
      poll(theirs.name, 'only-theirs', 'ours'),
      poll(ours.name, 'only-theirs', 'theirs'),
      poll(ours.name, 'only-nobody', 'ours'),
      poll('No-Such-Tenant', 'shared', 'ours'),
    ]);
    for (const answer of refused) expect(comparable(answer)).toEqual({ status: 401, text: '' });
    const headers = ({ headers }: Answer) => [...headers].filter(([name]) => name !== 'date');
    for (const answer of refused) expect(headers(answer)).toEqual(headers(refused[0]!));
  });

  test('a gateway token speaks for devices of its own tenant only', async () => {
    const before = await theirState();
    for (const id of ['shared', 'only-theirs', 'new'])
      expect(
        await request(`/${theirs.name}/controller/v1/${id}`, `GatewayToken ${GATEWAY.ours}`),
      ).toMatchObject({
        status: 401,
      });
    expect(await theirState()).toBe(before);
    expect(await request(`/${ours.name}/controller/v1/new`, `GatewayToken ${GATEWAY.ours}`)).toMatchObject({
      status: 200,
    });
    expect(await theirs.admin('/rest/v1/targets/new')).toMatchObject({ status: 404 });
    await ours.admin('/rest/v1/targets/new', { method: 'DELETE' });
  });

  test('attributes go to its own target', async () => {
    const before = await theirState();
    const put = (tenant: string) =>
      clientOf(server, `TargetToken ${TOKEN}-ours`)(`/${tenant}/controller/v1/shared/configData`, {
        method: 'PUT',
        json: { mode: 'replace', data: { owner: 'ours', more: '1' } },
      });
    expect(await put(theirs.name)).toMatchObject({ status: 401 });
    expect(await put(ours.name)).toMatchObject({ status: 200 });
    expect(await theirState()).toBe(before);
  });
});

describe('GraphQL', () => {
  const query = (client: Client, text: string, variables = {}) =>
    client('/graphql', { method: 'POST', json: { query: text, variables } });

  test('lists, counts and finds only its own', async () => {
    const data = await graphql(
      ours.admin,
      `query ($id: ID!) {
        viewer { tenant username }
        targets { totalCount nodes { controllerId description } }
        theirs: targets(filter: "description==theirs,group==theirs,attribute.owner==theirs") { totalCount nodes { name } }
        target: targetByControllerId(controllerId: "only-theirs") { name }
        shared: targetByControllerId(controllerId: "shared") { securityToken targetType { key } }
        targetType(id: $id) { name }
        targetTypes { totalCount nodes { key } }
        fleetSummary { total registered neverSeen }
        users { nodes { username tenant } }
      }`,
      { id: idOf('TargetType', theirType) },
    );
    expect(data).toEqual({
      viewer: { tenant: ours.name, username: 'boss' },
      targets: {
        totalCount: 2,
        nodes: [
          { controllerId: 'only-ours', description: 'ours' },
          { controllerId: 'shared', description: 'ours' },
        ],
      },
      theirs: { totalCount: 0, nodes: [] },
      target: null,
      shared: { securityToken: `${TOKEN}-ours`, targetType: { key: 'ours' } },
      targetType: null,
      targetTypes: { totalCount: 1, nodes: [{ key: 'ours' }] },
      fleetSummary: { total: 2, registered: 2, neverSeen: 0 },
      users: { nodes: [{ username: 'boss', tenant: ours.name }] },
    });
  });

  test('changes what the other has as little as what nobody has', async () => {
    const before = await theirState();
    const mutations = (target: string, ourTarget: string, type: string, user: string) => [
      `updateTarget(input: { id: "${target}", name: "taken" }) { target { name } userErrors { code message path } }`,
      `deleteTargets(input: { targets: { ids: ["${target}"] } }) { deletedCount userErrors { code message path } }`,
      `deleteTargets(input: { targets: { filter: "description==theirs" } }) { deletedCount userErrors { code message path } }`,
      `rotateTargetToken(input: { id: "${target}" }) { target { name } userErrors { code message path } }`,
      `setTargetAttributes(input: { targets: { ids: ["${target}"] }, attributes: [{ key: "a", value: "b" }] }) { affectedCount userErrors { code message path } }`,
      `updateTargetType(input: { id: "${type}", name: "taken" }) { targetType { name } userErrors { code message path } }`,
      `deleteTargetType(input: { id: "${type}" }) { userErrors { code message path } }`,
      `createTargets(input: { targets: [{ controllerId: "y", targetTypeId: "${type}" }] }) { targets { name } userErrors { code message path } }`,
      `updateTarget(input: { id: "${ourTarget}", targetTypeId: "${type}" }) { target { name } userErrors { code message path } }`,
      `updateUser(input: { id: "${user}", password: "taken-by-others" }) { user { username } userErrors { code message path } }`,
      `deleteUser(input: { id: "${user}" }) { userErrors { code message path } }`,
    ];
    const { createUser } = await graphql(
      theirs.admin,
      'mutation { createUser(input: { username: "clerk", password: "a-quiet-secret", grants: { permission: READ_TARGET } }) { user { id } } }',
    );
    const clerk: string = createUser.user.id;
    const nobody = idOf('User', 4611686018427388);
    const withClerk = await theirState();
    const targetOf = async (side: typeof ours, controllerId: string): Promise<string> =>
      (await graphql(side.admin, `{ target: targetByControllerId(controllerId: "${controllerId}") { id } }`))
        .target.id;
    const shared = await targetOf(ours, 'shared');
    const theirTarget = await targetOf(theirs, 'only-theirs');
    const [theirIds, nobodys] = [
      mutations(theirTarget, shared, idOf('TargetType', theirType), clerk),
      mutations('Target:4611686018427387', shared, idOf('TargetType', 4611686018427387), nobody),
    ];
    for (const [index, mutation] of theirIds.entries()) {
      const found = await query(ours.admin, `mutation { it: ${mutation} }`);
      const missing = await query(ours.admin, `mutation { it: ${nobodys[index]} }`);
      const rename = (text: string) =>
        text
          .replaceAll('Target:4611686018427387', theirTarget)
          .replaceAll('4611686018427387', String(theirType))
          .replaceAll(nobody, clerk);
      expect(found.status, found.text).toBe(200);
      expect(found.json.errors).toBeUndefined();
      expect(found.text).toBe(rename(missing.text));
      if (!mutation.includes('filter')) expect(found.json.data.it.userErrors).toHaveLength(1);
    }
    expect(await theirState()).toBe(withClerk);
    expect(withClerk).not.toBe(before);
  });

  test('a cursor of the other opens nothing', async () => {
    const { targets } = await graphql(theirs.admin, '{ targets(first: 1) { pageInfo { endCursor } } }');
    const answer = await query(
      ours.admin,
      'query ($after: String) { targets(after: $after) { nodes { description } } }',
      {
        after: targets.pageInfo.endCursor,
      },
    );
    expect(answer.text).not.toContain('theirs');
  });

  test('the administrator of one tenant neither sees nor makes tenants', async () => {
    const attempts = [
      '{ tenants { nodes { name } } }',
      'mutation { createTenant(input: { name: "Another", adminUsername: "boss", adminPassword: "a-quiet-secret" }) { tenant { name } } }',
    ];
    for (const attempt of attempts) {
      const { json, text } = await query(ours.admin, attempt);
      expect(json.errors[0].extensions.code).toBe('FORBIDDEN');
      expect(text).not.toContain(theirs.name);
    }
    const { json } = await query(
      ours.admin,
      'mutation { createUser(input: { username: "root", password: "a-quiet-secret", builtInRoles: [SYSTEM_ADMIN] }) { user { username } userErrors { code } } }',
    );
    expect(json.data?.createUser?.user ?? null, 'nobody grants what they do not hold').toBeNull();
  });

  test('the first administrator of DEFAULT is in DEFAULT only', async () => {
    const admin = clientOf(server, basic('admin', 'admin'));
    const { target } = await graphql(
      admin,
      '{ target: targetByControllerId(controllerId: "only-theirs") { name } }',
    );
    expect(target).toBeNull();
    expect(await admin('/rest/v1/targets/only-ours')).toMatchObject({ status: 404 });
  });
});

test('a tenant is found in any letter case, and no two differ by it', async () => {
  const admin = clientOf(server, basic('admin', 'admin'));
  const { createTenant } = await graphql(
    admin,
    'mutation ($name: String!) { createTenant(input: { name: $name, adminUsername: "boss", adminPassword: "another-secret" }) { tenant { name } userErrors { code path } } }',
    { name: ours.name.toUpperCase() },
  );
  expect(createTenant).toEqual({
    tenant: null,
    userErrors: [{ code: 'TENANT_ALREADY_EXISTS', path: ['name'] }],
  });
});
