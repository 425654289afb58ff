import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { pauseRollout } from '../../../../src/services/deployments/rollouts/pause.ts';
import {
  type GroupProgress,
  hasFailed,
  hasSucceeded,
} from '../../../../src/services/deployments/rollouts/progress.ts';
import { resumeRollout } from '../../../../src/services/deployments/rollouts/resume.ts';
import { triggerNextRolloutGroup } from '../../../../src/services/deployments/rollouts/trigger-next-group.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { assign, createSet, stateOf as targetState } from '../assignments/support.ts';
import { addTargets, begin, report, settle, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await addTargets(context, 'a1', 'a2', 'b1', 'b2');
});

/** Groups `a` of a1 and a2, and `b` of b1 and b2. */
const GROUPS = [
  { name: 'a', filter: 'id==a*' },
  { name: 'b', filter: 'id==b*' },
];

describe('thresholds', () => {
  const group = { dynamic: false, percentage: 100, successThreshold: 50, errorThreshold: 40 };
  type At = GroupProgress & { totalTargets: number };
  const at = (totalTargets: number, finished: number, failed: number): At => ({
    totalTargets,
    finished,
    failed,
    scheduled: 0,
    left: totalTargets - finished - failed,
  });
  it.each<[At, succeeded: boolean, failed: boolean]>([
    [at(2, 1, 0), true, false],
    [at(3, 1, 0), false, false],
    [at(5, 0, 2), false, false],
    [at(5, 0, 3), false, true],
    [at(0, 0, 0), true, false],
    [at(1000, 499, 400), false, false],
    [at(1000, 500, 401), true, true],
  ])('of %j: done %s, failed %s', ({ totalTargets, ...progress }, succeeded, failed) => {
    const its = { ...group, totalTargets };
    expect([hasSucceeded(its, progress), hasFailed(its, progress)]).toEqual([succeeded, failed]);
  });

  it('are in a dynamic group of as many as it is to have', () => {
    const dynamic = { ...group, totalTargets: 1, dynamic: true, percentage: 4 };
    expect(hasSucceeded(dynamic, at(1, 1, 0))).toBe(false);
    expect(hasSucceeded(dynamic, at(2, 2, 0))).toBe(true);
    expect(hasFailed(dynamic, at(1, 0, 1))).toBe(false);
  });
});

