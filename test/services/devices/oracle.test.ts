import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PERMISSIONS } from '../../../src/services/access/grants.ts';
import { createEnrollmentGroup } from '../../../src/services/devices/enrollment/create.ts';
import { derivationKeyOf, derivedToken } from '../../../src/services/devices/enrollment/derivation.ts';
import { setDerivationKey } from '../../../src/services/devices/enrollment/set-derivation-key.ts';
import { authenticateDevice, poll } from '../../../src/services/devices/polling/poll.ts';
import type { DeviceCredentials } from '../../../src/services/devices/sign-in/credentials.ts';
import { openRecentLookups } from '../../../src/services/devices/sign-in/recent-lookups.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../src/services/fleet/targets/delete.ts';
import { endDerivedTokens } from '../../../src/services/fleet/targets/end-derived-tokens.ts';
import { createTenant } from '../../../src/services/platform/tenants/create.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import { newAuthority } from '../../support/certificates.ts';
import { newTenant, type TestTenant } from '../../support/platform.ts';
import { openDeviceProcess } from './support.ts';

const { devices: usual, statements, close } = await openDeviceProcess();
afterAll(close);
// On a busy machine announcements may be late, and then nothing remembered is trusted.
vi.spyOn(usual.announcements, 'trustworthy').mockReturnValue(true);
/** One that looks for news twice a second, and writes nothing of itself meanwhile. */
const devices = {
  ...usual,
  lookups: openRecentLookups(usual.announcements, 500),
  pollTimes: { ...usual.pollTimes, note() {}, noteUse() {} },
  refusals: { ...usual.refusals, note() {} },
};

const KEY = '01'.repeat(32);
const derivedFor = (controllerId: string) => ({
  targetToken: derivedToken(derivationKeyOf(KEY), controllerId),
});

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await newTenant(devices);
  const context = tenant.contextOf();
  await setConfiguration(context, {
    'authentication.header.enabled': true,
    'authentication.header.authority': 'a1',
    'authentication.gatewaytoken.enabled': true,
    'authentication.gatewaytoken.key': 'shared',
  });
  const named = ['busy', 'idle', 'gone'].map((controllerId) => ({ controllerId, securityToken: 'right' }));
  await createTargets(context, { targets: named });
  await deleteTargets(context, { controllerIds: ['gone'] });
  await ask('busy', { targetToken: 'right' });
  const { group } = await createEnrollmentGroup(context, { name: 'factory' });
  await setDerivationKey(context, { groupId: group.id, slot: 'primary', key: KEY });
  for (const controllerId of ['derived', 'cut']) await ask(controllerId, derivedFor(controllerId));
  await endDerivedTokens(context, { controllerId: 'cut' });
});

type Door = typeof poll | typeof authenticateDevice;
const ask = async (
  controllerId: string,
  credentials: DeviceCredentials,
  door: Door = poll,
  name = tenant.name,
) => door(devices, { tenantName: name, controllerId, credentials, address: 'http://10.0.0.1' });
const REFUSED = { code: 'UNAUTHENTICATED' };

const { cert } = await newAuthority('stranger');
const WRONG: [string, DeviceCredentials][] = [
  ['a wrong token', { targetToken: 'wrong' }],
  ['a token that is derived for another', derivedFor('other')],
  ['a wrong gateway token', { gatewayToken: 'wrong' }],
  ['a header of another name', { certificate: { commonName: 'other', authorities: ['a1'] } }],
  ['a header of a stranger', { certificate: { commonName: 'busy', authorities: ['b2'] } }],
  [
    'a certificate of a stranger',
    { clientCertificate: { commonName: 'busy', chain: [new X509Certificate(cert)] } },
  ],
  ['nothing', {}],
];
const DOORS: [string, Door][] = [
  ['at a poll', poll],
  ['at any other route', authenticateDevice],
];

