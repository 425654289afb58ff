import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { deleteApiKey } from '../../../../src/services/access/api-keys/delete.ts';
import { type Authenticator, openAuthenticator } from '../../../../src/services/access/authenticate.ts';
import { createRole } from '../../../../src/services/access/roles/create.ts';
import { listRoles } from '../../../../src/services/access/roles/list.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { allOf } from '../../../support/lists.ts';
import {
  newTenant,
  openTestPlatform,
  type TestPlatform,
  type TestTenant,
} from '../../../support/platform.ts';
import { basic } from '../../../support/server.ts';
import { createApiKey, createUser, deleteRole, updateRole, updateUser } from '../by-name.ts';

/** Two processes of the server. */
let here: TestPlatform;
let there: TestPlatform;
let signIn: Authenticator;
let elsewhere: Authenticator;
let tenant: TestTenant;
let root: Context;
beforeAll(async () => {
  here = await openTestPlatform();
  there = await openTestPlatform();
  signIn = openAuthenticator(here.platform);
  elsewhere = openAuthenticator(there.platform);
});
afterAll(() => Promise.all([here.close(), there.close()]));
beforeEach(async () => {
  tenant = await newTenant(here.platform);
  root = tenant.contextOf([], ['TENANT_ADMIN']);
});

const ann = () => basic(`${tenant.name}\\ann`, 'a-quiet-secret');
const withRole = (...roles: string[]) =>
  createUser(root, { username: 'ann', password: 'a-quiet-secret', roles });
const refusal = (code: string, ...path: string[]) => ({ code, details: expect.objectContaining({ path }) });
const ARRIVES = { timeout: 5_000, interval: 20 };

describe('a named role', () => {
  it('is what was given, its permissions once each and in order', async () => {
    const permissions = ['UPDATE_TARGET', 'READ_TARGET/group==EU,group==US', 'UPDATE_TARGET'];
    const role = await createRole(root, { name: ' fitter ', description: 'On site', permissions });
    expect(role).toMatchObject({
      name: 'fitter',
      description: 'On site',
      permissions: ['READ_TARGET/group==EU or group==US', 'UPDATE_TARGET'],
      createdBy: 'tester',
    });
    expect(await allOf(listRoles(root))).toEqual([role]);
  });

  it('is needed TENANT_ADMIN for', async () => {
    await createRole(root, { name: 'fitter', permissions: [] });
    for (const context of [tenant.contextOf(), tenant.contextOf([], ['SYSTEM_ADMIN'])])
      for (const work of [
        () => createRole(context, { name: 'other', permissions: [] }),
        () => updateRole(context, { name: 'fitter', permissions: [] }),
        () => deleteRole(context, { name: 'fitter' }),
        () => listRoles(context),
      ])
        await expect(work()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(65) }],
    ['name', { name: 'a\nb' }],
    ['name', { name: 'TENANT_ADMIN' }],
    ['name', { name: 'READ_TARGET' }],
    ['name', { name: 'READ_TARGET/x' }],
    ['permissions', { permissions: undefined }],
    ['permissions.0', { permissions: ['READ_EVERYTHING'] }],
    ['permissions.0', { permissions: ['TENANT_ADMIN'] }],
    ['permissions.1', { permissions: ['READ_TARGET', 'READ_TARGET/nosuch==1'] }, 'FILTER_FIELD_UNKNOWN'],
    ['description', { description: 'x'.repeat(513) }],
  ])('has rules for %s: %j', async (path, broken, code = 'INVALID_INPUT') => {
    const input = { name: 'fitter', permissions: [], ...broken } as Parameters<typeof createRole>[1];
    await expect(createRole(root, input)).rejects.toMatchObject(refusal(code, ...path.split('.')));
  });

  it('is there once in a tenant, and is nothing to another', async () => {
    await createRole(root, { name: 'fitter', permissions: [] });
    await expect(createRole(root, { name: 'fitter', permissions: [] })).rejects.toMatchObject(
      refusal('ROLE_ALREADY_EXISTS', 'name'),
    );
    const other = (await newTenant(here.platform)).contextOf([], ['TENANT_ADMIN']);
    expect(await allOf(listRoles(other))).toEqual([]);
    for (const work of [
      () => updateRole(other, { name: 'fitter', permissions: ['READ_TARGET'] }),
      () => deleteRole(other, { name: 'fitter' }),
    ])
      await expect(work()).rejects.toMatchObject(refusal('ROLE_NOT_FOUND', 'id'));
    await expect(
      createUser(other, { username: 'ann', password: 'a-quiet-secret', roles: ['fitter'] }),
    ).rejects.toMatchObject(refusal('ROLE_NOT_FOUND', 'roleIds', '0'));
    await createRole(other, { name: 'fitter', permissions: ['DELETE_TARGET'] });
    await withRole('fitter');
    expect((await signIn(ann())).permissions.size).toBe(0);
  });

  it('changes by what is given', async () => {
    await createRole(root, { name: 'fitter', description: 'On site', permissions: ['READ_TARGET'] });
    const input = { name: 'fitter', permissions: ['UPDATE_TARGET'] };
    expect(await updateRole(root, input)).toMatchObject({ ...input, description: 'On site' });
    expect(await updateRole(root, { name: 'fitter', description: null })).toMatchObject({
      ...input,
      description: '',
    });
  });

  it('is listed by name, in pages', async () => {
    for (const name of ['b', 'c', 'a']) await createRole(root, { name, permissions: [] });
    const { items, hasNext, cursorOf } = await (await listRoles(root, { first: 2 })).page();
    expect([items.map(({ name }) => name), hasNext]).toEqual([['a', 'b'], true]);
    const rest = await allOf(listRoles(root, { after: cursorOf(items[1]!) }));
    expect(rest.map(({ name }) => name)).toEqual(['c']);
  });
});

