import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProvider } from '../support/provider.ts';
import {
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
} from '../support/server.ts';

const provider = await startProvider('muster-web');
provider.secret = 'quiet';
const settings = {
  MUSTER_OIDC_ISSUER: provider.url,
  MUSTER_OIDC_AUDIENCE: 'muster',
  MUSTER_OIDC_TENANT_CLAIM: 'tenant',
  MUSTER_OIDC_CLIENT_ID: 'muster-web',
  MUSTER_OIDC_CLIENT_SECRET: 'quiet',
  MUSTER_OIDC_NAME: 'Plant',
};
const server = await startTestServer(settings);
const plain = await startTestServer();
afterAll(async () => {
  await server.stop();
  await plain.stop();
  await provider.close();
});

let tenant: ServedTenant;
beforeEach(async () => {
  tenant = await createServedTenant(server);
  provider.person = {
    identity: { sub: 's-1', preferred_username: 'ann', tenant: tenant.name, roles: ['READ_TARGET'] },
  };
});
afterEach(() => {
  provider.fault = undefined;
  provider.behaviour = 'right';
});

const START = '/graphql/session/openidconnect';

/** A browser, as far as cookies and redirects go. */
function openBrowser() {
  const jar = new Map<string, string>();
  const visit = async (url: string, init: RequestInit = {}) => {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as object), cookie },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!;
      if (value) jar.set(name!, value);
      else jar.delete(name!);
    }
    return response;
  };
  const follow = async (url: string): Promise<string> => {
    const response = await visit(url);
    const location = response.headers.get('location');
    // The last page of these tests is none of this server's.
    return location && !/\/(?:done|\?signInError.*)?$/.test(location) && !location.includes('signInError')
      ? follow(new URL(location, url).href)
      : (location ?? `status ${response.status}`);
  };
  return {
    jar,
    visit,
    signIn: (returnTo = '/done', { url } = server) =>
      follow(`${url}${START}?returnTo=${encodeURIComponent(returnTo)}`),
    async viewer() {
      const response = await visit(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { username tenant kind grants { permission } } }' }),
      });
      const { data, errors } = (await response.json()) as { data?: { viewer: object }; errors?: object[] };
      return data?.viewer ?? errors;
    },
  };
}

const grantedOf = (...permissions: string[]) => permissions.map((permission) => ({ permission }));

describe('sign-in at an issuer', () => {
  it('signs in whom the ID token names, and returns to the page', async () => {
    const browser = openBrowser();
    expect(await browser.signIn()).toBe(`${server.url}/done`);
    expect(await browser.viewer()).toEqual({
      username: 'ann',
      tenant: tenant.name,
      kind: 'TOKEN',
      grants: grantedOf('READ_TARGET', 'READ_TARGET_TYPE'),
    });
    expect([...browser.jar.keys()]).toEqual(['muster_session']);
    const { auditEvents } = await graphql(tenant.admin, '{ auditEvents(first: 1) { nodes { type actor } } }');
    expect(auditEvents.nodes).toEqual([{ type: 'SESSION_BEGUN', actor: 'ann' }]);
  });

  it('reads roles from an access token that the API takes, and from the userinfo', async () => {
    const { sub, preferred_username, tenant: name } = provider.person.identity as Record<string, string>;
    const identity = { sub, preferred_username, tenant: name };
    provider.person = { identity, access: { ...identity, roles: ['READ_TARGET', 'CREATE_TARGET'] } };
    const browser = openBrowser();
    await browser.signIn();
    expect(await browser.viewer()).toMatchObject({
      grants: grantedOf('READ_TARGET', 'CREATE_TARGET', 'READ_TARGET_TYPE'),
    });
    provider.person = { identity, userinfo: { roles: 'DELETE_TARGET' } };
    const other = openBrowser();
    await other.signIn();
    expect(await other.viewer()).toMatchObject({ grants: grantedOf('DELETE_TARGET', 'READ_TARGET_TYPE') });
    provider.person = { identity, access: { ...identity, sub: 's-2', roles: ['CREATE_TARGET'] } };
    const another = openBrowser();
    await another.signIn();
    expect(await another.viewer(), "another's access token").toMatchObject({ grants: [] });
  });

  it("follows what the tenant's roles allow", async () => {
    const { createRole } = await graphql(
      tenant.admin,
      'mutation { createRole(input: {name: "ops", grants: {permission: READ_TARGET}}) { role { id } userErrors { message } } }',
    );
    Object.assign(provider.person.identity, { roles: ['ops'] });
    const browser = openBrowser();
    await browser.signIn();
    expect(await browser.viewer()).toMatchObject({ grants: grantedOf('READ_TARGET', 'READ_TARGET_TYPE') });
    await graphql(
      tenant.admin,
      'mutation ($id: ID!) { updateRole(input: {id: $id, grants: {permission: CREATE_TARGET}}) { userErrors { message } } }',
      { id: createRole.role.id },
    );
    await expect
      .poll(() => browser.viewer())
      .toMatchObject({ grants: grantedOf('CREATE_TARGET', 'READ_TARGET_TYPE') });
  });

  it.each(['nonce', 'audience', 'signature', 'no-token', 'denied'] as const)(
    'refuses, and says so to the page: %s',
    async (fault) => {
      provider.fault = fault;
      const browser = openBrowser();
      expect(await browser.signIn()).toBe(`${server.url}/done?signInError=refused`);
      expect(browser.jar.has('muster_session')).toBe(false);
    },
  );

  it('refuses whom the claims give no tenant', async () => {
    Object.assign(provider.person.identity, { tenant: 'nosuch' });
    expect(await openBrowser().signIn()).toBe(`${server.url}/done?signInError=refused`);
  });

  it('takes an answer only from the browser that asked, and only once', async () => {
    const browser = openBrowser();
    const begun = await browser.visit(`${server.url}${START}`);
    const atIssuer = await browser.visit(begun.headers.get('location')!);
    const callback = atIssuer.headers.get('location')!;
    const foreign = openBrowser();
    const refused = (await foreign.visit(callback)).headers.get('location');
    expect(refused).toBe(`${server.url}/?signInError=expired`);
    const other = openBrowser();
    await other.visit(`${server.url}${START}`);
    expect((await other.visit(callback)).headers.get('location'), 'of another sign-in').toContain('expired');
    const cookies = new Map(browser.jar);
    expect((await browser.visit(callback)).headers.get('location')).toBe(`${server.url}/`);
    for (const [name, value] of cookies) browser.jar.set(name, value);
    expect((await browser.visit(callback)).headers.get('location'), 'once more').toContain('refused');
  });

  it.each([
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/a/../done', '/done'],
  ])('returns to this server only: %s', async (returnTo, path) => {
    expect(await openBrowser().signIn(returnTo)).toBe(server.url + path);
  });

  it('says that the issuer is away', async () => {
    const away = await startTestServer(settings);
    provider.behaviour = 'failing';
    expect(await openBrowser().signIn('/done', away)).toBe(`${away.url}/done?signInError=unavailable`);
    await away.stop();
  });

  it('keeps its cookie from scripts and other paths', async () => {
    const begun = await fetch(`${server.url}${START}`, { redirect: 'manual' });
    expect(begun.headers.get('set-cookie')).toMatch(
      /^muster_sign_in=[\w.-]+; Max-Age=600; Path=\/graphql\/session\/openidconnect; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const asked = new URL(begun.headers.get('location')!).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'muster-web',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      redirect_uri: `${server.url}${START}/callback`,
    });
  });
});

