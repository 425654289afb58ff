import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthenticatorOptions, openAuthenticator } from '../../../src/services/access/authenticate.ts';
import type { OidcOptions } from '../../../src/services/access/oidc.ts';
import { createRole } from '../../../src/services/access/roles/create.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { startIssuer, type TestIssuer } from '../../support/issuer.ts';
import { newTenant, openTestPlatform, type TestPlatform, type TestTenant } from '../../support/platform.ts';
import { basic } from '../../support/server.ts';
import { updateRole } from './by-name.ts';

let opened: TestPlatform;
let issuer: TestIssuer;
let tenant: TestTenant;
let root: Context;
beforeAll(async () => {
  opened = await openTestPlatform();
  issuer = await startIssuer();
});
afterAll(() => Promise.all([opened.close(), issuer.close()]));
beforeEach(async () => {
  tenant = await newTenant(opened.platform);
  root = tenant.contextOf([], ['TENANT_ADMIN']);
});

const refused = { code: 'UNAUTHENTICATED', details: { signInBy: 'token' } };

function open(oidc: Partial<OidcOptions> = {}, options: AuthenticatorOptions = {}) {
  const settings: OidcOptions = {
    issuer: issuer.url,
    audience: 'muster',
    clockSkew: 0,
    userClaim: 'preferred_username',
    rolesClaim: 'roles',
    tenantClaim: 'tenant',
    onError() {},
    ...oidc,
  };
  return openAuthenticator(opened.platform, { oidc: settings, ...options });
}
/** Signs in by a token for the test's tenant. */
async function signIn(claims: Record<string, unknown>, oidc: Partial<OidcOptions> = {}) {
  const token = await issuer.token({ preferred_username: 'ann', tenant: tenant.name, ...claims });
  return open(oidc)(`Bearer ${token}`);
}
const grants = async (roles: unknown) => [...(await signIn({ roles })).permissions];

describe('who a token names', () => {
  it('needs no account: the token says who it is and what they may do', async () => {
    const exp = Math.floor(Date.now() / 1000) + 30;
    expect(await signIn({ roles: ['READ_TARGET'], exp })).toEqual({
      tenantId: tenant.tenantId,
      tenantName: tenant.name,
      username: 'ann',
      kind: 'TOKEN',
      roles: new Set(),
      permissions: new Map([
        ['READ_TARGET', null],
        ['READ_TARGET_TYPE', null],
      ]),
      until: new Date(exp * 1000),
    });
  });

  it('is told by the claims that the settings name', async () => {
    const nested = { identity: { name: 'bob' }, realm_access: { roles: ['READ_TARGET'] }, tid: tenant.name };
    const paths = { userClaim: 'identity.name', rolesClaim: 'realm_access.roles', tenantClaim: 'tid' };
    const caller = await signIn(nested, paths);
    expect([caller.username, caller.permissions.has('READ_TARGET')]).toEqual(['bob', true]);
    const url = 'https://sso.example/claims.roles';
    expect((await signIn({ [url]: ['READ_ROLLOUT'] }, { rolesClaim: url })).permissions.size).toBe(1);
  });

  it.each([undefined, null, '', 7, ['ann'], { a: 1 }, 'a\0b', 'a\nb', 'x'.repeat(257)])(
    'must be told in a text: not %j',
    async (preferred_username) => {
      await expect(signIn({ preferred_username })).rejects.toMatchObject(refused);
    },
  );

  it('is of the tenant that the token names, in any letter case', async () => {
    const caller = await signIn({ tenant: tenant.name.toUpperCase() });
    expect(caller).toMatchObject({ tenantId: tenant.tenantId, tenantName: tenant.name });
  });

  it.each([undefined, null, '', 'nowhere', 7, ['DEFAULT'], 'DEF\0AULT'])(
    'is nobody in the tenant %j',
    async (name) => {
      await expect(signIn({ tenant: name, roles: ['TENANT_ADMIN'] })).rejects.toMatchObject(refused);
    },
  );

  it('is of DEFAULT where no claim is to name the tenant, whatever the token says', async () => {
    expect((await signIn({}, { tenantClaim: undefined })).tenantName).toBe('DEFAULT');
  });
});

