import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { listActions } from '../../../../src/services/deployments/actions/list.ts';
import { createRollout } from '../../../../src/services/deployments/rollouts/create.ts';
import { decideRollout } from '../../../../src/services/deployments/rollouts/decide.ts';
import { deleteRollout } from '../../../../src/services/deployments/rollouts/delete.ts';
import { findRollout } from '../../../../src/services/deployments/rollouts/find.ts';
import { listRolloutGroups, listRollouts } from '../../../../src/services/deployments/rollouts/list.ts';
import { pauseRollout } from '../../../../src/services/deployments/rollouts/pause.ts';
import { retryRollout } from '../../../../src/services/deployments/rollouts/retry.ts';
import { startRollout } from '../../../../src/services/deployments/rollouts/start.ts';
import { stopRollout } from '../../../../src/services/deployments/rollouts/stop.ts';
import { updateRollout } from '../../../../src/services/deployments/rollouts/update.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { findDistributionSet } from '../../../../src/services/software/distribution-sets/find.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';
import { createSet, stateOf as targetState } from '../assignments/support.ts';
import { addTargets, begin, plan, report, settle, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let tenant: TestTenant;
let context: Context;
beforeEach(async () => {
  tenant = await newTenant(platform);
  context = tenant.contextOf();
  await addTargets(context, 'a', 'b');
});

/** Whether a rollout, and each of its groups, has begun or ended. */
async function momentsOf(id: number): Promise<string[]> {
  const groups = await (await listRolloutGroups(context, id, {})).page();
  return [await findRollout(context, id), ...groups.items].map(({ startedAt, finishedAt }) => {
    if (startedAt && finishedAt) expect(finishedAt.getTime()).toBeGreaterThanOrEqual(startedAt.getTime());
    return finishedAt ? 'ended' : startedAt ? 'began' : 'no';
  });
}

const ILLEGAL = { code: 'ROLLOUT_ILLEGAL_STATE' };
const TWO = {
  groups: [
    { name: 'a', filter: 'id==a' },
    { name: 'b', filter: 'id==b' },
  ],
};

describe('a rollout', () => {
  it('locks its set, and is ready when its groups are filled', async () => {
    const distributionSetId = await createSet(context, 'set');
    const id = await plan(context, { name: 'r', distributionSetId, description: 'd', weight: 7 });
    expect(await findDistributionSet(context, distributionSetId)).toMatchObject({ locked: true });
    expect(await findRollout(context, id)).toMatchObject({
      status: 'ready',
      description: 'd',
      weight: 7,
      forceType: 'forced',
      totalTargets: 2,
      totalGroups: 1,
      createdBy: 'tester',
      distributionSet: { id: distributionSetId, name: 'set', version: '1' },
    });
    await expect(plan(context, { name: 'r' })).rejects.toMatchObject({ code: 'ROLLOUT_ALREADY_EXISTS' });
    const renamed = await updateRollout(context, { id, name: 's' });
    expect(renamed).toMatchObject({ name: 's', description: 'd', status: 'ready' });
    const cleared = await updateRollout(context, { id, description: null });
    expect(cleared).toMatchObject({ name: 's', description: null, status: 'ready' });
    const nameless = { id, name: null } as unknown as Parameters<typeof updateRollout>[1];
    await expect(updateRollout(context, nameless)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['name'] },
    });
  });

  it('begins at its time', async () => {
    const id = await plan(context, { name: 'r', startAt: new Date(Date.now() + 3_600_000) });
    expect(await findRollout(context, id)).toMatchObject({ status: 'ready' });
    const later = { ...context, clock: () => new Date(Date.now() + 3_700_000) };
    await settle(later, id);
    expect(await findRollout(context, id)).toMatchObject({ status: 'running' });
  });

  it('says when it began and ended, and so do its groups', async () => {
    const id = await plan(context, { name: 'r', ...TWO });
    expect(await momentsOf(id)).toEqual(['no', 'no', 'no']);
    await startRollout(context, { id });
    expect(await momentsOf(id)).toEqual(['began', 'no', 'no']);
    await settle(context, id);
    expect(await momentsOf(id)).toEqual(['began', 'began', 'no']);
    await report(context, 'a', 'success');
    await settle(context, id);
    expect(await momentsOf(id)).toEqual(['began', 'ended', 'began']);
    await report(context, 'b', 'failure');
    await settle(context, id);
    expect(await momentsOf(id)).toEqual(['ended', 'ended', 'ended']);
    const { startedAt, finishedAt } = await findRollout(context, id);
    await deleteRollout(context, { id });
    await settle(context, id);
    expect(await findRollout(context, id)).toMatchObject({ status: 'deleted', startedAt, finishedAt });
  });

  it('is found and put in order by when it began and ended', async () => {
    const [first, second, stopped] = [
      await begin(context, { name: 'first' }),
      await begin(context, { name: 'second' }),
      await plan(context, { name: 'stopped' }),
    ];
    await stopRollout(context, { id: stopped });
    expect(await findRollout(context, stopped)).toMatchObject({
      startedAt: null,
      finishedAt: expect.any(Date),
    });
    const found = async (request: Parameters<typeof listRollouts>[1]) =>
      (await (await listRollouts(context, request)).page()).items.map(({ id }) => id);
    expect(await found({ filter: 'startedAt=is=null' })).toEqual([stopped]);
    expect(await found({ filter: 'finishedAt=gt=2026-01-01' })).toEqual([stopped]);
    const orderBy = [{ field: 'startedAt', direction: 'desc' }] as const;
    expect((await found({ orderBy, filter: 'startedAt=not=null' })).slice(0, 2)).toEqual([second, first]);
    const groups = await listRolloutGroups(context, first, {
      filter: 'startedAt=not=null and finishedAt=is=null',
      orderBy: [{ field: 'finishedAt', direction: 'asc' }],
    });
    expect(await groups.total()).toBe(1);
  });

  it('waits for an approval where the tenant wants one; what is denied stays so', async () => {
    await setConfiguration(context, { 'rollout.approval.enabled': true });
    const [one, other] = [await plan(context, { name: 'one' }), await plan(context, { name: 'other' })];
    await expect(startRollout(context, { id: one })).rejects.toMatchObject(ILLEGAL);
    const boss = tenant.contextOf(undefined, [], 'boss');
    await decideRollout(boss, { id: one, approved: true, remark: 'go' });
    await decideRollout(boss, { id: other, approved: false });
    expect(await findRollout(context, one)).toMatchObject({
      status: 'ready',
      approvalDecidedBy: 'boss',
      approvalRemark: 'go',
    });
    expect(await findRollout(context, other)).toMatchObject({
      status: 'approval_denied',
      startedAt: null,
      finishedAt: expect.any(Date),
    });
    for (const approved of [true, false])
      await expect(decideRollout(boss, { id: other, approved })).rejects.toMatchObject(ILLEGAL);
  });

  it('is refused what does not fit its state', async () => {
    const id = await plan(context, { name: 'r' });
    await expect(pauseRollout(context, { id })).rejects.toMatchObject(ILLEGAL);
    await startRollout(context, { id });
    await expect(startRollout(context, { id })).rejects.toMatchObject(ILLEGAL);
    await stopRollout(context, { id });
    await expect(stopRollout(context, { id })).rejects.toMatchObject(ILLEGAL);
    await expect(retryRollout(context, { id })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('stops: what is scheduled goes, what runs is to be canceled', async () => {
    const id = await begin(context, { name: 'r', ...TWO });
    await stopRollout(context, { id });
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'stopped',
      groups: ['a finished 1', 'b finished 1'],
      counts: { running: 1, notStarted: 1 },
    });
    expect((await targetState(context, 'a')).actions).toEqual(['canceling (active)']);
    expect((await targetState(context, 'b')).actions).toEqual([]);
  });

  it('is gone when it is deleted before it began', async () => {
    const distributionSetId = await createSet(context, 'set');
    const id = await plan(context, { name: 'r', distributionSetId });
    await deleteRollout(context, { id });
    await settle(context, id);
    await expect(findRollout(context, id)).rejects.toMatchObject({ code: 'ROLLOUT_NOT_FOUND' });
    expect(await plan(context, { name: 'r', distributionSetId })).not.toBe(id);
  });

  it('stays for the history when it is deleted after that; its actions end at once', async () => {
    const id = await begin(context, { name: 'r', ...TWO });
    await deleteRollout(context, { id });
    await settle(context, id);
    expect(await findRollout(context, id)).toMatchObject({ status: 'deleted', deleted: true });
    expect(await targetState(context, 'a')).toMatchObject({ updateStatus: 'in_sync', actions: ['canceled'] });
    expect((await targetState(context, 'b')).actions).toEqual([]);
    expect(await (await listRollouts(context, {})).total()).toBe(0);
    expect(await (await listRollouts(context, {}, 'ONLY_SOFT_DELETED')).total()).toBe(1);
    await expect(updateRollout(context, { id, name: 's' })).rejects.toMatchObject({ code: 'READ_ONLY' });
    await deleteRollout(context, { id });
  });

  it('is tried again on the targets on which it failed', async () => {
    const id = await begin(context, { name: 'r', errorThreshold: 90 });
    await report(context, 'a', 'failure');
    await report(context, 'b', 'success');
    await settle(context, id);
    const retry = await retryRollout(context, { id });
    expect(retry).toMatchObject({ name: 'r_retry', filter: `failedrollout==${id}`, totalTargets: 1 });
    await settle(context, retry.id);
    await startRollout(context, { id: retry.id });
    await settle(context, retry.id);
    expect((await targetState(context, 'a')).actions).toEqual(['error', 'running (active)']);
    expect((await targetState(context, 'b')).actions).toEqual(['finished']);
  });

  it('stops when its set is invalidated, unless its actions are to go on', async () => {
    const distributionSetId = await createSet(context, 'set');
    const id = await begin(context, { name: 'r', distributionSetId, ...TWO });
    await invalidateDistributionSet(context, { id: distributionSetId, cancelActions: 'NONE' });
    expect(await findRollout(context, id)).toMatchObject({ status: 'running' });
    await invalidateDistributionSet(context, { id: distributionSetId, cancelActions: 'FORCE' });
    await settle(context, id);
    expect(await findRollout(context, id)).toMatchObject({ status: 'stopped' });
    expect((await targetState(context, 'a')).actions).toEqual(['canceled']);
  });

  it('asks for confirmation where its group and the tenant want it', async () => {
    await setConfiguration(context, { 'user.confirmation.flow.enabled': true });
    const groups = [
      { name: 'a', filter: 'id==a' },
      { name: 'b', filter: 'id==b', confirmationRequired: false },
    ];
    const id = await begin(context, { name: 'r', groups, successThreshold: 0 });
    expect((await targetState(context, 'a')).actions).toEqual(['wait_for_confirmation (active)']);
    expect((await targetState(context, 'b')).actions).toEqual(['running (active)']);
    const actions = await listActions(context, { filter: `rollout.id==${id};rolloutGroup.name==b` });
    expect((await actions.page()).items).toMatchObject([
      { target: { controllerId: 'b' }, rollout: { id, name: 'r', groupName: 'b' }, initiatedBy: 'tester' },
    ]);
  });

  it('reaches only the targets that its creator may read and change, also those that appear later', async () => {
    await updateTarget(context, { controllerId: 'a', group: 'mine' });
    const scoped = tenant.contextOf([
      'READ_TARGET',
      'UPDATE_TARGET/group==mine',
      'READ_DISTRIBUTION_SET',
      'CREATE_ROLLOUT',
    ]);
    const distributionSetId = await createSet(context, 'set');
    const { id } = await createRollout(scoped, {
      name: 'r',
      filter: 'id==*',
      distributionSetId,
      dynamic: true,
    });
    await settle(context, id);
    await startRollout(context, { id });
    await addTargets(context, 'c');
    await settle(context, id);
    expect((await stateOf(context, id)).counts).toEqual({ running: 1 });
    await updateTarget(context, { controllerId: 'c', group: 'mine' });
    await settle(context, id);
    expect((await targetState(context, 'c')).actions).toHaveLength(1);
    expect((await targetState(context, 'b')).actions).toEqual([]);
  });

  it('leaves one event for each thing that is done to it, or that it does', async () => {
    const id = await begin(context, { name: 'r', ...TWO });
    for (const controllerId of ['a', 'b']) {
      await report(context, controllerId, 'success');
      await settle(context, id);
    }
    const events = await listAuditEvents(tenant.contextOf(undefined, ['TENANT_ADMIN']), {
      filter: 'type==rollout*',
      first: 50,
    });
    const told = (await events.page()).items.map(({ type, actor }) => `${type} ${actor}`);
    expect(told.toReversed()).toEqual([
      'rollout.created tester',
      'rollout.ready system',
      'rollout.starting tester',
      'rollout-group.running system',
      'rollout.running system',
      'rollout-group.running system',
      'rollout-group.finished system',
      'rollout-group.finished system',
      'rollout.finished system',
    ]);
  });
});