describe('a running rollout', () => {
  it('begins the next group when enough of one are done, and finishes with the last', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS });
    expect(await stateOf(context, id)).toEqual({
      status: 'running',
      groups: ['a running 2', 'b scheduled 2'],
      counts: { running: 2, scheduled: 2 },
    });
    expect(await targetState(context, 'b1')).toMatchObject({
      updateStatus: 'registered',
      assigned: null,
      actions: ['scheduled'],
    });
    await report(context, 'a1', 'success');
    await settle(context, id);
    expect((await stateOf(context, id)).groups).toEqual(['a running 2', 'b running 2']);
    for (const controllerId of ['a2', 'b1', 'b2']) await report(context, controllerId, 'success');
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'finished',
      groups: ['a finished 2', 'b finished 2'],
      counts: { finished: 4 },
    });
  });

  it('counts a target that is to have the set anyway as finished, and passes over groups without targets', async () => {
    const distributionSetId = await createSet(context, 'given');
    await assign(context, distributionSetId, ['a1', 'a2'], { offline: true });
    const id = await begin(context, { name: 'r', distributionSetId, groups: GROUPS });
    expect((await stateOf(context, id)).groups).toEqual(['a finished 2', 'b running 2']);
    expect((await targetState(context, 'a1')).actions).toEqual(['finished', 'finished']);

    const few = await begin(context, {
      name: 'few',
      filter: 'id==a1',
      groups: [{ name: 'none', percentage: 10 }, { name: 'nor here', percentage: 10 }, { name: 'all' }],
    });
    expect((await stateOf(context, few)).groups).toEqual([
      'none finished 0',
      'nor here finished 0',
      'all running 1',
    ]);
  });

  it('pauses when more fail than may, and goes on with the next group when it is resumed', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS, errorThreshold: 40 });
    await report(context, 'a1', 'failure');
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'paused',
      groups: ['a error 2', 'b scheduled 2'],
      counts: { failed: 1, running: 1, scheduled: 2 },
    });
    await resumeRollout(context, { id });
    await settle(context, id);
    expect((await stateOf(context, id)).groups).toEqual(['a error 2', 'b running 2']);
  });

  it('ends when more fail than may in its last group', async () => {
    const id = await begin(context, { name: 'r', filter: 'id==a*', groupCount: 1, errorThreshold: 40 });
    await report(context, 'a1', 'failure');
    await settle(context, id);
    expect(await stateOf(context, id)).toMatchObject({
      status: 'finished',
      groups: [expect.stringContaining(' error 2')],
      counts: { failed: 1, running: 1 },
    });
  });

  it('goes on by itself where all may fail', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS, errorThreshold: 100 });
    for (const controllerId of ['a1', 'a2']) await report(context, controllerId, 'failure');
    await settle(context, id);
    expect(await stateOf(context, id)).toMatchObject({
      status: 'running',
      groups: ['a finished 2', 'b running 2'],
    });
  });

  it('pauses after a group that says so, and begins the next when it is resumed, or triggered', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS, successAction: 'PAUSE' });
    await report(context, 'a1', 'success');
    await settle(context, id);
    expect(await stateOf(context, id)).toMatchObject({
      status: 'paused',
      groups: ['a running 2', 'b scheduled 2'],
    });
    await resumeRollout(context, { id });
    await settle(context, id);
    expect(await stateOf(context, id)).toMatchObject({
      status: 'running',
      groups: ['a running 2', 'b running 2'],
    });

    const next = await begin(context, { name: 's', groups: GROUPS });
    await triggerNextRolloutGroup(context, { id: next });
    await settle(context, next);
    expect((await stateOf(context, next)).groups).toEqual(['a running 2', 'b running 2']);
    await expect(triggerNextRolloutGroup(context, { id: next })).rejects.toMatchObject({
      code: 'ROLLOUT_ILLEGAL_STATE',
    });
  });

  it('does not begin another group while it is paused', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS });
    await pauseRollout(context, { id });
    for (const controllerId of ['a1', 'a2']) await report(context, controllerId, 'success');
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'paused',
      groups: ['a running 2', 'b scheduled 2'],
      counts: { finished: 2, scheduled: 2 },
    });
    await resumeRollout(context, { id });
    await settle(context, id);
    expect((await stateOf(context, id)).groups).toEqual(['a finished 2', 'b running 2']);
  });

  it('expects nothing of targets that were deleted', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS, successThreshold: 100 });
    await report(context, 'a1', 'success');
    await deleteTargets(context, { controllerIds: ['a2'] });
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'running',
      groups: ['a finished 1', 'b running 2'],
      counts: { finished: 1, running: 2 },
    });
  });

  it('has nothing more to do with a target that got something newer', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS });
    await assign(context, await createSet(context, 'newer'), ['b1']);
    expect((await targetState(context, 'b1')).actions).toEqual(['canceled', 'running (active)']);
    for (const controllerId of ['a1', 'a2']) await report(context, controllerId, 'success');
    await settle(context, id);
    await report(context, 'b2', 'success');
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'finished',
      groups: ['a finished 2', 'b finished 2'],
      counts: { finished: 3, canceled: 1 },
    });
  });

  it('replaces what a target had still to do, and what another rollout was to begin there', async () => {
    const first = await begin(context, { name: 'first', groups: GROUPS });
    await begin(context, { name: 'second' });
    expect(await targetState(context, 'a1')).toMatchObject({
      updateStatus: 'pending',
      actions: ['canceling (active)', 'running (active)'],
    });
    expect((await targetState(context, 'b1')).actions).toEqual(['canceled', 'running (active)']);
    expect((await stateOf(context, first)).counts).toEqual({ running: 2, canceled: 2 });
  });
});
