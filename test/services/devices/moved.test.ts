import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { asDevice } from '../../../src/services/devices/device-context.ts';
import { setDerivationKey } from '../../../src/services/devices/enrollment/set-derivation-key.ts';
import { updateEnrollmentGroup } from '../../../src/services/devices/enrollment/update.ts';
import type { Device } from '../../../src/services/devices/polling/device.ts';
import { poll } from '../../../src/services/devices/polling/poll.ts';
import {
  activateOwnAutoConfirm,
  deactivateOwnAutoConfirm,
} from '../../../src/services/devices/reports/auto-confirm.ts';
import { reportAttributes } from '../../../src/services/devices/reports/report-attributes.ts';
import { claimTarget } from '../../../src/services/fleet/claims/claim.ts';
import { createClaimCode } from '../../../src/services/fleet/claims/create-code.ts';
import { findAttributes } from '../../../src/services/fleet/targets/attributes.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../src/services/fleet/targets/delete.ts';
import { endDerivedTokens } from '../../../src/services/fleet/targets/end-derived-tokens.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../src/services/fleet/targets/rotate-token.ts';
import type { Target } from '../../../src/services/fleet/targets/target.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import { openTwoProcesses } from '../../support/devices.ts';
import { assign, createSet, stateOf } from '../deployments/assignments/support.ts';
import { movedIn, OLD } from './moved.ts';

const world = await openTwoProcesses();
const { here, there } = world;

const own = ({ securityToken }: Target) => ({ targetToken: securityToken! });

const moved = movedIn(world);

const tenantOf = ({ tenant }: Device) => tenant.tenantId;

describe('a device that another tenant has taken over', () => {
  it('is answered for its new tenant at both addresses, at once in all processes and from memory', async () => {
    const { seller, buyer, take } = await moved();
    const target = await take();
    const { tenantId } = buyer.tenant;
    expect(tenantOf(await seller.ask('d', OLD))).toBe(tenantId);
    expect(tenantOf(await buyer.ask('d', OLD))).toBe(tenantId);
    await vi.waitFor(async () => expect(tenantOf(await seller.ask('d', OLD, there))).toBe(tenantId));
    const request = { tenantName: seller.tenant.name, controllerId: 'd', credentials: OLD, address: 'x' };
    for (const process of [here, there]) {
      await seller.ask('d', OLD, process);
      expect(poll(process, request)).not.toBeInstanceOf(Promise);
    }
    expect(await findTarget(buyer.context, 'd')).toMatchObject({ id: target.id, poll: expect.anything() });
    expect(await findTarget(seller.context, 'd')).toMatchObject({ poll: null });
    await seller.refused('d', { targetToken: 'wrong' });
    await buyer.refused('d', { targetToken: 'wrong' });
  });

  it('writes nothing more to its former target, also where it had signed in before', async () => {
    const { seller, take } = await moved();
    const { tenant } = await seller.ask('d', OLD);
    // A device may take its time to send the body of a request.
    const before = asDevice(here, tenant, 'd', { address: 'http://10.0.0.1' });
    await take();
    const reports = [
      () => reportAttributes(before, 'merge', [['site', 'of the new owner']]),
      () => activateOwnAutoConfirm(before, {}),
      () => deactivateOwnAutoConfirm(before),
    ];
    for (const report of reports) await expect(report()).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
    const { id } = await findTarget(seller.context, 'd');
    expect((await findAttributes(seller.context, [id])).get(id) ?? []).toEqual([]);
  });

  it('uses its old token until it first uses the new one', async () => {
    const { seller, buyer, take } = await moved();
    const target = await take();
    await seller.ask('d', OLD);
    await seller.ask('d', own(target));
    await seller.refused('d', OLD);
    await buyer.refused('d', OLD);
    await vi.waitFor(() => seller.refused('d', OLD, there));
    expect(tenantOf(await seller.ask('d', own(target), there))).toBe(buyer.tenant.tenantId);
    await buyer.ask('d', own(target));
  });

  it('uses its old token until the end of the overlap', async () => {
    const { seller, buyer, take } = await moved('00:10:00');
    const target = await take();
    world.wait(599);
    await seller.ask('d', OLD);
    world.wait(1);
    await seller.refused('d', OLD);
    await buyer.refused('d', OLD);
    await seller.ask('d', own(target));
  });

  it('has no use for its old token where there is no overlap', async () => {
    const { seller, buyer, take } = await moved('00:00:00');
    const target = await take();
    await seller.refused('d', OLD);
    await buyer.refused('d', OLD);
    await vi.waitFor(() => seller.refused('d', OLD, there));
    await seller.ask('d', own(target));
  });

  it('takes tokens along that were rotated a moment ago, no longer than they would have worked', async () => {
    const { seller, buyer, take } = await moved('02:00:00');
    const rotated = await rotateTargetToken(
      { ...seller.context, clock: world.now },
      { controllerId: 'd', overlap: '01:00:00' },
    );
    await take();
    await seller.ask('d', OLD);
    await buyer.ask('d', own(rotated));
    world.wait(3_600);
    await seller.refused('d', OLD);
    await seller.ask('d', own(rotated));
  });

  it('does what its new tenant assigns, and nothing that its old one had assigned', async () => {
    const { seller, buyer, take } = await moved();
    const before = await createSet(seller.context, 'before');
    await assign(seller.context, before, ['d']);
    expect((await seller.ask('d', OLD)).next).toMatchObject({ kind: 'deploymentBase' });
    await take();
    expect((await seller.ask('d', OLD)).next).toBeNull();
    expect(await stateOf(seller.context, 'd')).toMatchObject({ updateStatus: 'in_sync', assigned: null });
    await expect(assign(seller.context, before, ['d'])).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
    const [action] = await assign(buyer.context, await createSet(buyer.context, 'after'), ['d']);
    await vi.waitFor(async () =>
      expect((await seller.ask('d', OLD)).next).toMatchObject({ actionId: action }),
    );
  });

  it('is refused everywhere when its new tenant deletes it, also where there is a namesake', async () => {
    const { seller, buyer, take } = await moved();
    await take();
    await seller.ask('d', OLD);
    await deleteTargets(buyer.context, { controllerIds: ['d'] });
    await seller.refused('d', OLD);
    await seller.refused('d', OLD);
    await createTargets(buyer.context, { targets: [{ controllerId: 'd', securityToken: OLD.targetToken }] });
    await buyer.ask('d', OLD);
    await seller.refused('d', OLD);
  });

  it('is followed from tenant to tenant, and home again', async () => {
    const { seller, buyer, take } = await moved();
    await take();
    const third = await world.openTenant();
    await claimTarget(third.context, await createClaimCode(buyer.context, { controllerId: 'd' }));
    for (const { ask } of [seller, buyer, third])
      expect(tenantOf(await ask('d', OLD))).toBe(third.tenant.tenantId);
    await claimTarget(seller.context, await createClaimCode(third.context, { controllerId: 'd' }));
    for (const { ask } of [seller, buyer, third])
      expect(tenantOf(await ask('d', OLD))).toBe(seller.tenant.tenantId);
  });
});