describe('sign-out of an issuer', () => {
  it('ends the session, and says where to end that at the issuer', async () => {
    const browser = openBrowser();
    await browser.signIn();
    const left = await browser.visit(`${server.url}/graphql/session`, { method: 'DELETE' });
    const { signOutUrl } = (await left.json()) as { signOutUrl: string };
    expect(await browser.viewer()).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const { searchParams } = new URL(signOutUrl);
    expect(searchParams.get('client_id')).toBe('muster-web');
    await browser.visit(signOutUrl);
    expect(provider.signedOut.at(-1)).toBe(`${server.url}/`);
  });
});

describe('signInOptions', () => {
  const ask = async (query: string, { url } = server, headers: Record<string, string> = {}) =>
    (await clientOf({ url })('/graphql', { method: 'POST', json: { query }, headers })).json;
  const COST = { extensions: { cost: expect.any(Object) } };
  const OPTIONS = '{ signInOptions { password openIdConnect { name url } } }';

  it('is told to whoever asks, also with the cookie of a session that has ended', async () => {
    const told = {
      data: { signInOptions: { password: true, openIdConnect: { name: 'Plant', url: server.url + START } } },
      ...COST,
    };
    expect(await ask(OPTIONS)).toEqual(told);
    expect(await ask(OPTIONS, server, { cookie: `muster_session=1.1.${'x'.repeat(43)}` })).toEqual(told);
    expect((await ask(OPTIONS, plain)).data.signInOptions).toEqual({ password: true, openIdConnect: null });
  });

  it.each([
    ['another field', '{ signInOptions { password } viewer { username } }'],
    ['another name for another field', '{ signInOptions: viewer { username } }'],
    ['a fragment', '{ ...F } fragment F on Query { viewer { username } }'],
    ['a fragment in place', '{ ... { viewer { username } } }'],
    ['the schema', '{ __schema { types { name } } }'],
    ['a mutation', 'mutation { __typename }'],
    ['two operations', 'query A { signInOptions { password } } query B { viewer { username } }'],
    ['no syntax', '{'],
    ['very much', `{ ${'signInOptions { password } '.repeat(60)} }`],
  ])('brings nothing else along: %s', async (_, query) => {
    expect((await ask(query)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is not told to a wrong password', async () => {
    expect((await ask(OPTIONS, server, { authorization: 'Basic eDp5' })).errors).toHaveLength(1);
  });

  it('shows where nobody signs in with a password', async () => {
    const only = await startTestServer({ ...settings, MUSTER_BASIC_ENABLED: 'false' });
    expect((await ask(OPTIONS, only)).data.signInOptions.password).toBe(false);
    expect(await openBrowser().signIn('/done', only)).toBe(`${only.url}/done`);
    await only.stop();
  });
});

it('needs an issuer for a client', async () => {
  await expect(startTestServer({ MUSTER_OIDC_CLIENT_ID: 'x' })).rejects.toThrow(
    'MUSTER_OIDC_ISSUER: must be set',
  );
});
