import { afterAll, beforeEach, expect, it } from 'vitest';
import { assignDistributionSet } from '../../../src/services/deployments/assignments/assign.ts';
import { createRollout } from '../../../src/services/deployments/rollouts/create.ts';
import { findRollout } from '../../../src/services/deployments/rollouts/find.ts';
import { retryRollout } from '../../../src/services/deployments/rollouts/retry.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { updateTarget } from '../../../src/services/fleet/targets/update.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { updateDistributionSet } from '../../../src/services/software/distribution-sets/update.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';
import { assign, createSet, stateOf as targetState } from './assignments/support.ts';
import { assignAll, autoAssignment } from './auto-assignments/support.ts';
import { begin, plan, report, settle, stateOf } from './rollouts/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
let setId: number;
const add = (group: string, ...controllerIds: string[]) =>
  createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId, group })) });
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  setId = await createSet(context, 's');
  await updateDistributionSet(context, { id: setId, targetFilter: 'group==in' });
  await add('in', 'in');
  await add('out', 'out');
});
const actionsOf = async (controllerId: string) => (await targetState(context, controllerId)).actions;

it('an assignment to many names a few of those outside and counts all', async () => {
  const names = Array.from({ length: 30 }, (_, n) => `more-${n + 10}`);
  await add('out', ...names);
  const refused = assignDistributionSet(context, {
    distributionSetId: setId,
    assignments: [{ controllerIds: ['in'] }, { controllerIds: names, forceType: 'soft' }],
  });
  await expect(refused).rejects.toMatchObject({
    code: 'OUTSIDE_TARGET_FILTER',
    details: { refusedTargets: { count: 30, controllerIds: names.slice(0, 10) }, path: ['controllerIds'] },
    message: expect.stringMatching(/^30 of the targets .* 'more-19', …\.$/),
  });
  expect(await actionsOf('in')).toEqual([]);
});

it('a rollout leaves out those outside, when it is planned and later', async () => {
  const id = await begin(context, {
    name: 'r',
    distributionSetId: setId,
    dynamic: true,
    dynamicGroup: { targetCount: 5 },
  });
  await add('in', 'in-later');
  await add('out', 'out-later');
  await settle(context, id);
  expect(await stateOf(context, id)).toMatchObject({
    groups: ['group-1 running 1', 'group-2 scheduled 1'],
  });
  expect(await actionsOf('in-later')).toEqual(['scheduled']);
  for (const outside of ['out', 'out-later']) expect(await actionsOf(outside)).toEqual([]);
});

it('a rollout that ignores the filter takes all, and so does its retry', async () => {
  const id = await begin(context, { name: 'r', distributionSetId: setId, ignoreTargetFilter: true });
  expect((await stateOf(context, id)).groups).toEqual(['group-1 running 2']);
  await report(context, 'in', 'success');
  await report(context, 'out', 'failure');
  await settle(context, id);
  const retry = await retryRollout(context, { id });
  expect(await findRollout(context, retry.id)).toMatchObject({ totalTargets: 1, ignoreTargetFilter: true });
});

it('a rollout of targets that are all outside is refused; one of none says that there are none', async () => {
  const create = (filter: string) => createRollout(context, { name: 'r', distributionSetId: setId, filter });
  await expect(create('id==out')).rejects.toMatchObject({ code: 'OUTSIDE_TARGET_FILTER' });
  await expect(create('id==nobody')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

it('an auto-assignment leaves out those outside until they come inside', async () => {
  const auto = await autoAssignment(context, setId);
  await assignAll(context, auto);
  expect(await actionsOf('in')).toEqual(['running (active)']);
  expect(await actionsOf('out')).toEqual([]);
  await updateTarget(context, { controllerId: 'out', group: 'in' });
  await assignAll(context, auto);
  expect(await actionsOf('out')).toEqual(['running (active)']);
});

it('an auto-assignment that matches nothing yet is taken, and keeps to the filter', async () => {
  const auto = await autoAssignment(context, setId, { filter: 'id==later*' });
  await add('out', 'later-out');
  await add('in', 'later-in');
  await assignAll(context, auto);
  expect(await actionsOf('later-in')).toEqual(['running (active)']);
  expect(await actionsOf('later-out')).toEqual([]);
});

it('an auto-assignment that ignores the filter reaches all', async () => {
  await assignAll(context, await autoAssignment(context, setId, { ignoreTargetFilter: true }));
  expect(await actionsOf('out')).toEqual(['running (active)']);
});

it('another filter counts from now on: actions and planned targets stay', async () => {
  await assign(context, setId, ['in']);
  const other = await createSet(context, 'other');
  const id = await plan(context, { name: 'r', distributionSetId: other });
  await updateDistributionSet(context, { id: setId, targetFilter: 'group==out' });
  await updateDistributionSet(context, { id: other, targetFilter: 'group==out' });
  expect(await actionsOf('in')).toContain('running (active)');
  expect((await stateOf(context, id)).groups).toEqual(['group-1 ready 2']);
  await assign(context, setId, ['out']);
  await expect(assign(context, setId, ['in'])).rejects.toMatchObject({ code: 'OUTSIDE_TARGET_FILTER' });
  await updateDistributionSet(context, { id: setId, targetFilter: null });
  await assign(context, setId, ['in']);
});

it('only targets within the scope of the caller are counted and named', async () => {
  await add('out', 'hidden');
  const limited = { ...context, caller: { ...context.caller } };
  limited.caller.permissions = new Map(context.caller.permissions).set('UPDATE_TARGET', ['id==out']);
  const refused = assignDistributionSet(limited, {
    distributionSetId: setId,
    assignments: [{ filter: 'id==*' }],
  });
  await expect(refused).rejects.toMatchObject({
    details: { refusedTargets: { count: 1, controllerIds: ['out'] } },
  });
});
