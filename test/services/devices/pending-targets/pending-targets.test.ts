import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { deleteEnrollmentGroup } from '../../../../src/services/devices/enrollment/delete.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { listPendingTargets } from '../../../../src/services/devices/pending-targets/list.ts';
import { rejectTargets } from '../../../../src/services/devices/pending-targets/reject.ts';
import { authenticateDevice, poll } from '../../../../src/services/devices/polling/poll.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { openTwoProcesses } from '../../../support/devices.ts';

const world = await openTwoProcesses();
const { here, there } = world;
const isRecent = (at: Date) => Math.abs(Date.now() - at.getTime()) < 30_000;

async function openGroup(
  input: Parameters<Awaited<ReturnType<typeof world.openTenant>>['newGroup']>[0] = {},
) {
  const opened = await world.openTenant();
  const { context, ask, newGroup } = opened;
  const { group, shown } = await newGroup({ requiresApproval: true, ...input });
  return {
    ...opened,
    group,
    shown,
    hold: async (...controllerIds: string[]) => {
      for (const id of controllerIds) await ask(id, shown);
    },
    pending: async (state: 'pending' | 'rejected' | null = 'pending', filter?: string) => {
      const { items } = await (await listPendingTargets(context, { state, filter })).page();
      return items.map(({ controllerId }) => controllerId);
    },
    total: async () => (await listTargets(context, {})).total(),
  };
}

