import { setTimeout as pause } from 'node:timers/promises';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiKeys } from '../../../src/database/tables/api-keys.ts';
import { deleteApiKey } from '../../../src/services/access/api-keys/delete.ts';
import { newSecret, readKey, writeKey } from '../../../src/services/access/api-keys/key.ts';
import { listApiKeys } from '../../../src/services/access/api-keys/list.ts';
import { type Authenticator, openAuthenticator } from '../../../src/services/access/authenticate.ts';
import { createRole } from '../../../src/services/access/roles/create.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { allOf } from '../../support/lists.ts';
import { newTenant, openTestPlatform, type TestPlatform, type TestTenant } from '../../support/platform.ts';
import { createApiKey, createUser, deleteUser, updateRole, updateUser } from './by-name.ts';

/** Two processes of the server. */
let here: TestPlatform;
let there: TestPlatform;
let signIn: Authenticator;
let elsewhere: Authenticator;
let tenant: TestTenant;
let root: Context;
let now: Date | undefined;
beforeAll(async () => {
  here = await openTestPlatform();
  there = await openTestPlatform();
  const clock = () => now ?? new Date();
  signIn = openAuthenticator({ ...here.platform, clock });
  elsewhere = openAuthenticator(there.platform);
});
afterAll(() => Promise.all([here.close(), there.close()]));
beforeEach(async () => {
  now = undefined;
  tenant = await newTenant(here.platform);
  root = tenant.contextOf([], ['TENANT_ADMIN']);
});