/** The statements that wrong attempts cost: at once, again at once, and again when there may be news. */
async function costs(controllerId: string, credentials: DeviceCredentials, door: Door, name = tenant.name) {
  const counts: number[] = [];
  const among = (await devices.tenants.byName(name)) ?? devices.tenants.nobody;
  for (let round = 0; round < 2; round++) {
    await expect.poll(() => devices.lookups.recent(among, controllerId)).toBeUndefined();
    for (let time = 0; time < 2; time++) {
      const before = statements();
      await expect(ask(controllerId, credentials, door, name)).rejects.toMatchObject(REFUSED);
      counts.push(statements() - before);
    }
  }
  return counts;
}

describe.each(DOORS)('%s', (_, door) => {
  it.each(WRONG)(
    'who shows %s costs the same, whether there is such a device and tenant or not',
    async (__, credentials) => {
      // Which names no tenant has is remembered like those that one has.
      await expect(ask('x', credentials, door, 'nobody')).rejects.toMatchObject(REFUSED);
      const unknown = await costs('unknown', credentials, door);
      expect(unknown).toEqual('targetToken' in credentials ? [1, 0, 1, 0] : [0, 0, 0, 0]);
      await ask('busy', { targetToken: 'right' });
      for (const controllerId of ['busy', 'idle', 'gone', 'derived', 'cut'])
        expect([controllerId, await costs(controllerId, credentials, door)]).toEqual([controllerId, unknown]);
      for (const controllerId of ['busy', 'unknown'])
        expect(await costs(controllerId, credentials, door, 'nobody')).toEqual(unknown);
    },
  );

  it('a device that was cut off costs the same by its own derived token', async () => {
    const wrong = await costs('busy', { targetToken: 'wrong' }, door);
    expect(await costs('cut', derivedFor('cut'), door)).toEqual(wrong);
  });

  it('a refusal takes its time, however soon it is clear', async () => {
    for (const [, credentials] of WRONG)
      for (const name of [tenant.name, 'nobody']) {
        const began = performance.now();
        await expect(ask('busy', credentials, door, name)).rejects.toMatchObject(REFUSED);
        // A timer may be a millisecond early.
        expect(performance.now() - began).toBeGreaterThan(23);
      }
  });

  it('nobody is kept out by another who shows wrong tokens', async () => {
    for (let time = 0; time < 3; time++)
      await expect(ask('busy', { targetToken: 'wrong' }, door)).rejects.toMatchObject(REFUSED);
    await ask('busy', { targetToken: 'right' }, door);
    await expect(ask('busy', { targetToken: 'wrong' }, door)).rejects.toMatchObject(REFUSED);
    // As if it had been forgotten.
    const { peek } = devices.devices;
    const forgetful = { ...devices, devices: { ...devices.devices, peek: () => undefined } };
    expect(peek).toBeDefined();
    const request = { tenantName: tenant.name, credentials: { targetToken: 'right' }, address: 'x' };
    await door(forgetful, { ...request, controllerId: 'busy' });
  });

  it('a device is let in as soon as it is created, or vouched for', async () => {
    const id = `new-${door.name}`;
    const token = { targetToken: 'right' };
    for (let time = 0; time < 2; time++) await expect(ask(id, token, door)).rejects.toMatchObject(REFUSED);
    await createTargets(tenant.contextOf(), { targets: [{ controllerId: id, securityToken: 'right' }] });
    await ask(id, token, door);
    const other = `vouched-${door.name}`;
    for (let time = 0; time < 2; time++) await expect(ask(other, token, door)).rejects.toMatchObject(REFUSED);
    await ask(other, { gatewayToken: 'shared' }, door);
  });

  it('a tenant is found as soon as it is created', async () => {
    const name = `New-${Math.random().toString(36).slice(2)}`;
    const token = { targetToken: 'right' };
    for (let time = 0; time < 2; time++)
      await expect(ask('a', token, door, name.toUpperCase())).rejects.toMatchObject(REFUSED);
    const system = tenant.contextOf(PERMISSIONS, ['SYSTEM_ADMIN']);
    const created = await createTenant(system, {
      name,
      adminUsername: 'boss',
      adminPassword: 'a-long-password',
    });
    const { caller } = system;
    const there = { ...system, caller: { ...caller, tenantId: created.id, tenantName: name } };
    await createTargets(there, { targets: [{ controllerId: 'a', securityToken: 'right' }] });
    await ask('a', token, door, name.toUpperCase());
  });
});
