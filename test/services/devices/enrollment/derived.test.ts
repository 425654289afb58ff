import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { deleteDerivationKey } from '../../../../src/services/devices/enrollment/delete-derivation-key.ts';
import { findDerivationKeys } from '../../../../src/services/devices/enrollment/find.ts';
import type { CreateEnrollmentGroup } from '../../../../src/services/devices/enrollment/input.ts';
import { setDerivationKey } from '../../../../src/services/devices/enrollment/set-derivation-key.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { poll } from '../../../../src/services/devices/polling/poll.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { endDerivedTokens } from '../../../../src/services/fleet/targets/end-derived-tokens.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../../src/services/fleet/targets/rotate-token.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { openTwoProcesses } from '../../../support/devices.ts';

const world = await openTwoProcesses();
const { here, there } = world;

/** As a factory does it. */
const derive = (key: string, controllerId: string) => ({
  targetToken: createHmac('sha256', Buffer.from(key, 'hex')).update(controllerId).digest('base64url'),
});

async function openGroup(input: Omit<CreateEnrollmentGroup, 'name'> = {}) {
  const opened = await world.openTenant();
  const { group } = await opened.newGroup(input);
  const set = async (slot: 'primary' | 'secondary', key?: string) =>
    (await setDerivationKey(opened.context, { groupId: group.id, slot, key })).key;
  const key = await set('primary');
  return { ...opened, group, set, key, shown: (id: string, by = key) => derive(by, id) };
}
describe('a token derived from a key of an enrollment group', () => {
  it('registers the device, and is answered from memory from then on', async () => {
    const { tenant, context, ask, refused, shown, group } = await openGroup();
    await refused('a', shown('b'));
    await ask('a', shown('a'));
    expect(await findTarget(context, 'a')).toMatchObject({ enrollmentGroupId: group.id });
    const request = { tenantName: tenant.name, controllerId: 'a', credentials: shown('a'), address: 'x' };
    expect(poll(here, request)).not.toBeInstanceOf(Promise);
    await ask('a', shown('a'), there);
    await refused('a', shown('b'));
    await refused('a', shown('A'));
  });

  it('goes by the rules of the group', async () => {
    const { context, ask, refused, shown, group } = await openGroup({ deniedControllerIds: ['x*'] });
    await refused('x1', shown('x1'));
    await ask('a', shown('a'));
    await updateEnrollmentGroup(context, {
      id: group.id,
      deniedControllerIds: ['a'],
      requiresApproval: true,
    });
    await refused('a', shown('a'));
    expect(await ask('b', shown('b'))).toMatchObject({ state: 'pending' });
    expect(await ask('b', shown('b'))).toMatchObject({ state: 'pending' });
    await approveTargets(context, { controllerIds: ['b'] });
    await ask('b', shown('b'));
    await setConfiguration(context, { 'autoregistration.enabled': false });
    await refused('c', shown('c'));
    await ask('b', shown('b'));
    await setConfiguration(context, { 'authentication.targettoken.enabled': false });
    await refused('b', shown('b'));
  });

  it('speaks for targets that others made only where the group applies to all', async () => {
    const { context, ask, refused, shown, group } = await openGroup();
    await createTargets(context, { targets: [{ controllerId: 'made' }] });
    await refused('made', shown('made'));
    await updateEnrollmentGroup(context, { id: group.id, appliesTo: 'all' });
    await ask('made', shown('made'));
  });

  it('works by either key, and ends with its own', async () => {
    const { context, ask, refused, set, shown, group } = await openGroup();
    const second = await set('secondary', 'AB'.repeat(32));
    expect(second).toBe('ab'.repeat(32));
    await ask('a', shown('a'));
    await ask('a', shown('a', second));
    const third = await set('primary');
    await refused('a', shown('a'));
    await ask('a', shown('a', second), there);
    await ask('a', shown('a', third));
    const [keys] = await findDerivationKeys(context, [group.id]);
    expect(keys).toMatchObject([{ slot: 'primary' }, { slot: 'secondary', createdBy: 'tester' }]);
    await deleteDerivationKey(context, { id: keys![1]!.id });
    await vi.waitFor(() => refused('a', shown('a', second), there));
    await ask('a', shown('a', third));
  });

  it('ends for a device that is cut off, or has a token of its own', async () => {
    const { context, ask, refused, shown } = await openGroup();
    for (const id of ['cut', 'own', 'slow']) await ask(id, shown(id));
    await endDerivedTokens(context, { controllerId: 'cut' });
    await refused('cut', shown('cut'));
    await vi.waitFor(() => refused('cut', shown('cut'), there));
    await rotateTargetToken(context, { controllerId: 'own' });
    await refused('own', shown('own'));

    const { securityToken } = await rotateTargetToken(context, { controllerId: 'slow', overlap: '00:01:00' });
    await ask('slow', shown('slow'));
    await ask('slow', { targetToken: securityToken! });
    await refused('slow', shown('slow'));
    await rotateTargetToken(context, { controllerId: 'own', overlap: '00:01:00' });
    await refused('own', shown('own'));
  });

  it('works until the end of the overlap with a new token', async () => {
    const { context, ask, refused, shown } = await openGroup();
    await ask('a', shown('a'));
    await rotateTargetToken(context, { controllerId: 'a', overlap: '00:01:00' });
    world.wait(59);
    await ask('a', shown('a'));
    world.wait(1);
    await refused('a', shown('a'));
  });

  it('registers a device whose wrong token was refused a moment ago', async () => {
    const { ask, refused, shown } = await openGroup();
    await refused('a', { targetToken: 'wrong' });
    await ask('a', shown('a'));
  });

  it('lets exactly as many in as the group may register, however many come at once', async () => {
    const { context, ask, shown } = await openGroup({ registrationLimit: 20 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) => ask(`d${n}`, shown(`d${n}`), n % 2 ? here : there)),
    );
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? one.reason.code : []));
    expect([...new Set(reasons)]).toEqual(['QUOTA_EXCEEDED']);
    expect(outcomes.length - reasons.length).toBe(20);
    expect(await (await listTargets(context, {})).total()).toBe(20);
  });
});

describe('setDerivationKey', () => {
  it('refuses short keys, and what is not hexadecimal', async () => {
    const { set } = await openGroup();
    for (const key of ['ab'.repeat(31), 'xy'.repeat(32), `${'ab'.repeat(32)}a`, 'ab'.repeat(129)])
      await expect(set('secondary', key)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('sets 40 in a tenant at most: each costs something at a wrong token', async () => {
    const { context, newGroup } = await world.openTenant();
    const full = async () => {
      for (let n = 0; ; n++) {
        const { group } = await newGroup({ name: `group ${n}` });
        for (const slot of ['primary', 'secondary'] as const)
          await setDerivationKey(context, { groupId: group.id, slot });
      }
    };
    await expect(full()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    const [row] = await here.database.execute<{ n: number }>(sql`
      SELECT count(*)::int AS n FROM enrollment_derivation_keys WHERE tenant_id = ${context.caller.tenantId}`);
    expect(row!.n).toBe(40);
  });
});
