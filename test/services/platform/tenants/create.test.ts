import { randomBytes } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Transaction } from '../../../../src/database/connect.ts';
import { tenants } from '../../../../src/database/tables/tenants.ts';
import { users } from '../../../../src/database/tables/users.ts';
import { openAuthenticator } from '../../../../src/services/access/authenticate.ts';
import { effectivePermissions, PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { USER_COLUMNS } from '../../../../src/services/access/users/user.ts';
import { createTenant } from '../../../../src/services/platform/tenants/create.ts';
import { ensureFirstAdministrator } from '../../../../src/services/platform/tenants/first-administrator.ts';
import { listTenants } from '../../../../src/services/platform/tenants/list.ts';
import { openTenantRegistry } from '../../../../src/services/platform/tenants/registry.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../../support/platform.ts';
import { createUser, updateUser } from '../../access/by-name.ts';

let opened: TestPlatform;
let system: Context;
beforeAll(async () => {
  opened = await openTestPlatform();
  system = (await newTenant(opened.platform)).contextOf([], ['SYSTEM_ADMIN'], 'system-admin');
});
afterAll(() => opened.close());

const aName = () => `T_${randomBytes(8).toString('hex')}`;
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;
const input = (name: string) => ({ name, adminUsername: 'boss', adminPassword: 'a-quiet-secret' });

describe('creating a tenant', () => {
  it('makes it and its first administrator, who can sign in', async () => {
    const name = aName();
    const tenant = await createTenant(system, input(name));
    expect(tenant).toEqual({
      id: expect.any(Number),
      name,
      createdAt: expect.any(Date),
      createdBy: 'system-admin',
    });
    const caller = await openAuthenticator(opened.platform)(basic(`${name}\\boss:a-quiet-secret`));
    expect(caller).toMatchObject({ tenantId: tenant.id, tenantName: name, roles: new Set(['TENANT_ADMIN']) });
  });

  it('needs SYSTEM_ADMIN', async () => {
    const admin = (await newTenant(opened.platform)).contextOf(undefined, ['TENANT_ADMIN']);
    await expect(createTenant(admin, input(aName()))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(listTenants(admin)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses a name that exists in any spelling, also at the same moment', async () => {
    const name = aName();
    const results = await Promise.allSettled([
      createTenant(system, input(name)),
      createTenant(system, input(name.toUpperCase())),
      createTenant(system, input(name.toLowerCase())),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'TENANT_ALREADY_EXISTS', details: { path: ['name'] } });
    await expect(createTenant(system, input('default'))).rejects.toMatchObject({
      code: 'TENANT_ALREADY_EXISTS',
    });
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: 'a'.repeat(41) }],
    ['name', { name: 'a b' }],
    ['name', { name: 'a\n' }],
    ['name', { name: 'ä' }],
    ['name', { name: 'rest' }],
    ['name', { name: 'GraphQL' }],
    ['name', { name: 'health' }],
    ['adminUsername', { adminUsername: 'a:b' }],
    ['adminPassword', { adminPassword: 'four' }],
  ])('refuses what breaks a rule of %s, and leaves nothing behind: %j', async (path, broken) => {
    const given = { ...input(aName()), ...broken };
    await expect(createTenant(system, given)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: [path] },
    });
    const rows = await opened.platform.database.select().from(tenants).where(eq(tenants.name, given.name));
    expect(rows).toEqual([]);
  });

  it('lists the tenants by name, in pages', async () => {
    const prefix = aName();
    for (const end of ['-b', '-A', '-c']) await createTenant(system, input(prefix + end));
    const list = await listTenants(system, { filter: `name==${prefix}*`, first: 2 });
    const { items, hasNext } = await list.page();
    expect(items.map(({ name }) => name)).toEqual([`${prefix}-A`, `${prefix}-b`]);
    expect([hasNext, await list.total()]).toEqual([true, 3]);
  });
});

