import { setTimeout as pause } from 'node:timers/promises';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { users } from '../../../src/database/tables/users.ts';
import { type Authenticator, openAuthenticator } from '../../../src/services/access/authenticate.ts';
import * as passwords from '../../../src/services/access/passwords.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestPlatform, type TestTenant } from '../../support/platform.ts';
import { createUser, deleteUser, updateUser } from './by-name.ts';

const hashes = vi.spyOn(passwords, 'verifyPassword');

/** Two processes of the server. */
let here: TestPlatform;
let there: TestPlatform;
let authenticate: Authenticator;
let elsewhere: Authenticator;
let tenant: TestTenant;
let admin: Context;

beforeAll(async () => {
  here = await openTestPlatform();
  there = await openTestPlatform();
  authenticate = openAuthenticator(here.platform);
  elsewhere = openAuthenticator(there.platform);
  await vi.waitFor(() => {
    expect(here.platform.announcements.trustworthy()).toBe(true);
    expect(there.platform.announcements.trustworthy()).toBe(true);
  }, 10_000);
});
afterAll(async () => {
  hashes.mockRestore();
  await Promise.all([here.close(), there.close()]);
});
beforeEach(async () => {
  tenant = await newTenant(here.platform);
  admin = tenant.contextOf([], ['TENANT_ADMIN']);
  await createUser(admin, { username: 'ann', password: 'a-quiet-secret', permissions: ['UPDATE_TARGET'] });
  // The announcement of the account must have arrived everywhere, or it would come between later steps.
  await pause(50);
  hashes.mockClear();
});

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;
const ann = (password = 'a-quiet-secret') => basic(`${tenant.name}\\ann:${password}`);
/** Far below the time that a credential is remembered. */
const ARRIVES = { timeout: 5_000, interval: 20 };
const refused = { code: 'UNAUTHENTICATED' };

describe('signing in', () => {
  it('names the caller, with all that the account may do', async () => {
    expect(await authenticate(ann())).toEqual({
      tenantId: tenant.tenantId,
      tenantName: tenant.name,
      username: 'ann',
      kind: 'USER',
      roles: new Set(),
      permissions: new Map([
        ['UPDATE_TARGET', null],
        ['READ_TARGET_TYPE', null],
      ]),
    });
  });

  it('takes a name without a tenant for one of DEFAULT', async () => {
    const caller = await authenticate(basic('admin:admin'));
    expect(caller).toMatchObject({ tenantName: 'DEFAULT', username: 'admin' });
    expect(caller.roles).toEqual(new Set(['TENANT_ADMIN', 'SYSTEM_ADMIN']));
    expect((await authenticate(basic('default\\admin:admin'))).username).toBe('admin');
    await expect(authenticate(basic('ann:a-quiet-secret'))).rejects.toMatchObject(refused);
  });

  it('finds the tenant, but not the user or the password, in any letter case', async () => {
    const upper = tenant.name.toUpperCase();
    expect(await authenticate(basic(`${upper}\\ann:a-quiet-secret`))).toMatchObject({
      tenantName: tenant.name,
    });
    await expect(authenticate(basic(`${tenant.name}\\Ann:secret`))).rejects.toMatchObject(refused);
    await expect(authenticate(ann('Secret'))).rejects.toMatchObject(refused);
  });

  it('splits at the first colon and reads UTF-8', async () => {
    await createUser(admin, { username: 'Änne', password: 'a:b:ß-and-so-on' });
    const credentials = `${tenant.name}\\Änne:a:b:ß-and-so-on`;
    expect(await authenticate(basic(credentials))).toMatchObject({ username: 'Änne' });
    expect(await authenticate(basic(credentials).replace('Basic', 'bASIC '))).toMatchObject({
      username: 'Änne',
    });
  });

  it('refuses bytes that are no UTF-8, whatever they could be taken for', async () => {
    await createUser(admin, { username: 'bob', password: 'a-quiet-secret\ufffd' });
    const [right, broken] = (['utf8', 'latin1'] as const).map((encoding) =>
      Buffer.from(`${tenant.name}\\bob:a-quiet-secret${encoding === 'utf8' ? '\ufffd' : '\xff'}`, encoding),
    );
    expect(await authenticate(`Basic ${right!.toString('base64')}`)).toMatchObject({ username: 'bob' });
    await expect(authenticate(`Basic ${broken!.toString('base64')}`)).rejects.toMatchObject(refused);
  });

  it.each([
    undefined,
    '',
    'Basic',
    'Basic ',
    'Basic !!!!',
    `Basic ${Buffer.from('admin').toString('base64')}`,
    `Basic ${Buffer.from('ad\0min:admin').toString('base64')}`,
    `Basic ${Buffer.from(':').toString('base64')}`,
    `Basic ${Buffer.from('\\:').toString('base64')}`,
    `Basic ${Buffer.from('DEFAULT\\\\admin:admin').toString('base64')}`,
    `Bearer ${Buffer.from('admin:admin').toString('base64')}`,
    'TargetToken abc',
    'admin:admin',
  ])('refuses %j', async (authorization) => {
    await expect(authenticate(authorization)).rejects.toMatchObject(refused);
  });

  it('does the same work for an unknown tenant or user as for a wrong password', async () => {
    for (const credentials of [
      'nowhere\\ann:a-quiet-secret',
      `${tenant.name}\\nobody:a-quiet-secret`,
      `${tenant.name}\\ann:wrong`,
    ]) {
      hashes.mockClear();
      await expect(authenticate(basic(credentials))).rejects.toMatchObject(refused);
      expect(hashes).toHaveBeenCalledTimes(1);
    }
  });
});

