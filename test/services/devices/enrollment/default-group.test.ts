import { describe, expect, it, vi } from 'vitest';
import { deleteEnrollmentGroup } from '../../../../src/services/devices/enrollment/delete.ts';
import { listEnrollmentGroups } from '../../../../src/services/devices/enrollment/list.ts';
import { rotateEnrollmentToken } from '../../../../src/services/devices/enrollment/rotate-token.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import { generateGatewayToken } from '../../../../src/services/platform/tenants/generate-gateway-token.ts';
import { findConfiguration } from '../../../../src/services/platform/tenants/get-configuration.ts';
import { resetConfiguration } from '../../../../src/services/platform/tenants/reset-configuration.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { openTwoProcesses } from '../../../support/devices.ts';

const world = await openTwoProcesses();
const KEY = 'authentication.gatewaytoken.key';
const ENABLED = 'authentication.gatewaytoken.enabled';
const shown = (gatewayToken: string) => ({ gatewayToken });

async function openTenant(enabled = true) {
  const opened = await world.openTenant();
  const { context } = opened;
  await setConfiguration(context, { [KEY]: 'g', [ENABLED]: enabled });
  const { items } = await (await listEnrollmentGroups(context, {})).page();
  const group = items[0]!;
  return {
    ...opened,
    group,
    rotate: async (overlap?: string) =>
      (await rotateEnrollmentToken(context, { groupId: group.id, overlap })).token,
    key: async () => (await findConfiguration(context, KEY)).value,
  };
}

describe('the default enrollment group', () => {
  it('is there in every tenant, with the gateway token as its own', async () => {
    const { context, ask, group } = await openTenant();
    expect(group).toMatchObject({
      name: 'default',
      isDefault: true,
      appliesTo: 'all',
      requiresApproval: false,
    });
    await createTargets(context, { targets: [{ controllerId: 'made' }] });
    await ask('made', shown('g'));
    await ask('new', shown('g'));
    expect(await findTarget(context, 'new')).toMatchObject({ enrollmentGroupId: group.id });
  });

  it('works only where the tenant has gateway tokens enabled', async () => {
    const { context, ask, refused, rotate } = await openTenant(false);
    const token = await rotate('60');
    for (const one of ['g', token]) await refused('a', shown(one));
    await setConfiguration(context, { [ENABLED]: true });
    for (const one of ['g', token]) await ask('a', shown(one));
  });

  it('has rules like any other', async () => {
    const { context, ask, refused, group } = await openTenant();
    await updateEnrollmentGroup(context, { id: group.id, deniedControllerIds: ['x*'], targetGroup: 'halls' });
    await refused('x1', shown('g'));
    await ask('a', shown('g'));
    expect(await findTarget(context, 'a')).toMatchObject({ group: 'halls' });
  });

  it('cannot be deleted', async () => {
    const { context, group } = await openTenant();
    await expect(deleteEnrollmentGroup(context, { id: group.id })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['id'] },
    });
  });
});

describe('the gateway token', () => {
  it('is rotated as a token of the group, the one before with an overlap', async () => {
    const { ask, refused, rotate, key } = await openTenant();
    await ask('a', shown('g'));
    const token = await rotate('60');
    expect(await key()).toBe(token);
    await ask('a', shown(token));
    world.wait(59);
    await ask('a', shown('g'));
    world.wait(1);
    await refused('a', shown('g'));
    await rotate();
    await refused('a', shown(token));
  });

  const SET: Record<string, (opened: Awaited<ReturnType<typeof openTenant>>) => Promise<unknown>> = {
    'is set': ({ context }) => setConfiguration(context, { [KEY]: 'new' }),
    'is generated': ({ context }) => generateGatewayToken(context),
    'is removed': ({ context }) => resetConfiguration(context, [KEY]),
  };
  it.each(Object.keys(SET))('ends all before it, in every process, when it %s', async (how) => {
    const opened = await openTenant();
    const { ask, refused, rotate } = opened;
    const token = await rotate('60');
    for (const one of ['g', token]) await ask('a', shown(one), world.there);
    await SET[how]!(opened);
    for (const one of ['g', token]) {
      await refused('a', shown(one));
      await vi.waitFor(() => refused('a', shown(one), world.there), 5_000);
    }
  });

  it('is rotated by those only who may see it, and has no end', async () => {
    const { tenant, context, group } = await openTenant();
    const blind = tenant.contextOf(['UPDATE_TENANT_CONFIGURATION']);
    await expect(rotateEnrollmentToken(blind, { groupId: group.id })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(
      rotateEnrollmentToken(context, { groupId: group.id, expiresAt: world.in(60) }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { path: ['expiresAt'] } });
  });

  it('is none while it is empty', async () => {
    const { context, refused } = await openTenant();
    await setConfiguration(context, { [KEY]: '' });
    await refused('a', shown(''));
  });
});