const OWNED = ['READ_TARGET', 'UPDATE_TARGET', 'READ_ROLLOUT'];
/** A key of `ann`, who may do what is owned. */
async function keyOf(key: object, owned: object = { permissions: OWNED }) {
  await createUser(root, { username: 'ann', password: 'a-quiet-secret', ...owned });
  const context = tenant.contextOf(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
  const made = await createApiKey(context, { owner: 'ann', name: 'ci', ...key });
  return { id: made.apiKey.id, key: made.key, bearer: `Bearer ${made.key}` };
}
const mayDo = async (bearer: string) => Object.fromEntries((await signIn(bearer)).permissions);
const refused = { code: 'UNAUTHENTICATED', details: { signInBy: 'token' } };
const ARRIVES = { timeout: 5_000, interval: 20 };

describe('by an API key', () => {
  it('a program acts for the owner, with what the key was given', async () => {
    const { bearer } = await keyOf({ permissions: ['READ_TARGET'] });
    expect(await signIn(bearer)).toEqual({
      tenantId: tenant.tenantId,
      tenantName: tenant.name,
      username: 'ann',
      kind: 'API_KEY',
      apiKey: 'ci',
      apiKeyId: expect.any(Number),
      roles: new Set(),
      permissions: new Map([
        ['READ_TARGET', null],
        ['READ_TARGET_TYPE', null],
      ]),
      account: new Map([...OWNED, 'READ_TARGET_TYPE'].map((permission) => [permission, null])),
    });
    expect((await signIn(bearer.replace('Bearer', 'bEARER '))).username).toBe('ann');
  });

  it('nobody signs in whose key is not the very one', async () => {
    const { key, id } = await keyOf({ permissions: ['READ_TARGET'] });
    const parts = { ...readKey(key)!, secret: newSecret() };
    const wrong = [
      writeKey(parts),
      writeKey({ ...parts, secret: readKey(key)!.secret, id: id + 1_000_000 }),
      writeKey({ ...parts, secret: readKey(key)!.secret, tenantId: tenant.tenantId + 1_000_000 }),
      `${key}x`,
      key.slice(0, -1),
      key.toUpperCase(),
      'muster_',
      `muster_${tenant.tenantId}_${id}_`,
      'muster_1_1_\u00e9',
    ];
    for (const one of wrong)
      await expect(signIn(`Bearer ${one}`), one).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(signIn(`Basic ${key}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(signIn(`Bearer ${wrong[0]}`)).rejects.toMatchObject(refused);
  });

  it('nobody signs in after its end, remembered or not', async () => {
    const expiresAt = new Date(Date.now() + 60_000);
    const { bearer } = await keyOf({ permissions: ['READ_TARGET'], expiresAt });
    expect((await signIn(bearer)).until).toEqual(expiresAt);
    now = new Date(expiresAt.getTime() - 1);
    expect(await signIn(bearer)).toBeDefined();
    now = expiresAt;
    await expect(signIn(bearer)).rejects.toMatchObject(refused);
  });

  it('nobody signs in after it was revoked, in any process', async () => {
    const { id, bearer } = await keyOf({ permissions: ['READ_TARGET'] });
    await signIn(bearer);
    await elsewhere(bearer);
    await deleteApiKey(root, { id });
    await expect(signIn(bearer)).rejects.toMatchObject(refused);
    await vi.waitFor(() => expect(elsewhere(bearer)).rejects.toMatchObject(refused), ARRIVES);
  });

  it('nobody signs in when its owner is gone, not even when another takes the name', async () => {
    const { bearer } = await keyOf({ permissions: ['READ_TARGET'] });
    await signIn(bearer);
    await deleteUser(root, { username: 'ann' });
    await expect(signIn(bearer)).rejects.toMatchObject(refused);
    await createUser(root, { username: 'ann', password: 'a-quiet-secret', permissions: OWNED });
    await expect(signIn(bearer)).rejects.toMatchObject(refused);
    expect(await allOf(listApiKeys(root))).toEqual([]);
  });
});

describe('an API key never may more than its owner', () => {
  it('may now', async () => {
    const { bearer } = await keyOf({ permissions: OWNED });
    await signIn(bearer);
    await updateUser(root, { username: 'ann', permissions: ['READ_ROLLOUT', 'DELETE_TARGET'] });
    expect(await mayDo(bearer)).toEqual({ READ_ROLLOUT: null, READ_TARGET_TYPE: null });
    await updateUser(root, { username: 'ann', permissions: OWNED });
    expect(Object.keys(await mayDo(bearer))).toEqual([...OWNED, 'READ_TARGET_TYPE']);
  });

  it('may of what: both scopes count', async () => {
    const { bearer } = await keyOf(
      { permissions: ['READ_TARGET/group==EU', 'UPDATE_TARGET'] },
      { permissions: ['READ_TARGET/name==a*', 'READ_TARGET/name==b*', 'UPDATE_TARGET/group==US'] },
    );
    expect(await mayDo(bearer)).toEqual({
      READ_TARGET: ['(group==EU);(name==a*,name==b*)'],
      UPDATE_TARGET: ['group==US'],
      READ_TARGET_TYPE: null,
    });
    await updateUser(root, {
      username: 'ann',
      permissions: ['READ_TARGET/group==EU', 'READ_TARGET/group==US'],
    });
    expect((await mayDo(bearer))['READ_TARGET']).toEqual(['group==EU']);
  });

  it('may in a role', async () => {
    const { bearer } = await keyOf({ roles: ['TENANT_ADMIN', 'SYSTEM_ADMIN'] }, { roles: ['TENANT_ADMIN'] });
    expect((await signIn(bearer)).roles).toEqual(new Set(['TENANT_ADMIN']));
    await createUser(root, { username: 'boss', password: 'a-quiet-secret', roles: ['TENANT_ADMIN'] });
    await updateUser(root, { username: 'ann', roles: [], permissions: ['READ_TARGET'] });
    const caller = await signIn(bearer);
    expect([caller.roles, [...caller.permissions.keys()]]).toEqual([
      new Set(),
      ['READ_TARGET', 'READ_TARGET_TYPE'],
    ]);
  });

  it('may by a named role, of its own and of the owner', async () => {
    await createRole(root, { name: 'fitter', permissions: ['READ_TARGET', 'UPDATE_TARGET'] });
    const { bearer } = await keyOf({ roles: ['fitter'] }, { roles: ['fitter'] });
    expect(Object.keys(await mayDo(bearer))).toEqual(['READ_TARGET', 'UPDATE_TARGET', 'READ_TARGET_TYPE']);
    await updateRole(root, { name: 'fitter', permissions: ['READ_TARGET'] });
    expect(Object.keys(await mayDo(bearer))).toEqual(['READ_TARGET', 'READ_TARGET_TYPE']);
  });
});

describe('a scope of an API key', () => {
  it('narrows all that it may do with targets, and nothing else', async () => {
    const { bearer } = await keyOf({ permissions: OWNED, scope: 'group==EU' });
    expect(await mayDo(bearer)).toEqual({
      READ_TARGET: ['group==EU'],
      UPDATE_TARGET: ['group==EU'],
      READ_ROLLOUT: null,
      READ_TARGET_TYPE: null,
    });
  });

  it('narrows what is narrowed already, by the key or its owner', async () => {
    const { bearer } = await keyOf(
      { permissions: ['READ_TARGET/type==x', 'UPDATE_TARGET'], scope: 'group==EU' },
      { permissions: ['READ_TARGET', 'UPDATE_TARGET/type==y'] },
    );
    const allowed = await mayDo(bearer);
    expect(allowed['READ_TARGET']).toEqual(['(type==x);(group==EU)']);
    expect(allowed['UPDATE_TARGET']).toEqual(['(group==EU);(type==y)']);
  });
});

describe('the use of an API key', () => {
  const lastUse = async () => (await allOf(listApiKeys(root)))[0]!.lastUsedAt;
  const used = async (bearer: string, at: Date) => {
    now = at;
    // A process of its own, so that nothing is remembered.
    await openAuthenticator({ ...here.platform, clock: () => at })(bearer);
    await here.platform.keyUses.flush();
  };

  it('is kept, about once an hour', async () => {
    const { bearer } = await keyOf({ permissions: ['READ_TARGET'] });
    expect(await lastUse()).toBeNull();
    const first = new Date('2030-01-01T00:00:00Z');
    await used(bearer, first);
    expect(await lastUse()).toEqual(first);
    await used(bearer, new Date(first.getTime() + 3_599_000));
    expect(await lastUse()).toEqual(first);
    const later = new Date(first.getTime() + 3_600_000);
    await used(bearer, later);
    expect(await lastUse()).toEqual(later);
  });

  it('is written without a request waiting for it', async () => {
    const { bearer } = await keyOf({ permissions: ['READ_TARGET'] });
    await signIn(bearer);
    expect(await lastUse()).toBeNull();
    await vi.waitFor(async () => expect(await lastUse()).not.toBeNull(), { timeout: 8_000, interval: 100 });
  });

  it('is none of a key that was refused', async () => {
    const { key, id } = await keyOf({ permissions: ['READ_TARGET'] });
    const wrong = writeKey({ tenantId: tenant.tenantId, id, secret: newSecret() });
    await expect(signIn(`Bearer ${wrong}`)).rejects.toMatchObject(refused);
    const expired = new Date('2020-01-01');
    await here.platform.database
      .update(apiKeys)
      .set({ expiresAt: expired })
      .where(and(eq(apiKeys.tenantId, tenant.tenantId), eq(apiKeys.id, id)));
    await expect(signIn(`Bearer ${key}`)).rejects.toMatchObject(refused);
    await here.platform.keyUses.flush();
    await pause(10);
    expect(await lastUse()).toBeNull();
  });
});