describe('remembering', () => {
  it('hashes a right credential once, a wrong one each time', async () => {
    for (let i = 0; i < 3; i++) await authenticate(ann());
    expect(hashes).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 3; i++) await expect(authenticate(ann('wrong'))).rejects.toMatchObject(refused);
    expect(hashes).toHaveBeenCalledTimes(4);
  });

  it('hashes once for requests that come together', async () => {
    const callers = await Promise.all(Array.from({ length: 5 }, () => authenticate(ann())));
    expect(new Set(callers).size).toBe(1);
    expect(hashes).toHaveBeenCalledTimes(1);
  });

  it('ends after its time', async () => {
    const brief = openAuthenticator(here.platform, { rememberedMs: 400 });
    await brief(ann());
    await brief(ann());
    expect(hashes).toHaveBeenCalledTimes(1);
    await pause(450);
    await brief(ann());
    expect(hashes).toHaveBeenCalledTimes(2);
  });

  it('counts only while announcements arrive', async () => {
    await authenticate(ann());
    const trustworthy = vi.spyOn(here.platform.announcements, 'trustworthy').mockReturnValue(false);
    await authenticate(ann());
    trustworthy.mockRestore();
    expect(hashes).toHaveBeenCalledTimes(2);
    await authenticate(ann());
    expect(hashes).toHaveBeenCalledTimes(2);
  });
});

describe('a change takes effect at once', () => {
  it('of the password: the old one is refused here, and elsewhere as soon as it is heard of', async () => {
    await authenticate(ann());
    await elsewhere(ann());
    await updateUser(admin, { username: 'ann', password: 'changed-for-good' });
    await expect(authenticate(ann())).rejects.toMatchObject(refused);
    expect(await authenticate(ann('changed-for-good'))).toMatchObject({ username: 'ann' });
    await vi.waitFor(() => expect(elsewhere(ann())).rejects.toMatchObject(refused), ARRIVES);
  });

  it('of the permissions', async () => {
    await authenticate(ann());
    await elsewhere(ann());
    await updateUser(admin, { username: 'ann', permissions: ['READ_ROLLOUT'] });
    expect((await authenticate(ann())).permissions).toEqual(new Map([['READ_ROLLOUT', null]]));
    await vi.waitFor(
      async () => expect((await elsewhere(ann())).permissions).toEqual(new Map([['READ_ROLLOUT', null]])),
      ARRIVES,
    );
  });

  it('of a deleted account', async () => {
    await authenticate(ann());
    await elsewhere(ann());
    await deleteUser(admin, { username: 'ann' });
    await expect(authenticate(ann())).rejects.toMatchObject(refused);
    await vi.waitFor(() => expect(elsewhere(ann())).rejects.toMatchObject(refused), ARRIVES);
  });

  it("in its own tenant: another one's stay remembered, and so do all when targets change", async () => {
    await authenticate(ann());
    const other = await newTenant(here.platform);
    await createUser(other.contextOf([], ['TENANT_ADMIN']), { username: 'bob', password: 'a-quiet-secret' });
    here.platform.announcements.announce({ tenantId: tenant.tenantId, controllerIds: ['device'] });
    await authenticate(ann());
    expect(hashes).toHaveBeenCalledTimes(1);
  });

  it('for a sign-in that read the account before: it is answered, but not remembered', async () => {
    const { whenHashing, release } = holdNextHash();
    const early = authenticate(ann());
    await whenHashing;
    const passwordHash = await passwords.hashPassword('changed-for-good');
    await here.platform.database
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.tenantId, tenant.tenantId), eq(users.username, 'ann')));
    here.platform.announcements.announce({ tenantId: tenant.tenantId });
    const late = authenticate(ann());
    release();
    expect(await early).toMatchObject({ username: 'ann' });
    await expect(late).rejects.toMatchObject(refused);
    await expect(authenticate(ann())).rejects.toMatchObject(refused);
  });

  it('but a sign-in into another tenant, under way meanwhile, is remembered', async () => {
    const { whenHashing, release } = holdNextHash();
    const first = authenticate(ann());
    await whenHashing;
    here.platform.announcements.announce({ tenantId: tenant.tenantId + 1_000_000 });
    release();
    await first;
    await authenticate(ann());
    expect(hashes).toHaveBeenCalledTimes(1);
  });
});

/** Lets the next hash begin, so the account has been read, and keeps it from ending. */
function holdNextHash() {
  let release = () => {};
  const released = new Promise<void>((go) => {
    release = go;
  });
  let begun = () => {};
  const whenHashing = new Promise<void>((go) => {
    begun = go;
  });
  hashes.mockImplementationOnce(async (_password, encoded) => {
    if (typeof encoded === 'function') await encoded();
    begun();
    await released;
    return true;
  });
  return { whenHashing, release };
}
