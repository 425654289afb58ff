import { createClient } from 'graphql-ws';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { grantsOf } from '../support/grants.ts';
import { startIssuer } from '../support/issuer.ts';
import {
  basic,
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
} from '../support/server.ts';

const issuer = await startIssuer();
const OIDC = {
  MUSTER_OIDC_ISSUER: issuer.url,
  MUSTER_OIDC_AUDIENCE: 'muster',
  MUSTER_OIDC_TENANT_CLAIM: 'tenant',
  MUSTER_OIDC_CLOCK_SKEW: '0',
};
const server = await startTestServer(OIDC);
const other = await startTestServer(OIDC);
afterAll(async () => {
  await server.stop();
  await other.stop();
  await issuer.close();
  expect(server.errors.concat(other.errors)).toEqual([]);
});

let tenant: ServedTenant;
beforeEach(async () => {
  tenant = await createServedTenant(server);
});

async function createKey(input: object): Promise<{ id: string; bearer: string }> {
  const { createApiKey } = await graphql(
    tenant.admin,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } userErrors { message } } }',
    { input: { name: 'ci', ...input } },
  );
  expect(createApiKey.userErrors).toEqual([]);
  return { id: createApiKey.apiKey.id, bearer: `Bearer ${createApiKey.key}` };
}
const revoke = (id: string) =>
  graphql(
    tenant.admin,
    'mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedIds deletedCount userErrors { code path } } }',
    { id },
  );
const tokenOf = async (claims: Record<string, unknown>) =>
  `Bearer ${await issuer.token({ preferred_username: 'ann', tenant: tenant.name, ...claims })}`;

/** What each door answers to a caller: a status, or what a WebSocket was closed by. */
async function doors(authorization: string | undefined, { url } = server) {
  const ask = clientOf({ url }, authorization);
  const file = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'controllerId\nfrom-file\n' };
  const query = { method: 'POST', json: { query: '{ targets { nodes { controllerId } } }' } };
  const [post, rest, imports, exports] = [
    await ask('/graphql', query),
    await ask('/rest/v1/targets'),
    await ask('/imports?mode=upsert', file),
    await ask('/exports'),
  ];
  return {
    graphql: post.json.errors?.[0]?.extensions.code ?? post.status,
    rest: rest.status,
    imports: imports.status,
    exports: exports.status,
    socket: await firstOf(watch(authorization, url)),
    challenge: post.headers.get('www-authenticate'),
    challengeOfRest: rest.headers.get('www-authenticate'),
  };
}

/** The types of a subscription's events; ends by throwing the code that the socket was closed by. */
function watch(authorization: string | undefined, url = server.url) {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
  });
  return client.iterate<{ targetEvents: { type: string } }>({
    query: 'subscription { targetEvents { type } }',
  });
}
const firstOf = (events: ReturnType<typeof watch>) =>
  events.next().then(
    async ({ value }) => {
      await events.return?.();
      return value.errors?.[0].extensions.code ?? value.data.targetEvents.type;
    },
    (error) => error.code ?? error[0].extensions.code,
  );

const ALL = ['READ_TARGET', 'CREATE_TARGET', 'UPDATE_TARGET'];
const ADMITTED = { graphql: 200, rest: 200, imports: 200, exports: 200, socket: 'RESYNC' };
const FORBIDDEN = { graphql: 'FORBIDDEN', rest: 403, imports: 403, exports: 403, socket: 'FORBIDDEN' };
const REFUSED = { graphql: 'UNAUTHENTICATED', rest: 401, imports: 401, exports: 401, socket: 4401 };
const BEARER = { challenge: 'Bearer realm="Muster"', challengeOfRest: 'Bearer realm="hawkBit"' };