describe('a device that waits for an approval', () => {
  it('polls in peace, is told when to poll again and nothing else, and is no target', async () => {
    const { tenant, context, ask, shown, pending, total } = await openGroup();
    const answer = { sleep: '00:05:00', requestAttributes: false };
    expect(await ask('a', shown)).toMatchObject(answer);
    expect(await ask('a', shown, there)).toMatchObject(answer);
    const request = { tenantName: tenant.name, controllerId: 'a', credentials: shown, address: 'x' };
    expect(poll(here, request)).toMatchObject(answer);
    await expect(authenticateDevice(here, request)).rejects.toMatchObject({ code: 'APPROVAL_PENDING' });
    expect(await pending()).toEqual(['a']);
    expect(await total()).toBe(0);
    await expect(findTarget(context, 'a')).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
  });

  it('is noted once, with its first and its last poll', async () => {
    const { tenant, context, ask, shown, group } = await openGroup();
    const first = world.now();
    await Promise.all(Array.from({ length: 10 }, (_, n) => ask('a', shown, n % 2 ? here : there)));
    world.wait(60);
    const request = {
      tenantName: tenant.name,
      controllerId: 'a',
      credentials: shown,
      address: 'http://10.0.0.2',
    };
    await poll(here, request);
    await here.pollTimes.flush();
    expect((await (await listPendingTargets(context, {})).page()).items).toEqual([
      {
        id: expect.any(Number),
        controllerId: 'a',
        groupId: group.id,
        state: 'pending',
        address: 'http://10.0.0.2',
        firstRequestAt: first,
        // By the database's clock.
        lastRequestAt: expect.toSatisfy(isRecent),
        rejectedAt: null,
        rejectedBy: null,
        reason: null,
      },
    ]);
  });

  it('is one of 10,000 of a group at the most, rejected ones not counted', async () => {
    const { tenant, context, ask, hold, shown, group } = await openGroup();
    await here.database.execute(sql`
      INSERT INTO pending_targets (tenant_id, group_id, controller_id, state, first_request_at, last_request_at)
      SELECT ${tenant.tenantId}, ${group.id}, 'd' || n, 'pending', now(), now() FROM generate_series(1, 9999) AS n`);
    await hold('a');
    await expect(ask('b', shown)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await ask('a', shown);
    await rejectTargets(context, { controllerIds: ['d1'] });
    await hold('b');
  });

  it('is refused where its id could never be that of a target', async () => {
    const { ask, shown, pending } = await openGroup();
    for (const id of ['a b', 'x'.repeat(129)])
      await expect(ask(id, shown)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await pending()).toEqual([]);
  });

  it('is refused as soon as the tenant wants no unknown devices, or its group is gone', async () => {
    const { context, refused, hold, shown, group, pending } = await openGroup();
    await hold('a');
    await setConfiguration(context, { 'autoregistration.enabled': false });
    await refused('a', shown);
    await setConfiguration(context, { 'autoregistration.enabled': true });
    await deleteEnrollmentGroup(context, { id: group.id });
    await refused('a', shown);
    expect(await pending()).toEqual([]);
  });

  it('is registered with its next poll once its group asks for no approval, or by another that asks for none', async () => {
    const { context, ask, newGroup, hold, shown, group, pending } = await openGroup();
    await hold('a', 'b');
    const other = await newGroup({ name: 'other' });
    await ask('b', other.shown);
    await updateEnrollmentGroup(context, { id: group.id, requiresApproval: false });
    expect(await ask('a', shown)).toMatchObject({ requestAttributes: true });
    expect(await pending(null)).toEqual([]);
    expect((await findTarget(context, 'b')).enrollmentGroupId).toBe(other.group.id);
  });

  it('waits no more when somebody creates its target', async () => {
    const { context, ask, hold, pending } = await openGroup();
    await hold('a');
    await createTargets(context, { targets: [{ controllerId: 'a', securityToken: 'own' }] });
    expect(await pending()).toEqual([]);
    await ask('a', { targetToken: 'own' });
    await vi.waitFor(() => ask('a', { targetToken: 'own' }, there), 5_000);
  });
});

describe('approveTargets', () => {
  it('makes targets by the terms of the group, which polls find at once here and soon there', async () => {
    const { context, ask, hold, shown, group, pending } = await openGroup({
      targetGroup: 'halls',
      attributes: [{ key: 'site', value: 'Ulm' }],
    });
    await hold('a', 'b');
    await ask('a', shown, there);
    expect(await approveTargets(context, { controllerIds: ['a'] })).toBe(1);
    expect(await findTarget(context, 'a')).toMatchObject({
      name: 'a',
      group: 'halls',
      enrollmentGroupId: group.id,
      createdBy: 'system',
      lastModifiedBy: 'tester',
      address: 'http://10.0.0.1',
      poll: { lastRequestAt: expect.toSatisfy(isRecent) },
    });
    expect(await pending()).toEqual(['b']);
    const isTarget = { requestAttributes: true };
    expect(await ask('a', shown)).toMatchObject(isTarget);
    await vi.waitFor(async () => expect(await ask('a', shown, there)).toMatchObject(isTarget), 5_000);
  });

  it('takes all that match a filter, and only says how many by a dry run', async () => {
    const { context, hold, pending, total } = await openGroup();
    await hold('sensor-1', 'sensor-2', 'x');
    const filter = 'enrollmentGroup==factory and controllerId==sensor-*';
    expect(await approveTargets(context, { filter, dryRun: true })).toBe(2);
    expect(await total()).toBe(0);
    expect(await approveTargets(context, { filter })).toBe(2);
    expect(await pending()).toEqual(['x']);
    expect(await total()).toBe(2);
  });

  it('takes none where one of those named does not wait', async () => {
    const { context, hold, pending } = await openGroup();
    await hold('a');
    await expect(approveTargets(context, { controllerIds: ['a', 'gone'] })).rejects.toMatchObject({
      code: 'PENDING_TARGET_NOT_FOUND',
      details: { path: ['controllerIds', '1'] },
    });
    for (const selection of [{}, { controllerIds: ['a'], filter: 'id==a' }])
      await expect(approveTargets(context, selection)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await pending()).toEqual(['a']);
  });

  it('keeps to the limit of the group', async () => {
    const { context, hold, pending } = await openGroup({ registrationLimit: 2 });
    await hold('a', 'b', 'c');
    await expect(approveTargets(context, { filter: 'id==*' })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    expect(await approveTargets(context, { controllerIds: ['a', 'c'] })).toBe(2);
    expect(await pending()).toEqual(['b']);
  });

  it('keeps to the limit also when many approve and register at once', async () => {
    const { context, hold, total } = await openGroup({ registrationLimit: 3 });
    const ids = Array.from({ length: 8 }, (_, n) => `d${n}`);
    await hold(...ids);
    await Promise.allSettled(ids.map((id) => approveTargets(context, { controllerIds: [id] })));
    expect(await total()).toBe(3);
  });

  it('is for those who may create such targets', async () => {
    const { tenant, hold, total } = await openGroup({ targetGroup: 'halls' });
    await hold('a');
    const approve = (permission: Parameters<typeof tenant.contextOf>[0]) =>
      approveTargets(tenant.contextOf(permission), { controllerIds: ['a'] });
    await expect(approve(['READ_TARGET', 'UPDATE_TARGET'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(approve(['CREATE_TARGET/group==roofs'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await total()).toBe(0);
    expect(await approve(['CREATE_TARGET/group==halls'])).toBe(1);
  });
});

describe('rejectTargets', () => {
  it('refuses the devices, in every process, until somebody approves them by name', async () => {
    const { context, ask, refused, hold, shown, pending } = await openGroup();
    await hold('a', 'b');
    await ask('a', shown, there);
    expect(await rejectTargets(context, { filter: 'id==a', dryRun: true })).toBe(1);
    expect(await rejectTargets(context, { filter: 'id==a' })).toBe(1);
    await refused('a', shown);
    await vi.waitFor(() => refused('a', shown, there), 5_000);
    expect(await pending()).toEqual(['b']);
    expect(await pending('rejected')).toEqual(['a']);
    expect(await pending(null, 'state==rejected')).toEqual(['a']);
    expect(await rejectTargets(context, { controllerIds: ['a'] })).toBe(0);
    expect(await approveTargets(context, { filter: 'id==a' })).toBe(0);
    expect(await approveTargets(context, { controllerIds: ['a'] })).toBe(1);
    await ask('a', shown);
  });

  it('refuses them for every group', async () => {
    const { context, refused, hold, newGroup } = await openGroup();
    await hold('a');
    await rejectTargets(context, { controllerIds: ['a'] });
    const other = await newGroup({ name: 'other' });
    await refused('a', other.shown);
  });

  it('is for those who may create any target', async () => {
    const { tenant, hold } = await openGroup();
    await hold('a');
    for (const permissions of [['READ_TARGET', 'DELETE_TARGET'], ['CREATE_TARGET/name==*']] as const)
      await expect(
        rejectTargets(tenant.contextOf(permissions), { controllerIds: ['a'] }),
      ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the list of devices that wait', () => {
  it('is for those who may read every target, in their own tenant', async () => {
    const { tenant, hold, pending } = await openGroup();
    await hold('a');
    const read = async (permission: Parameters<typeof tenant.contextOf>[0]) =>
      (await listPendingTargets(tenant.contextOf(permission), {})).total();
    expect(await read(['READ_TARGET'])).toBe(1);
    expect(await read(['READ_TARGET/name==*'])).toBe(0);
    await expect(read(['CREATE_TARGET'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const other = await openGroup();
    expect(await other.pending()).toEqual([]);
    expect(await pending()).toEqual(['a']);
  });

  it('begins anew with a target that was deleted', async () => {
    const { context, ask, hold, shown, pending } = await openGroup();
    await hold('a');
    await approveTargets(context, { controllerIds: ['a'] });
    await deleteTargets(context, { controllerIds: ['a'] });
    await ask('a', shown);
    expect(await pending()).toEqual(['a']);
  });

  it('pages by cursors, each good for its own state only', async () => {
    const { context, hold } = await openGroup();
    await hold('a', 'b', 'c');
    const first = await (await listPendingTargets(context, { state: 'pending', first: 2 })).page();
    expect(first).toMatchObject({ hasNext: true });
    const after = first.cursorOf(first.items[1]!);
    const rest = await (await listPendingTargets(context, { state: 'pending', after })).page();
    expect(rest.items.map(({ controllerId }) => controllerId)).toEqual(['c']);
    await expect((await listPendingTargets(context, { state: null, after })).page()).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});
