import { describe, expect, it, vi } from 'vitest';
import { deleteEnrollmentGroup } from '../../../../src/services/devices/enrollment/delete.ts';
import { deleteEnrollmentToken } from '../../../../src/services/devices/enrollment/delete-token.ts';
import { findEnrollmentTokens } from '../../../../src/services/devices/enrollment/find.ts';
import { rotateEnrollmentToken } from '../../../../src/services/devices/enrollment/rotate-token.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { poll } from '../../../../src/services/devices/polling/poll.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { openTwoProcesses } from '../../../support/devices.ts';

const world = await openTwoProcesses();
const { here, there } = world;

describe('a token of an enrollment group', () => {
  it('registers unknown devices and speaks for them, whether or not gateway tokens are enabled', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, token, shown } = await newGroup();
    expect(token).toMatch(/^muster_enroll_[A-Za-z0-9]{32}$/);
    await ask('a', shown);
    expect(await findTarget(context, 'a')).toMatchObject({
      createdBy: 'system',
      enrollmentGroupId: group.id,
    });
    await ask('a', shown);
    await ask('a', shown, there);
  });

  it('is kept as a digest only, with what tells it from others', async () => {
    const { context, tenant, newGroup } = await world.openTenant();
    const { group, token } = await newGroup();
    const [tokens] = await findEnrollmentTokens(context, [group.id]);
    expect(tokens).toMatchObject([{ prefix: token.slice(0, 18), expiresAt: null, createdBy: 'tester' }]);
    const rows = await here.database.query.enrollmentTokens.findMany({
      where: (row, { eq }) => eq(row.tenantId, tenant.tenantId),
    });
    expect(JSON.stringify(rows)).not.toContain(token.slice(18));
  });

  it('is answered from memory the second time', async () => {
    const { tenant, ask, newGroup } = await world.openTenant();
    const { shown } = await newGroup();
    await ask('a', shown);
    const request = { tenantName: tenant.name, controllerId: 'a', credentials: shown, address: 'x' };
    expect(poll(here, request)).not.toBeInstanceOf(Promise);
  });

  it('speaks for no target that another group, or somebody else, registered, unless it may', async () => {
    const { context, ask, refused, newGroup } = await world.openTenant();
    await createTargets(context, { targets: [{ controllerId: 'made' }] });
    const { group, shown } = await newGroup();
    const { shown: others } = await newGroup({ name: 'other' });
    await ask('a', shown);
    await refused('a', others);
    await refused('made', shown);
    await updateEnrollmentGroup(context, { id: group.id, appliesTo: 'all' });
    await ask('made', shown);
  });

  it('is for the controllerIds that are allowed and not denied', async () => {
    const { context, ask, refused, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup({
      allowedControllerIds: ['sensor-*', 'gate'],
      deniedControllerIds: ['sensor-9*'],
    });
    await ask('sensor-1', shown);
    await ask('gate', shown);
    for (const id of ['sensor-90', 'gates', 'x', 'Sensor-1']) await refused(id, shown);
    await updateEnrollmentGroup(context, { id: group.id, deniedControllerIds: ['gate'] });
    await refused('gate', shown);
    await ask('sensor-90', shown);
  });

  it('is good for nothing while the tenant wants no unknown devices, but for those known', async () => {
    const { context, ask, refused, newGroup } = await world.openTenant();
    const { shown } = await newGroup();
    await ask('a', shown);
    await setConfiguration(context, { 'autoregistration.enabled': false });
    await refused('b', shown);
    await ask('a', shown);
  });

  it('expires by itself and with its group', async () => {
    const { ask, refused, newGroup } = await world.openTenant();
    const one = await newGroup({ name: 'one', tokenExpiresAt: world.in(10) });
    const other = await newGroup({ name: 'other', expiresAt: world.in(20) });
    await ask('a', one.shown);
    await ask('b', other.shown);
    world.wait(10);
    await refused('a', one.shown);
    await refused('c', one.shown);
    await ask('b', other.shown);
    world.wait(10);
    await refused('b', other.shown);
    await refused('d', other.shown);
  });
});

describe('rotateEnrollmentToken', () => {
  it('lets the tokens before work as long as the overlap says, or their own end', async () => {
    const { context, ask, refused, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup({ tokenExpiresAt: world.in(50) });
    const rotate = async (overlap?: string) => {
      const { token } = await rotateEnrollmentToken(context, { groupId: group.id, overlap });
      return { gatewayToken: token };
    };
    const second = await rotate('100');
    const third = await rotate('60');
    for (const [index, token] of [shown, second, third].entries()) await ask(`a${index}`, token);
    world.wait(50);
    await refused('b', shown);
    await ask('b', second);
    world.wait(10);
    await refused('c', second);
    const fourth = await rotate();
    await refused('c', third);
    await ask('c', fourth);
    const [tokens] = await findEnrollmentTokens(context, [group.id]);
    expect(tokens).toHaveLength(1);
  });

  it('keeps ten tokens at the most', async () => {
    const { context, newGroup } = await world.openTenant();
    const { group } = await newGroup();
    const rotate = () => rotateEnrollmentToken(context, { groupId: group.id, overlap: '00:01:00' });
    for (let n = 1; n < 10; n++) await rotate();
    await expect(rotate()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    world.wait(60);
    await rotate();
  });
});

describe('what is taken away is good for nothing, at once here and soon there', () => {
  const TAKEN: Record<string, (opened: Awaited<ReturnType<typeof openGroup>>) => Promise<unknown>> = {
    'by deleting the token': async ({ context, group }) => {
      const [tokens] = await findEnrollmentTokens(context, [group.id]);
      await deleteEnrollmentToken(context, { id: tokens![0]!.id });
    },
    'by rotating it': ({ context, group }) => rotateEnrollmentToken(context, { groupId: group.id }),
    'by an end in the past': ({ context, group }) =>
      updateEnrollmentGroup(context, { id: group.id, expiresAt: world.now() }),
    'by deleting the group': ({ context, group }) => deleteEnrollmentGroup(context, { id: group.id }),
  };
  async function openGroup() {
    const opened = await world.openTenant();
    return { ...opened, ...(await opened.newGroup()) };
  }

  it.each(Object.keys(TAKEN))('%s', async (how) => {
    const opened = await openGroup();
    const { context, ask, refused, shown } = opened;
    for (const platform of [here, there]) await ask('a', shown, platform);
    await TAKEN[how]!(opened);
    await refused('a', shown);
    await refused('b', shown);
    await vi.waitFor(() => refused('a', shown, there), 5_000);
    await refused('b', shown, there);
    await findTarget(context, 'a');
  });
});

describe('a target that a group registered', () => {
  it('stays when the group goes, and signs in by its own token', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    await ask('a', shown);
    await deleteEnrollmentGroup(context, { id: group.id });
    const { securityToken, enrollmentGroupId } = await findTarget(context, 'a');
    expect(enrollmentGroupId).toBe(group.id);
    await ask('a', { targetToken: securityToken! });
  });

  it('is registered anew, also by another group, after it was deleted', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { shown } = await newGroup();
    const other = await newGroup({ name: 'other' });
    await ask('a', shown);
    await deleteTargets(context, { controllerIds: ['a'] });
    await ask('a', other.shown);
    expect((await findTarget(context, 'a')).enrollmentGroupId).toBe(other.group.id);
  });
});