describe('the first administrator', () => {
  const NOW = new Date('2026-01-02T03:04:05.678Z');
  const first = { username: 'first', password: 'admin', isLocal: true };

  /** On a database that has no tenant DEFAULT yet; everything is undone. */
  async function onFreshDatabase(work: (tx: Transaction) => Promise<void>): Promise<void> {
    const undo = new Error('undo');
    await opened.platform.database
      .transaction(async (tx) => {
        await tx
          .update(tenants)
          .set({ nameKey: aName() })
          .where(sql`${tenants.nameKey} = 'default' /* of a test */`);
        await work(tx);
        throw undo;
      })
      .catch((error) => {
        if (error !== undo) throw error;
      });
  }
  const accounts = (tx: Transaction) =>
    tx
      .select({ ...USER_COLUMNS, passwordHash: users.passwordHash })
      .from(users)
      .innerJoin(tenants, eq(tenants.tenantId, users.tenantId))
      .where(sql`${tenants.nameKey} = 'default' /* of a test */`);

  it('is made with the tenant DEFAULT, by the system', () =>
    onFreshDatabase(async (tx) => {
      expect(await ensureFirstAdministrator(tx, first, NOW)).toBe(true);
      expect(await accounts(tx)).toMatchObject([
        {
          username: 'first',
          roles: ['TENANT_ADMIN', 'SYSTEM_ADMIN'],
          createdBy: 'system',
          createdAt: NOW,
          passwordHash: expect.stringMatching(/^\$scrypt\$/),
        },
      ]);
    }));

  it('is made once: neither another name nor another password changes anything later', () =>
    onFreshDatabase(async (tx) => {
      await ensureFirstAdministrator(tx, first, NOW);
      const before = await accounts(tx);
      expect(await ensureFirstAdministrator(tx, { username: 'other', password: 'x' }, NOW)).toBe(false);
      expect(await accounts(tx)).toEqual(before);
    }));

  it('is refused, naming the setting, where it breaks a rule', () =>
    onFreshDatabase(async (tx) => {
      await expect(ensureFirstAdministrator(tx, { ...first, password: 'four' }, NOW)).rejects.toThrow(
        /^MUSTER_ADMIN_PASSWORD: must have at least 5 characters$/,
      );
      for (const [password, rule] of [
        ['admin', /must have at least 12 characters$/],
        ['password1234', /is too easy to guess/],
      ] as const)
        await expect(
          ensureFirstAdministrator(tx, { ...first, password, isLocal: false }, NOW),
        ).rejects.toThrow(rule);
      await expect(ensureFirstAdministrator(tx, { ...first, username: 'a:b' }, NOW)).rejects.toThrow(
        /^MUSTER_ADMIN_USER: /,
      );
    }));

  it('stays an administrator of the system: nobody could appoint another', () =>
    onFreshDatabase(async (tx) => {
      await ensureFirstAdministrator(tx, first, NOW);
      const [account] = await tx
        .select({ tenantId: users.tenantId })
        .from(users)
        .innerJoin(tenants, eq(tenants.tenantId, users.tenantId))
        .where(sql`${tenants.nameKey} = 'default' /* of a test */`);
      const caller = {
        ...system.caller,
        tenantId: account!.tenantId,
        tenantName: 'DEFAULT',
        roles: new Set(['TENANT_ADMIN', 'SYSTEM_ADMIN'] as const),
        permissions: effectivePermissions(PERMISSIONS, []),
      };
      const { announcements, systemDefaults } = opened.platform;
      const database = tx as unknown as Database;
      const inside = { database, tenants: openTenantRegistry(database, announcements, systemDefaults) };
      const context = { ...system, ...opened.platform, ...inside, caller };
      const demotion = updateUser(context, { username: 'first', roles: ['TENANT_ADMIN'] });
      await expect(demotion).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { path: ['builtInRoles'] },
      });
      await createUser(context, { username: 'next', password: 'a-quiet-secret', roles: ['SYSTEM_ADMIN'] });
      await updateUser(context, { username: 'first', roles: ['TENANT_ADMIN'] });
    }));
});
