import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiKeys } from '../../../../src/database/tables/api-keys.ts';
import { deleteApiKey } from '../../../../src/services/access/api-keys/delete.ts';
import { listApiKeys } from '../../../../src/services/access/api-keys/list.ts';
import type { Role } from '../../../../src/services/access/grants.ts';
import { createRole } from '../../../../src/services/access/roles/create.ts';
import type { Caller, Context } from '../../../../src/services/shared/context.ts';
import { allOf } from '../../../support/lists.ts';
import {
  newTenant,
  openTestPlatform,
  type TestPlatform,
  type TestTenant,
} from '../../../support/platform.ts';
import { createApiKey, createUser } from '../by-name.ts';

let opened: TestPlatform;
let tenant: TestTenant;
let root: Context;
beforeAll(async () => {
  opened = await openTestPlatform();
});
afterAll(() => opened.close());
beforeEach(async () => {
  tenant = await newTenant(opened.platform);
  root = tenant.contextOf([], ['TENANT_ADMIN'], 'root');
  const permissions = ['READ_TARGET', 'UPDATE_TARGET/group==EU'];
  await createUser(root, { username: 'ann', password: 'a-quiet-secret', permissions });
  await createUser(root, { username: 'bob', password: 'a-quiet-secret' });
});

/** As ann, by her password unless told otherwise. */
const ann = (kind: Caller['kind'] = 'USER', roles: Role[] = []): Context => {
  const context = tenant.contextOf(['READ_TARGET', 'UPDATE_TARGET/group==EU'], roles, 'ann');
  return { ...context, caller: { ...context.caller, kind } };
};
const read = { name: 'ci', permissions: ['READ_TARGET'] };
const refusal = (code: string, ...path: string[]) => ({ code, details: expect.objectContaining({ path }) });
const forbidden = { code: 'FORBIDDEN' };
const namesSeenBy = async (context: Context) => (await allOf(listApiKeys(context))).map(({ name }) => name);

describe('creating an API key', () => {
  it('shows it once, and keeps nothing that it could be made of', async () => {
    const { apiKey, key } = await createApiKey(ann(), read);
    expect(apiKey).toEqual({
      id: expect.any(Number),
      name: 'ci',
      prefix: `muster_${tenant.tenantId}_${apiKey.id}`,
      ownerId: expect.any(Number),
      owner: 'ann',
      permissions: ['READ_TARGET'],
      roles: [],
      scope: null,
      expiresAt: null,
      lastUsedAt: null,
      createdAt: expect.any(Date),
      createdBy: 'ann',
    });
    expect(key.startsWith(`${apiKey.prefix}_`)).toBe(true);
    expect(await allOf(listApiKeys(ann()))).toEqual([apiKey]);
    const stored = JSON.stringify(
      await opened.platform.database
        .select()
        .from(apiKeys)
        .where(eq(apiKeys.tenantId, root.caller.tenantId))
        .limit(1_000),
    );
    expect(stored).not.toContain(key.split('_')[3]!.slice(0, 43));
  });

  it('gives it nothing that the caller does not hold', async () => {
    await createRole(root, { name: 'fitter', permissions: ['DELETE_TARGET'] });
    for (const more of [
      { permissions: ['CREATE_TARGET'] },
      { permissions: ['UPDATE_TARGET'] },
      { permissions: ['UPDATE_TARGET/group==US'] },
      { roles: ['TENANT_ADMIN'] },
      { roles: ['fitter'] },
    ])
      await expect(createApiKey(ann(), { ...read, ...more })).rejects.toMatchObject(forbidden);
    const held = { permissions: ['UPDATE_TARGET/group==EU', 'READ_TARGET'], scope: 'name==a*' };
    expect((await createApiKey(ann(), { ...read, ...held })).apiKey).toMatchObject({
      permissions: ['READ_TARGET', 'UPDATE_TARGET/group==EU'],
      scope: 'name==a*',
    });
  });

  it('for another account needs TENANT_ADMIN, and to hold what that account holds', async () => {
    await expect(createApiKey(ann(), { ...read, owner: 'bob' })).rejects.toMatchObject(forbidden);
    expect((await createApiKey(root, { ...read, owner: 'bob' })).apiKey).toMatchObject({
      owner: 'bob',
      createdBy: 'root',
    });
    const both = tenant.contextOf([], ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
    await createUser(both, { username: 'system', password: 'a-quiet-secret', roles: ['SYSTEM_ADMIN'] });
    await expect(createApiKey(root, { ...read, name: 'x', owner: 'system' })).rejects.toMatchObject(
      forbidden,
    );
    await expect(createApiKey(root, { ...read, name: 'x', owner: 'nobody' })).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    });
  });

  it('is not for keys and tokens: one that got out would make its next', async () => {
    for (const kind of ['API_KEY', 'TOKEN'] as const) {
      await expect(createApiKey(ann(kind), read)).rejects.toMatchObject(forbidden);
      const asAdmin = ann(kind, ['TENANT_ADMIN']);
      expect((await createApiKey(asAdmin, { ...read, name: kind })).apiKey.owner).toBe('ann');
    }
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(65) }],
    ['name', { name: 'a\tb' }],
    ['permissions', { permissions: [] }],
    ['permissions', { permissions: null }],
    ['permissions.0', { permissions: ['EVERYTHING'] }],
    ['roleIds.0', { roles: ['nosuch'] }, 'ROLE_NOT_FOUND'],
    ['scope', { scope: '' }, 'FILTER_SYNTAX'],
    ['scope', { scope: 'nosuch==1' }, 'FILTER_FIELD_UNKNOWN'],
    ['scope', { scope: 'name==a', roles: ['TENANT_ADMIN'] }],
    ['expiresAt', { expiresAt: new Date(Date.now() - 1) }],
    ['expiresAt', { expiresAt: new Date(Number.NaN) }],
    ['expiresAt', { expiresAt: 'tomorrow' }],
  ])('has rules for %s: %j', async (path, broken, code = 'INVALID_INPUT') => {
    const input = { ...read, owner: 'ann', ...broken } as Parameters<typeof createApiKey>[1];
    await expect(createApiKey(root, input)).rejects.toMatchObject(refusal(code, ...path.split('.')));
    expect(await namesSeenBy(root)).toEqual([]);
  });

  it('takes a name once in a tenant', async () => {
    await createApiKey(ann(), read);
    await expect(createApiKey(root, { ...read, owner: 'bob' })).rejects.toMatchObject(
      refusal('API_KEY_ALREADY_EXISTS', 'name'),
    );
  });
});

