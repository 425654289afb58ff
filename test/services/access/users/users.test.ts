import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { users } from '../../../../src/database/tables/users.ts';
import type { Role } from '../../../../src/services/access/grants.ts';
import { verifyPassword } from '../../../../src/services/access/passwords.ts';
import { findMe } from '../../../../src/services/access/users/find.ts';
import { listUsers } from '../../../../src/services/access/users/list.ts';
import type { Caller, Context } from '../../../../src/services/shared/context.ts';
import { allOf } from '../../../support/lists.ts';
import {
  newTenant,
  openTestPlatform,
  type TestPlatform,
  type TestTenant,
} from '../../../support/platform.ts';
import { createUser, deleteUser, findUser, updateUser } from '../by-name.ts';

let opened: TestPlatform;
let tenant: TestTenant;
/** A TENANT_ADMIN who is not stored as an account. */
let root: Context;
beforeAll(async () => {
  opened = await openTestPlatform();
});
afterAll(() => opened.close());
beforeEach(async () => {
  tenant = await newTenant(opened.platform);
  root = tenant.contextOf([], ['TENANT_ADMIN']);
});

const as = (username: string, ...roles: Role[]) => tenant.contextOf([], roles, username);
const make = (username: string, roles: Role[] = []) =>
  createUser(tenant.contextOf([], ['TENANT_ADMIN', 'SYSTEM_ADMIN']), {
    username,
    password: 'a-quiet-secret',
    roles,
  });
const hashOf = async (username: string) =>
  (
    await opened.platform.database
      .select()
      .from(users)
      .where(eq(users.tenantId, tenant.tenantId))
      .limit(1_000)
  ).find((row) => row.username === username)?.passwordHash;
const refusal = (code: string, path?: string[]) =>
  path ? { code, details: expect.objectContaining({ path }) } : { code };

/** The same caller, signed in by an API key or a token. */
const by = (kind: Caller['kind'], context: Context): Context => ({
  ...context,
  caller: { ...context.caller, kind },
});

describe('creating', () => {
  it('stores the account, with the password hashed and never shown', async () => {
    const created = await createUser(root, {
      username: 'ann',
      password: 'a-quiet-secret',
      permissions: ['UPDATE_TARGET', 'CREATE_TARGET', 'UPDATE_TARGET'],
      roles: [],
    });
    expect(created).toEqual({
      id: expect.any(Number),
      username: 'ann',
      tenantName: tenant.name,
      permissions: ['CREATE_TARGET', 'UPDATE_TARGET'],
      roles: [],
      createdAt: expect.any(Date),
      createdBy: 'tester',
      lastModifiedAt: created.createdAt,
      lastModifiedBy: 'tester',
    });
    expect(await findUser(root, { username: 'ann' })).toEqual(created);
    expect(await verifyPassword('a-quiet-secret', (await hashOf('ann'))!)).toBe(true);
  });

  it('needs TENANT_ADMIN: no permission replaces it', async () => {
    const input = { username: 'ann', password: 'a-quiet-secret' };
    await expect(createUser(tenant.contextOf(), input)).rejects.toMatchObject(refusal('FORBIDDEN'));
    await expect(createUser(as('x', 'SYSTEM_ADMIN'), input)).rejects.toMatchObject(refusal('FORBIDDEN'));
  });

  it('refuses a name that exists in the tenant, and only there', async () => {
    await make('ann');
    await expect(make('ann')).rejects.toMatchObject(refusal('USER_ALREADY_EXISTS', ['username']));
    const other = await newTenant(opened.platform);
    await createUser(other.contextOf([], ['TENANT_ADMIN']), { username: 'ann', password: 'a-quiet-secret' });
  });

  it('grants no role that the caller does not hold', async () => {
    const input = { username: 'ann', password: 'a-quiet-secret', roles: ['SYSTEM_ADMIN'] };
    await expect(createUser(root, input)).rejects.toMatchObject(refusal('FORBIDDEN'));
    expect(await allOf(listUsers(root))).toEqual([]);
    expect((await make('ann', ['SYSTEM_ADMIN'])).roles).toEqual(['SYSTEM_ADMIN']);
  });

  it.each([
    ['username', { username: '' }],
    ['username', { username: 'a'.repeat(65) }],
    ['username', { username: 'a:b' }],
    ['username', { username: 'a\\b' }],
    ['username', { username: 'a\nb' }],
    ['username', { username: 'a\0b' }],
    ['username', { username: 'a\ud800b' }],
    ['username', { username: 'a ' }],
    ['username', { username: 7 }],
    ['password', { password: 'four' }],
    ['password', { password: 'x'.repeat(257) }],
    ['password', { password: 'secret\0' }],
    ['password', { password: undefined }],
    ['permissions', { permissions: 'READ_TARGET' }],
    ['permissions.0', { permissions: [7] }],
    ['permissions.1', { permissions: ['READ_TARGET', 'READ_EVERYTHING'] }],
  ])('refuses what breaks a rule of %s: %j', async (path, broken) => {
    const input = { username: 'ann', password: 'a-quiet-secret', ...broken } as Parameters<
      typeof createUser
    >[1];
    await expect(createUser(root, input)).rejects.toMatchObject(refusal('INVALID_INPUT', path.split('.')));
  });

  it('names the permission and the role that it does not know', async () => {
    const base = { username: 'ann', password: 'a-quiet-secret' };
    await expect(createUser(root, { ...base, permissions: ['READ_EVERYTHING'] })).rejects.toThrow(
      'there is no permission "READ_EVERYTHING"',
    );
    await expect(createUser(root, { ...base, roles: ['ADMIN'] })).rejects.toMatchObject(
      refusal('ROLE_NOT_FOUND', ['roleIds', '0']),
    );
  });

  it('takes every shape of a name and password that HTTP Basic can carry', async () => {
    const username = 'Änne Ö. <ann@example.org> 🦊';
    expect((await createUser(root, { username, password: 'a:b\\c😀-and-so-on' })).username).toBe(username);
  });
});