describe('every door', () => {
  it('admits an API key, to what it permits', async () => {
    expect(await doors((await createKey({ grants: grantsOf(...ALL) })).bearer)).toMatchObject(ADMITTED);
    const { bearer } = await createKey({ name: 'other', grants: grantsOf('READ_ROLLOUT') });
    expect(await doors(bearer)).toMatchObject(FORBIDDEN);
  });

  it('admits a token of the issuer, to what it permits', async () => {
    expect(await doors(await tokenOf({ roles: ALL }))).toMatchObject(ADMITTED);
    expect(await doors(await tokenOf({ roles: ['READ_ROLLOUT'] }))).toMatchObject(FORBIDDEN);
  });

  it('refuses a wrong key, a wrong token, and says by what one signs in', async () => {
    const { bearer } = await createKey({ grants: grantsOf(...ALL) });
    const wrong = `${bearer.slice(0, -1)}${bearer.endsWith('0') ? '1' : '0'}`;
    for (const one of [wrong, await tokenOf({ aud: 'other' }), 'Bearer x'])
      expect(await doors(one)).toEqual({ ...REFUSED, ...BEARER });
    expect(await doors(undefined)).toMatchObject({
      ...REFUSED,
      challenge: 'Basic realm="Muster", charset="UTF-8"',
    });
  });

  it('refuses a revoked key at once, in the other processes, too', async () => {
    const { id, bearer } = await createKey({ grants: grantsOf(...ALL) });
    for (const { url } of [server, other])
      expect((await clientOf({ url }, bearer)('/rest/v1/targets')).status).toBe(200);
    await revoke(id);
    expect(await doors(bearer)).toMatchObject(REFUSED);
    await expect
      .poll(async () => (await clientOf(other, bearer)('/rest/v1/targets')).status, { timeout: 1_000 })
      .toBe(401);
  });

  it('says that tokens cannot be checked while the issuer is not to be reached, and takes passwords', async () => {
    const silent = await startIssuer();
    const token = await silent.token({ preferred_username: 'ann' });
    await silent.close();
    const server = await startTestServer({ ...OIDC, MUSTER_OIDC_ISSUER: silent.url });
    const status = { graphql: 'SIGN_IN_UNAVAILABLE', rest: 503, imports: 503, exports: 503, socket: 1013 };
    expect(await doors(`Bearer ${token}`, server)).toMatchObject({ ...status, challenge: null });
    expect(await doors(basic(`${tenant.name}\\boss`, 'a-quiet-secret'), server)).toMatchObject(ADMITTED);
    await server.stop();
    expect(server.errors.length).toBe(1);
    expect(server.errors[0]).toContain(`the keys of MUSTER_OIDC_ISSUER ${silent.url} cannot be had`);
  });

  it('takes no password where they are switched off', async () => {
    const server = await startTestServer({ ...OIDC, MUSTER_BASIC_ENABLED: 'false' });
    for (const given of [basic(`${tenant.name}\\boss`, 'a-quiet-secret'), undefined])
      expect(await doors(given, server)).toEqual({ ...REFUSED, ...BEARER });
    expect(await doors(await tokenOf({ roles: ALL }), server)).toMatchObject(ADMITTED);
    expect(await doors((await createKey({ grants: grantsOf(...ALL) })).bearer, server)).toMatchObject(
      ADMITTED,
    );
    await server.stop();
  });
});

describe('a subscription', () => {
  it('ends when its key is revoked', async () => {
    const { id, bearer } = await createKey({ grants: grantsOf(...ALL) });
    const events = watch(bearer);
    expect((await events.next()).value.data.targetEvents.type).toBe('RESYNC');
    await revoke(id);
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
  });

  it('ends with its key, and with its token', async () => {
    const end = Math.ceil(Date.now() / 1000) + 3;
    const { bearer } = await createKey({ grants: grantsOf(...ALL), expiresAt: new Date(end * 1000) });
    const watching = [bearer, await tokenOf({ roles: ALL, exp: end })].map(async (authorization) => {
      const events = watch(authorization);
      const first = (await events.next()).value;
      expect(first.data.targetEvents.type).toBe('RESYNC');
      await expect(events.next()).rejects.toMatchObject({ code: 4401 });
      expect(Date.now()).toBeGreaterThanOrEqual(end * 1000);
    });
    await Promise.all(watching);
  });

  it('of another tenant is told nothing', async () => {
    const { bearer } = await createKey({ grants: grantsOf(...ALL) });
    const events = watch(bearer);
    expect((await events.next()).value.data.targetEvents.type).toBe('RESYNC');
    const stranger = await createServedTenant(server);
    const make = (name: string) => ({ method: 'POST', json: [{ controllerId: name, name }] });
    await stranger.admin('/rest/v1/targets', make('theirs'));
    await tenant.admin('/rest/v1/targets', make('ours'));
    expect((await events.next()).value.data.targetEvents.type).toBe('CREATED');
    await events.return?.();
  });
});