describe('API keys', () => {
  beforeEach(async () => {
    await createApiKey(ann(), { ...read, name: 'of-ann' });
    await createApiKey(root, { ...read, name: 'of-bob', owner: 'bob' });
  });

  it('are seen by their owner and by administrators of the tenant', async () => {
    expect(await namesSeenBy(ann())).toEqual(['of-ann']);
    expect(await namesSeenBy(root)).toEqual(['of-ann', 'of-bob']);
    const other = await newTenant(opened.platform);
    expect(await namesSeenBy(other.contextOf([], ['TENANT_ADMIN']))).toEqual([]);
    expect(await namesSeenBy(other.contextOf([], [], 'ann'))).toEqual([]);
    for (const kind of ['API_KEY', 'TOKEN'] as const)
      await expect(listApiKeys(ann(kind))).rejects.toMatchObject(forbidden);
  });

  it('are listed by name, in pages', async () => {
    const { items, hasNext, cursorOf } = await (await listApiKeys(root, { first: 1 })).page();
    expect([items.map(({ name }) => name), hasNext]).toEqual([['of-ann'], true]);
    const next = await allOf(listApiKeys(root, { first: 1, after: cursorOf(items[0]!) }));
    expect(next.map(({ name }) => name)).toEqual(['of-bob']);
  });

  it('are revoked by their owner and by administrators of the tenant', async () => {
    const [ofAnn, ofBob] = await allOf(listApiKeys(root));
    const notFound = refusal('API_KEY_NOT_FOUND', 'id');
    await expect(deleteApiKey(ann(), { id: ofBob!.id })).rejects.toMatchObject(notFound);
    const other = (await newTenant(opened.platform)).contextOf([], ['TENANT_ADMIN']);
    await expect(deleteApiKey(other, { id: ofAnn!.id })).rejects.toMatchObject(notFound);
    await expect(deleteApiKey(ann('API_KEY'), { id: ofAnn!.id })).rejects.toMatchObject(forbidden);
    expect(await deleteApiKey(ann(), { id: ofAnn!.id })).toEqual(ofAnn);
    expect(await deleteApiKey(root, { id: ofBob!.id })).toEqual(ofBob);
    await expect(deleteApiKey(root, { id: ofBob!.id })).rejects.toMatchObject(notFound);
  });
});
