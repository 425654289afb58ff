import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openFailures } from '../../../src/services/access/attempts.ts';
import { asDevice } from '../../../src/services/devices/device-context.ts';
import type { Device } from '../../../src/services/devices/polling/device.ts';
import { type DevicePlatform, openDevices, poll } from '../../../src/services/devices/polling/poll.ts';
import { reportAttributes } from '../../../src/services/devices/reports/report-attributes.ts';
import type { DeviceCredentials } from '../../../src/services/devices/sign-in/credentials.ts';
import { tokenDigest } from '../../../src/services/devices/sign-in/digest.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../src/services/fleet/targets/delete.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../src/services/fleet/targets/rotate-token.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import { ALONE } from '../../support/alone.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';

const CAPACITY = 1_000;
const one = await openTestPlatform();
const other = await openTestPlatform();
const here = openDevices(one.platform, CAPACITY, console.error);
/** What another process of the server has. */
const there = openDevices(other.platform, CAPACITY, console.error);
afterAll(async () => {
  for (const { pollTimes } of [here, there]) await pollTimes.close();
  for (const { close } of [one, other]) await close();
});

async function fleet(...controllerIds: string[]) {
  const tenant = await newTenant(one.platform);
  const context = tenant.contextOf();
  const targets = controllerIds.map((controllerId) => ({
    controllerId,
    securityToken: `token of ${controllerId}`,
  }));
  await createTargets(context, { targets });
  const ask = async (controllerId: string, credentials: DeviceCredentials, platform: DevicePlatform = here) =>
    (await poll(platform, {
      tenantName: tenant.name,
      controllerId,
      credentials,
      address: 'http://10.0.0.1',
    })) as Device;
  return { tenant, context, ask, own: (id: string) => ({ targetToken: `token of ${id}` }) };
}
const REFUSED = { code: 'UNAUTHENTICATED' };