describe('by GraphQL', () => {
  it('roles are named, given, changed and deleted', async () => {
    const ask = (query: string, variables = {}) => graphql(tenant.admin, query, variables);
    const { createRole } = await ask(
      'mutation { createRole(input: { name: "fitter", grants: { permission: READ_TARGET } }) { role { id name description grants { permission filter } createdBy } userErrors { code } } }',
    );
    expect(createRole).toEqual({
      role: {
        id: expect.stringMatching(/^Role:\d+$/),
        name: 'fitter',
        description: null,
        grants: grantsOf('READ_TARGET'),
        createdBy: 'boss',
      },
      userErrors: [],
    });
    const roleId: string = createRole.role.id;
    const { createUser } = await ask(
      'mutation ($roleId: ID!) { createUser(input: { username: "ann", password: "a-quiet-secret", grants: { permission: READ_ROLLOUT }, roleIds: [$roleId] }) { user { id builtInRoles roles { id name } grants { permission filter } effectiveGrants { permission filter } } } }',
      { roleId },
    );
    expect(createUser.user).toEqual({
      id: expect.any(String),
      builtInRoles: [],
      roles: [{ id: roleId, name: 'fitter' }],
      grants: grantsOf('READ_ROLLOUT'),
      effectiveGrants: grantsOf('READ_ROLLOUT', 'READ_TARGET', 'READ_TARGET_TYPE'),
    });
    await ask(
      'mutation ($id: ID!) { updateRole(input: { id: $id, grants: [{ permission: READ_TARGET, filter: "group==EU" }] }) { role { name } } }',
      { id: roleId },
    );
    const { users } = await ask('{ users { nodes { username effectiveGrants { permission filter } } } }');
    expect(users.nodes[0]).toEqual({
      username: 'ann',
      effectiveGrants: grantsOf('READ_ROLLOUT', 'READ_TARGET/group==EU', 'READ_TARGET_TYPE'),
    });
    const remove = async () =>
      (
        await ask(
          'mutation ($id: ID!) { deleteRole(input: { id: $id }) { deletedCount userErrors { code path } } }',
          { id: roleId },
        )
      ).deleteRole;
    expect(await remove()).toEqual({
      deletedCount: 0,
      userErrors: [{ code: 'ROLE_IN_USE', path: ['id'] }],
    });
    await ask('mutation ($id: ID!) { updateUser(input: { id: $id, roleIds: [] }) { user { id } } }', {
      id: createUser.user.id,
    });
    expect((await remove()).deletedCount).toBe(1);
    expect((await ask('{ roles(first: 1) { nodes { name } pageInfo { hasNextPage } } }')).roles).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: false },
    });
  });

  it('API keys are made, listed without their secret, and deleted', async () => {
    const { id, bearer } = await createKey({ grants: grantsOf(...ALL), scope: 'group==EU' });
    expect((await clientOf(server, bearer)('/rest/v1/userinfo')).json).toMatchObject({ username: 'boss' });
    const { apiKeys } = await graphql(
      tenant.admin,
      '{ apiKeys { nodes { id name prefix owner { username } grants { permission filter } builtInRoles roles { name } scope expiresAt } } }',
    );
    expect(apiKeys.nodes).toEqual([
      {
        id,
        name: 'ci',
        prefix: bearer.slice('Bearer '.length, bearer.lastIndexOf('_')),
        owner: { username: 'boss' },
        grants: grantsOf('CREATE_TARGET', 'READ_TARGET', 'UPDATE_TARGET'),
        builtInRoles: [],
        roles: [],
        scope: 'group==EU',
        expiresAt: null,
      },
    ]);
    expect((await revoke('nonsense')).deleteApiKey.userErrors).toEqual([
      { code: 'API_KEY_NOT_FOUND', path: ['id'] },
    ]);
    expect((await revoke(id)).deleteApiKey).toEqual({ deletedIds: [id], deletedCount: 1, userErrors: [] });
  });

  it('the audit trail tells which key it was, and no secret', async () => {
    const { bearer } = await createKey({ grants: grantsOf(...ALL) });
    const targets = { method: 'POST', json: [{ controllerId: 'a', name: 'a' }] };
    expect((await clientOf(server, bearer)('/rest/v1/targets', targets)).status).toBe(201);
    const { auditEvents } = await graphql(
      tenant.admin,
      '{ auditEvents { nodes { type actor actorKind apiKey channel changes } } }',
    );
    expect(auditEvents.nodes[0]).toMatchObject({
      type: 'TARGET_CREATED',
      actor: 'boss',
      actorKind: 'API_KEY',
      apiKey: 'ci',
      channel: 'MANAGEMENT_API',
    });
    expect(auditEvents.nodes[1]).toMatchObject({ type: 'API_KEY_CREATED', actorKind: 'USER', apiKey: null });
    expect(JSON.stringify(auditEvents)).not.toContain(bearer.slice(-20));
  });
});