describe('changing', () => {
  beforeEach(() => make('boss', ['TENANT_ADMIN']));

  it('changes what is given and keeps the rest', async () => {
    const before = await make('ann');
    const hash = await hashOf('ann');
    const after = await updateUser(as('boss', 'TENANT_ADMIN'), {
      username: 'ann',
      permissions: ['READ_TARGET'],
    });
    expect(after).toEqual({
      ...before,
      permissions: ['READ_TARGET'],
      lastModifiedAt: after.lastModifiedAt,
      lastModifiedBy: 'boss',
    });
    expect(await hashOf('ann')).toBe(hash);
    await updateUser(root, { username: 'ann', password: 'changed-for-good' });
    expect(await verifyPassword('changed-for-good', (await hashOf('ann'))!)).toBe(true);
    expect(await findUser(root, { username: 'ann' })).toMatchObject({ permissions: ['READ_TARGET'] });
  });

  it('lets everyone change their own password, and nothing else', async () => {
    await make('ann');
    await make('eve');
    const ann = as('ann');
    await updateUser(ann, { username: 'ann', password: 'changed-for-good' });
    expect(await verifyPassword('changed-for-good', (await hashOf('ann'))!)).toBe(true);
    for (const input of [
      { username: 'ann', permissions: ['READ_TARGET'] },
      { username: 'ann', password: 'changed-once-more', permissions: [] },
      { username: 'ann', roles: ['TENANT_ADMIN'] },
      { username: 'eve', password: 'changed-for-good' },
      { username: 'nobody', password: 'changed-for-good' },
    ])
      await expect(updateUser(ann, input)).rejects.toMatchObject(refusal('FORBIDDEN'));
    expect(await verifyPassword('a-quiet-secret', (await hashOf('eve'))!)).toBe(true);
    for (const kind of ['API_KEY', 'TOKEN'] as const)
      await expect(
        updateUser(by(kind, ann), { username: 'ann', password: 'changed-once-more' }),
      ).rejects.toMatchObject(refusal('FORBIDDEN'));
    expect(await verifyPassword('changed-for-good', (await hashOf('ann'))!)).toBe(true);
  });

  it('lets an API key set no password, whatever its roles: that would outlive the key', async () => {
    await make('ann');
    for (const username of ['ann', 'root'])
      await expect(
        updateUser(by('API_KEY', root), { username, password: 'changed-for-good' }),
      ).rejects.toMatchObject(refusal('FORBIDDEN'));
    await updateUser(by('API_KEY', root), { username: 'ann', permissions: ['READ_TARGET'] });
  });

  it('gives no role that the caller does not hold', async () => {
    await make('ann');
    await expect(updateUser(root, { username: 'ann', roles: ['SYSTEM_ADMIN'] })).rejects.toMatchObject(
      refusal('FORBIDDEN'),
    );
  });

  it('touches no account that holds what the caller does not: its password would be theirs', async () => {
    await make('system', ['SYSTEM_ADMIN']);
    for (const change of [{ password: 'changed-for-good' }, { roles: [] }, { permissions: [] }])
      await expect(updateUser(root, { username: 'system', ...change })).rejects.toMatchObject(
        refusal('FORBIDDEN'),
      );
    await expect(deleteUser(root, { username: 'system' })).rejects.toMatchObject(refusal('FORBIDDEN'));
    expect(await verifyPassword('a-quiet-secret', (await hashOf('system'))!)).toBe(true);
  });

  it('knows no account of another tenant', async () => {
    const other = await newTenant(opened.platform);
    await createUser(other.contextOf([], ['TENANT_ADMIN']), { username: 'ann', password: 'a-quiet-secret' });
    const missing = refusal('USER_NOT_FOUND', ['id']);
    await expect(updateUser(root, { username: 'ann', password: 'stolen-by-others' })).rejects.toMatchObject(
      missing,
    );
    await expect(deleteUser(root, { username: 'ann' })).rejects.toMatchObject(missing);
    expect(await findUser(root, { username: 'ann' })).toBeUndefined();
  });

  it('keeps the last administrator of the tenant', async () => {
    await make('ann');
    await expect(
      updateUser(as('boss', 'TENANT_ADMIN'), { username: 'boss', roles: [] }),
    ).rejects.toMatchObject(refusal('INVALID_INPUT', ['builtInRoles']));
    await expect(deleteUser(root, { username: 'boss' })).rejects.toMatchObject(
      refusal('INVALID_INPUT', ['id']),
    );
    await updateUser(root, { username: 'boss', roles: ['TENANT_ADMIN'], permissions: [] });
    await make('second', ['TENANT_ADMIN']);
    expect(await updateUser(root, { username: 'boss', roles: [] })).toMatchObject({ roles: [] });
  });

  it('keeps one administrator when all of them are taken down at the same moment', async () => {
    const names = ['boss', 'second', 'third', 'fourth'];
    for (const name of names.slice(1)) await make(name, ['TENANT_ADMIN']);
    const results = await Promise.allSettled([
      updateUser(root, { username: 'boss', roles: [] }),
      deleteUser(root, { username: 'second' }),
      updateUser(root, { username: 'third', roles: [] }),
      deleteUser(root, { username: 'fourth' }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const left = (await allOf(listUsers(root))).filter(({ roles }) => roles.includes('TENANT_ADMIN'));
    expect(left).toHaveLength(1);
  });
});

describe('deleting', () => {
  it('deletes the account and says what it was', async () => {
    const ann = await make('ann');
    expect(await deleteUser(root, { username: 'ann' })).toEqual(ann);
    expect(await findUser(root, { username: 'ann' })).toBeUndefined();
  });

  it('needs TENANT_ADMIN, and nobody deletes themself', async () => {
    await make('boss', ['TENANT_ADMIN']);
    await make('second', ['TENANT_ADMIN']);
    await expect(deleteUser(tenant.contextOf(), { username: 'boss' })).rejects.toMatchObject(
      refusal('FORBIDDEN'),
    );
    await expect(deleteUser(as('boss', 'TENANT_ADMIN'), { username: 'boss' })).rejects.toMatchObject(
      refusal('INVALID_INPUT', ['id']),
    );
    // Who a token names only has the account's name.
    await deleteUser(by('TOKEN', as('boss', 'TENANT_ADMIN')), { username: 'boss' });
  });
});

describe('reading', () => {
  it('lists the accounts by name, in pages', async () => {
    for (const name of ['b', 'a', 'C', 'ä']) await make(name);
    const read = async (request?: Parameters<typeof listUsers>[1]) => {
      const { items, hasNext, cursorOf } = await (await listUsers(root, request)).page();
      return { names: items.map(({ username }) => username), hasNext, end: cursorOf(items.at(-1)!) };
    };
    expect(await read()).toMatchObject({ names: ['C', 'a', 'b', 'ä'], hasNext: false });
    const { end, ...first } = await read({ first: 2 });
    expect(first).toEqual({ names: ['C', 'a'], hasNext: true });
    expect(await read({ first: 2, after: end })).toMatchObject({ names: ['b', 'ä'], hasNext: false });
    await expect(listUsers(root, { first: 501 })).rejects.toMatchObject(refusal('INVALID_INPUT', ['first']));
    await expect(listUsers(tenant.contextOf())).rejects.toMatchObject(refusal('FORBIDDEN'));
  });

  it('shows everyone their own account, and others to a TENANT_ADMIN only', async () => {
    await make('ann');
    expect(await findMe(as('ann'))).toMatchObject({ username: 'ann', tenantName: tenant.name });
    await expect(findUser(as('eve'), { username: 'ann' })).rejects.toMatchObject(refusal('FORBIDDEN'));
    await expect(findUser(as('eve'), { username: 'nobody' })).rejects.toMatchObject(refusal('FORBIDDEN'));
    expect(await findMe(by('API_KEY', as('ann')))).toMatchObject({ username: 'ann' });
    const token = by('TOKEN', as('ann', 'TENANT_ADMIN'));
    await expect(findMe(token)).rejects.toMatchObject(refusal('USER_NOT_FOUND'));
    await expect(findUser(by('TOKEN', as('ann')), { username: 'ann' })).rejects.toMatchObject(
      refusal('FORBIDDEN'),
    );
  });
});