describe('who may poll', () => {
  it('the device itself, in any spelling of the tenant, and nobody else', async () => {
    const { tenant, ask, own } = await fleet('a', 'b');
    expect(await ask('a', own('a'))).toMatchObject({ sleep: '00:05:00', requestAttributes: true });
    const request = { controllerId: 'a', credentials: own('a'), address: 'x' };
    await poll(here, { ...request, tenantName: tenant.name.toUpperCase() });
    for (const credentials of [
      own('b'),
      {},
      { targetToken: '' },
      { gatewayToken: '' },
      { gatewayToken: 'token of a' },
    ])
      await expect(ask('a', credentials)).rejects.toMatchObject(REFUSED);
    await expect(poll(here, { ...request, tenantName: 'nobody' })).rejects.toMatchObject(REFUSED);
  });

  it('a gateway, once it is enabled and has a token', async () => {
    const { context, ask } = await fleet('a');
    await expect(ask('a', { gatewayToken: 'g' })).rejects.toMatchObject(REFUSED);
    await setConfiguration(context, { 'authentication.gatewaytoken.key': 'g' });
    await expect(ask('a', { gatewayToken: 'g' })).rejects.toMatchObject(REFUSED);
    await setConfiguration(context, { 'authentication.gatewaytoken.enabled': true });
    await ask('a', { gatewayToken: 'g' });
    await expect(ask('a', { gatewayToken: 'G' })).rejects.toMatchObject(REFUSED);
  });

  it('a certificate of an accepted issuer, for its own name only', async () => {
    const { context, ask } = await fleet('a');
    const certificate = { commonName: 'a', authorities: ['x', 'HASH'] };
    await expect(ask('a', { certificate })).rejects.toMatchObject(REFUSED);
    await setConfiguration(context, {
      'authentication.header.enabled': true,
      'authentication.header.authority': 'other, Hash',
    });
    await ask('a', { certificate });
    await expect(ask('a', { certificate: { ...certificate, commonName: 'b' } })).rejects.toMatchObject(
      REFUSED,
    );
    await expect(ask('a', { certificate: { ...certificate, authorities: ['x'] } })).rejects.toMatchObject(
      REFUSED,
    );
  });

  it('nobody from half an IPv6 network after very many wrong credentials', async () => {
    const { tenant } = await fleet('a');
    const few = { ...here, failures: openFailures(ALONE, { of: 'tokens', atOnce: 3, perSecond: 0.001 }) };
    const guess = (address: string) =>
      poll(few, {
        tenantName: tenant.name,
        controllerId: 'x',
        credentials: { targetToken: 'wrong' },
        address,
      });
    for (const host of [1, 2, 3])
      await expect(guess(`http://[2001:db8::${host}]`)).rejects.toMatchObject(REFUSED);
    await expect(guess('http://[2001:db8::4]')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    await expect(guess('http://[2001:db8:0:1::4]')).rejects.toMatchObject(REFUSED);
  });

  it('nobody by a mode that the tenant switched off', async () => {
    const { context, ask, own } = await fleet('a');
    await ask('a', own('a'));
    await setConfiguration(context, { 'authentication.targettoken.enabled': false });
    await expect(ask('a', own('a'))).rejects.toMatchObject(REFUSED);
  });
});

describe('registration', () => {
  const gateway = { gatewayToken: 'g' };
  async function openFleet() {
    const opened = await fleet();
    await setConfiguration(opened.context, {
      'authentication.gatewaytoken.key': 'g',
      'authentication.gatewaytoken.enabled': true,
    });
    return opened;
  }

  it('makes a target of an unknown device, with its poll', async () => {
    const { context, ask } = await openFleet();
    await ask('new', gateway);
    const target = await findTarget(context, 'new');
    expect(target).toMatchObject({
      name: 'new',
      description: 'Plug and Play target: new',
      createdBy: 'system',
      updateStatus: 'registered',
      requestAttributes: true,
      address: 'http://10.0.0.1',
      poll: { overdue: false },
    });
    await ask('new', { targetToken: target.securityToken! });
  });

  it('makes one target of many first polls at once, here and there', async () => {
    const { context, ask } = await openFleet();
    const polls = Array.from({ length: 20 }, (_, n) => ask('new', gateway, n % 2 ? here : there));
    const targets = new Set((await Promise.all(polls)).map((device) => device.targetId));
    expect(targets.size).toBe(1);
    await findTarget(context, 'new');
  });

  it('is refused where the tenant wants none, or with a wrong token', async () => {
    const { context, ask } = await openFleet();
    await expect(ask('new', { gatewayToken: 'wrong' })).rejects.toMatchObject(REFUSED);
    await expect(ask('new', { targetToken: 'g' })).rejects.toMatchObject(REFUSED);
    await setConfiguration(context, { 'autoregistration.enabled': false });
    await expect(ask('new', gateway)).rejects.toMatchObject(REFUSED);
    await expect(findTarget(context, 'new')).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
  });

  it.each(['a b', ' a', 'x'.repeat(129), '<b>x</b>'])('is refused for %o', async (controllerId) => {
    const { ask } = await openFleet();
    await expect(ask(controllerId, gateway)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('begins anew after a deletion', async () => {
    const { context, ask } = await openFleet();
    await ask('a', gateway);
    const { securityToken } = await findTarget(context, 'a');
    await deleteTargets(context, { controllerIds: ['a'] });
    await expect(ask('a', { targetToken: securityToken! })).rejects.toMatchObject(REFUSED);
    await ask('a', gateway);
    await expect(ask('a', { targetToken: securityToken! })).rejects.toMatchObject(REFUSED);
  });
});

describe('what is remembered', () => {
  it('answers the second poll without the database', async () => {
    const { tenant, ask, own } = await fleet('a');
    await ask('a', own('a'));
    const again = poll(here, {
      tenantName: tenant.name,
      controllerId: 'a',
      credentials: own('a'),
      address: 'x',
    });
    expect(again).not.toBeInstanceOf(Promise);
  });

  it('is given up at once here, and soon there, when the target changes', async () => {
    const { context, ask, own } = await fleet('a', 'b');
    for (const platform of [here, there]) for (const id of ['a', 'b']) await ask(id, own(id), platform);
    await rotateTargetToken(context, { controllerId: 'a', securityToken: 'new' });
    await expect(ask('a', own('a'))).rejects.toMatchObject(REFUSED);
    await vi.waitFor(() => expect(ask('a', own('a'), there)).rejects.toMatchObject(REFUSED), 5_000);
    await deleteTargets(context, { filter: 'id==b' });
    await expect(ask('b', own('b'))).rejects.toMatchObject(REFUSED);
    await vi.waitFor(() => expect(ask('b', own('b'), there)).rejects.toMatchObject(REFUSED), 5_000);
  });

  it('takes a token that was changed past every process', async () => {
    const { tenant, ask, own } = await fleet('a');
    await ask('a', own('a'));
    await one.platform.database.execute(
      sql`UPDATE targets SET security_token = 'new' WHERE tenant_id = ${tenant.tenantId}`,
    );
    await ask('a', { targetToken: 'new' });
  });

  it('is forgotten when a process falls silent, which may have changed it and told nobody', async () => {
    const { tenant, ask, own } = await fleet('a');
    await ask('a', own('a'));
    await one.platform.database.execute(sql`SELECT pg_notify('muster', ${`heartbeat:${randomUUID()}:1`})`);
    await one.platform.database.execute(
      sql`UPDATE targets SET security_token = 'new' WHERE tenant_id = ${tenant.tenantId}`,
    );
    // It is remembered.
    await ask('a', own('a'));
    await vi.waitFor(() => expect(ask('a', own('a'))).rejects.toMatchObject(REFUSED), 20_000);
  });

  it('counts for nothing while announcements may not arrive', async () => {
    const { ask, own } = await fleet('a');
    const device = await ask('a', own('a'));
    const silence = vi.spyOn(one.platform.announcements, 'trustworthy').mockReturnValue(false);
    expect(await ask('a', own('a'))).not.toBe(device);
    silence.mockRestore();
  });

  it('is not what a change has overtaken', async () => {
    const { tenant, context, own } = await fleet('a');
    const known = (await here.tenants.byName(tenant.name))!;
    const reading = here.devices.read(known, 'a');
    await rotateTargetToken(context, { controllerId: 'a', securityToken: 'new' });
    await reading;
    const remembered = here.devices.peek(known, 'a');
    expect(remembered?.tokenDigest).not.toBe(tokenDigest(own('a').targetToken));
  });
});

describe('the interval', () => {
  it('follows the configuration, its overrides and what they ask of the device', async () => {
    const { tenant, context, ask, own } = await fleet('a', 'b');
    await setConfiguration(context, {
      pollingTime: '00:10:00, attribute.hw == x -> 00:01:00, name == B -> 00:02:00',
    });
    expect((await ask('a', own('a'))).sleep).toBe('00:10:00');
    expect((await ask('b', own('b'))).sleep).toBe('00:02:00');
    const known = (await here.tenants.byName(tenant.name))!;
    await reportAttributes(asDevice(here, known, 'a', { address: 'x' }), 'merge', [['hw', 'x']]);
    expect((await ask('a', own('a'))).sleep).toBe('00:01:00');
    expect((await findTarget(context, 'a')).poll).toSatisfy(
      (status) => status.nextExpectedRequestAt - status.lastRequestAt === 60_000,
    );
  });

  it('is spread over the devices, but the same for one as long as nothing changes', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `d${n}`);
    const { context, ask, own } = await fleet(...ids);
    await setConfiguration(context, { pollingTime: '01:00:00~10%' });
    const sleeps = await Promise.all(ids.map(async (id) => (await ask(id, own(id))).sleep));
    const again = await Promise.all(ids.map(async (id) => (await ask(id, own(id), there)).sleep));
    expect(again).toEqual(sleeps);
    expect(new Set(sleeps).size).toBeGreaterThan(20);
    for (const sleep of sleeps) expect(sleep >= '00:54:00' && sleep <= '01:06:00').toBe(true);
  });
});

describe('poll times', () => {
  it('are written at once for the first poll, in time for later ones, with the last address', async () => {
    const { tenant, context, ask, own } = await fleet('a');
    await ask('a', own('a'));
    const first = (await findTarget(context, 'a')).poll!;
    await poll(here, {
      tenantName: tenant.name,
      controllerId: 'a',
      credentials: own('a'),
      address: 'http://10.0.0.2',
    });
    await here.pollTimes.flush();
    const later = await findTarget(context, 'a');
    expect(later.address).toBe('http://10.0.0.2');
    expect(later.poll!.lastRequestAt.getTime()).toBeGreaterThanOrEqual(first.lastRequestAt.getTime());
  });

  it('never go back, whichever process writes last', async () => {
    const { tenant, context, ask, own } = await fleet('a');
    const device = await ask('a', own('a'));
    const { lastRequestAt } = (await findTarget(context, 'a')).poll!;
    there.pollTimes.note({ ...device, tenant: { ...device.tenant, tenantId: tenant.tenantId } }, 'x', 1_000);
    await there.pollTimes.flush();
    expect((await findTarget(context, 'a')).poll!.lastRequestAt).toEqual(lastRequestAt);
  });

  it.each([
    ['ahead', 86_400_000],
    ['behind', -86_400_000],
  ])("go by the database's clock, where that of a process is a day %s", async (_, ms) => {
    const { tenant, context, ask, own } = await fleet('a');
    const wrong = openDevices(
      { ...other.platform, clock: () => new Date(Date.now() + ms) },
      CAPACITY,
      console.error,
    );
    const isNow = async () => {
      const [row] = await context.database.execute<{ age: string }>(sql`
        SELECT extract(epoch FROM clock_timestamp() - last_request_at) AS age
        FROM target_polls WHERE tenant_id = ${tenant.tenantId} LIMIT 1`);
      expect(Number(row!.age)).toBeGreaterThanOrEqual(-0.001);
      expect(Number(row!.age)).toBeLessThan(30);
    };
    await ask('a', own('a'), wrong);
    await isNow();
    await ask('a', own('a'), wrong);
    await wrong.pollTimes.close();
    await isNow();
  });

  it('that were written by a clock ahead are put right by the next poll', async () => {
    const { tenant, context, ask, own } = await fleet('a');
    await ask('a', own('a'));
    await context.database.execute(sql`
      UPDATE target_polls SET last_request_at = now() + interval '1 day' WHERE tenant_id = ${tenant.tenantId}`);
    await ask('a', own('a'));
    await here.pollTimes.flush();
    const { lastRequestAt } = (await findTarget(context, 'a')).poll!;
    expect(lastRequestAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it("of a target deleted meanwhile are nobody's", async () => {
    const { context, ask, own } = await fleet('a');
    const device = await ask('a', own('a'));
    await deleteTargets(context, { controllerIds: ['a'] });
    here.pollTimes.note(device, 'x', Date.now());
    await here.pollTimes.flush();
    await here.pollTimes.writeFirst(device, 'x', undefined);
  });
});