describe('the roles of a token', () => {
  it('are permissions, with filters or without', async () => {
    expect(await grants(['READ_ROLLOUT', 'READ_TARGET/group==EU'])).toEqual([
      ['READ_ROLLOUT', null],
      ['READ_TARGET', ['group==EU']],
      ['READ_TARGET_TYPE', null],
    ]);
  });

  it('are built-in roles', async () => {
    const caller = await signIn({ roles: ['TENANT_ADMIN', 'SYSTEM_ADMIN'] });
    expect(caller.roles).toEqual(new Set(['TENANT_ADMIN', 'SYSTEM_ADMIN']));
    expect(caller.permissions.get('DELETE_TARGET')).toBeNull();
  });

  it("are the tenant's named roles, as they are now", async () => {
    await createRole(root, { name: 'On site', permissions: ['UPDATE_ROLLOUT'] });
    const other = (await newTenant(opened.platform)).contextOf([], ['TENANT_ADMIN']);
    await createRole(other, { name: 'abroad', permissions: ['DELETE_ROLLOUT'] });
    const authenticate = open();
    const claims = { preferred_username: 'ann', tenant: tenant.name, roles: ['On site', 'abroad'] };
    const authorization = `Bearer ${await issuer.token(claims)}`;
    expect([...(await authenticate(authorization)).permissions.keys()]).toEqual(['UPDATE_ROLLOUT']);
    await updateRole(root, { name: 'On site', permissions: ['READ_ROLLOUT'] });
    expect([...(await authenticate(authorization)).permissions.keys()]).toEqual(['READ_ROLLOUT']);
  });

  it('may be one text with blanks between', async () => {
    expect((await grants('openid READ_ROLLOUT')).map(([name]) => name)).toEqual(['READ_ROLLOUT']);
  });

  it.each([
    [undefined],
    [null],
    [[]],
    [7],
    [{ TENANT_ADMIN: true }],
    [[7, null, ['READ_TARGET'], { a: 1 }]],
    [['tenant_admin', 'ADMIN', 'READ_TARGET ', 'READ_TARGETS', 'a\0b', '\ud800', '__proto__', '{}', 'x,"y']],
    [['READ_TARGET/nosuch==1', 'READ_TARGET/(', 'READ_ROLLOUT/name==x', 'TENANT_ADMIN/x']],
  ])('give nothing where they are %j', async (roles) => {
    const caller = await signIn({ roles });
    expect([caller.roles.size, caller.permissions.size]).toEqual([0, 0]);
  });
});

describe('a token', () => {
  it('is remembered until its end at the longest', async () => {
    // On a busy machine the beats of others may come late, and then nothing is remembered.
    const beats = vi.spyOn(opened.platform.announcements, 'trustworthy').mockReturnValue(true);
    const authenticate = open();
    const exp = Math.floor(Date.now() / 1000) + 4;
    const token = await issuer.token({ preferred_username: 'ann', tenant: tenant.name, exp });
    const authorization = `Bearer ${token}`;
    const first = await authenticate(authorization);
    expect(await authenticate(authorization)).toBe(first);
    beats.mockRestore();
    // A timer may end a moment before its time.
    while (Date.now() < exp * 1000) await pause(exp * 1000 - Date.now());
    await expect(authenticate(authorization)).rejects.toMatchObject(refused);
  });

  it('is refused where no issuer is set', async () => {
    const token = await issuer.token({ preferred_username: 'ann' });
    const authenticate = openAuthenticator(opened.platform);
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('passwords', () => {
  it('go on while the issuer does not answer', async () => {
    issuer.behaviour = 'failing';
    const token = await issuer.token({ preferred_username: 'ann' });
    const authenticate = open();
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'SIGN_IN_UNAVAILABLE' });
    expect((await authenticate(basic('admin', 'admin'))).username).toBe('admin');
    issuer.behaviour = 'right';
  });

  it('may be switched off: a right one is no more than a wrong one', async () => {
    const authenticate = open({}, { basicEnabled: false });
    for (const given of [basic('admin', 'admin'), basic('admin', 'wrong'), undefined])
      await expect(authenticate(given)).rejects.toMatchObject(refused);
    const token = await issuer.token({ preferred_username: 'ann', tenant: tenant.name });
    expect(await authenticate(`Bearer ${token}`)).toMatchObject({ username: 'ann' });
  });
});