describe('what its old tenant takes from all its devices', () => {
  const derive = (key: string) => ({
    targetToken: createHmac('sha256', Buffer.from(key, 'hex')).update('d').digest('base64url'),
  });

  async function withGroup(overlap = '01:00:00') {
    const { seller, buyer, take } = await moved(overlap);
    const { group, shown } = await seller.newGroup();
    await updateEnrollmentGroup(seller.context, { id: group.id, appliesTo: 'all' });
    const { key } = await setDerivationKey(seller.context, { groupId: group.id, slot: 'primary' });
    return { seller, buyer, take, credentials: [shown, derive(key)] };
  }

  it('works at the old address, until the end of the overlap only', async () => {
    const { seller, buyer, take, credentials } = await withGroup();
    for (const shown of credentials) await seller.ask('d', shown);
    await take();
    for (const shown of credentials) {
      for (let times = 0; times < 2; times++)
        expect(tenantOf(await seller.ask('d', shown))).toBe(buyer.tenant.tenantId);
      await vi.waitFor(async () =>
        expect(tenantOf(await seller.ask('d', shown, there))).toBe(buyer.tenant.tenantId),
      );
      await buyer.refused('d', shown);
    }
    world.wait(3_600);
    for (const shown of credentials)
      for (const process of [here, there]) await seller.refused('d', shown, process);
  });

  it.each<[string, (target: Target, by: Awaited<ReturnType<typeof withGroup>>) => Promise<unknown>]>([
    ['the device uses its new token', (target, { seller }) => seller.ask('d', own(target))],
    [
      'its tenant rotates the token',
      (_, { buyer }) => rotateTargetToken(buyer.context, { controllerId: 'd' }),
    ],
    ['its tenant ends it', (_, { buyer }) => endDerivedTokens(buyer.context, { controllerId: 'd' })],
  ])('ends when %s, and no later overlap brings it back', async (_, end) => {
    const made = await withGroup();
    const { seller, buyer, take, credentials } = made;
    const target = await take();
    for (const shown of credentials) await seller.ask('d', shown);
    await end(target, made);
    for (const shown of credentials) await seller.refused('d', shown);
    await rotateTargetToken(
      { ...buyer.context, clock: world.now },
      { controllerId: 'd', overlap: '10:00:00' },
    );
    for (const shown of credentials) await seller.refused('d', shown);
  });

  it('does not open the device to credentials of the new tenant at the old address', async () => {
    const { seller, buyer, take } = await moved();
    await take();
    const { group, shown } = await buyer.newGroup();
    await updateEnrollmentGroup(buyer.context, { id: group.id, appliesTo: 'all' });
    await buyer.ask('d', shown);
    await seller.refused('d', shown);
  });

  it('holds at the old address: target tokens are refused there where they are off', async () => {
    const { seller, buyer, take } = await moved();
    await take();
    await seller.ask('d', OLD);
    await setConfiguration(seller.context, { 'authentication.targettoken.enabled': false });
    await seller.refused('d', OLD);
    await buyer.ask('d', OLD);
  });
});

describe('moved.targets.redirect.enabled', () => {
  it('tells devices their new address, if what they show works there', async () => {
    const { seller, buyer, take } = await moved();
    const { group, shown } = await seller.newGroup();
    await updateEnrollmentGroup(seller.context, { id: group.id, appliesTo: 'all' });
    const target = await take();
    await setConfiguration(seller.context, { 'moved.targets.redirect.enabled': true });
    const told = { code: 'TARGET_MOVED', details: { movedTo: buyer.tenant.name } };
    for (let times = 0; times < 2; times++) {
      await expect(seller.ask('d', OLD)).rejects.toMatchObject(told);
      expect(tenantOf(await seller.ask('d', shown))).toBe(buyer.tenant.tenantId);
      await seller.refused('d', { targetToken: 'wrong' });
    }
    await expect(seller.ask('d', own(target))).rejects.toMatchObject(told);
    expect(tenantOf(await buyer.ask('d', OLD))).toBe(buyer.tenant.tenantId);
  });
});