describe('who has a role', () => {
  it('may do what it says, beside what was granted', async () => {
    await createRole(root, { name: 'fitter', permissions: ['UPDATE_TARGET', 'READ_TARGET/group==EU'] });
    await createRole(root, { name: 'auditor', permissions: ['READ_AUDIT', 'READ_TARGET/group==US'] });
    const roles = ['fitter', 'auditor'];
    const user = await createUser(root, {
      username: 'ann',
      password: 'a-quiet-secret',
      permissions: ['CREATE_TARGET'],
      roles,
    });
    expect([user.permissions, user.roles]).toEqual([['CREATE_TARGET'], ['auditor', 'fitter']]);
    expect((await signIn(ann())).permissions).toEqual(
      new Map([
        ['CREATE_TARGET', null],
        ['UPDATE_TARGET', null],
        ['READ_TARGET', expect.arrayContaining(['group==EU', 'group==US'])],
        ['READ_AUDIT', null],
        ['READ_TARGET_TYPE', null],
      ]),
    );
  });

  it('may do what it says now: a change takes effect at once, in every process', async () => {
    await createRole(root, { name: 'fitter', permissions: ['READ_TARGET', 'DELETE_TARGET'] });
    await withRole('fitter');
    await signIn(ann());
    await elsewhere(ann());
    await updateRole(root, { name: 'fitter', permissions: ['READ_TARGET'] });
    expect((await signIn(ann())).permissions.has('DELETE_TARGET')).toBe(false);
    await vi.waitFor(
      async () => expect((await elsewhere(ann())).permissions.has('DELETE_TARGET')).toBe(false),
      ARRIVES,
    );
  });

  it('keeps it from being deleted', async () => {
    await createRole(root, { name: 'fitter', permissions: ['READ_TARGET'] });
    await withRole('TENANT_ADMIN', 'fitter');
    await expect(deleteRole(root, { name: 'fitter' })).rejects.toThrow("still that of user 'ann'");
    const key = { owner: 'ann', name: 'ci', roles: ['fitter'] };
    const { apiKey } = await createApiKey(root, key);
    await createUser(root, { username: 'bob', password: 'a-quiet-secret', roles: ['TENANT_ADMIN'] });
    await updateUser(root, { username: 'ann', roles: [] });
    await expect(deleteRole(root, { name: 'fitter' })).rejects.toMatchObject(refusal('ROLE_IN_USE', 'id'));
    await deleteApiKey(root, { id: apiKey.id });
    expect(await deleteRole(root, { name: 'fitter' })).toMatchObject({ name: 'fitter' });
    expect(await allOf(listRoles(root))).toEqual([]);
  });

  it('gets none that is being deleted, and keeps it when it is being given', async () => {
    const user = { username: 'ann', password: 'a-quiet-secret', roles: ['fitter'] };
    await createRole(root, { name: 'fitter', permissions: [] });
    const giving = holding(root);
    const given = createUser(giving.context, user);
    await giving.whenWritten;
    const refused = expect(deleteRole(root, { name: 'fitter' })).rejects.toMatchObject({
      code: 'ROLE_IN_USE',
    });
    await pause(200);
    giving.release();
    await given;
    await refused;

    await updateUser(root, { username: 'ann', roles: [] });
    const taking = holding(root);
    const taken = deleteRole(taking.context, { name: 'fitter' });
    await taking.whenWritten;
    const late = expect(createUser(root, { ...user, username: 'bob' })).rejects.toMatchObject(
      refusal('ROLE_NOT_FOUND', 'roleIds', '0'),
    );
    await pause(200);
    taking.release();
    await taken;
    await late;
  });
});

/** A context whose transaction has written all, and isn't committed before it is released. */
function holding(context: Context) {
  let release = () => {};
  const released = new Promise<void>((go) => {
    release = go;
  });
  let written = () => {};
  const whenWritten = new Promise<void>((go) => {
    written = go;
  });
  const database = new Proxy(context.database, {
    get(real, property) {
      if (property !== 'transaction') return Reflect.get(real, property);
      return (work: Parameters<typeof real.transaction>[0]) =>
        real.transaction(async (tx) => {
          const result = await work(tx);
          written();
          await released;
          return result;
        });
    },
  });
  return { context: { ...context, database }, whenWritten, release };
}
