import { afterAll, beforeEach, expect, it } from 'vitest';
import { pauseRollout } from '../../../../src/services/deployments/rollouts/pause.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { stateOf as targetState } from '../assignments/support.ts';
import { addTargets, begin, plan, report, settle, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await addTargets(context, 'a');
});

const DYNAMIC = { dynamic: true, dynamicGroup: { nameSuffix: '-dyn', targetCount: 2 } };

it('takes targets in that appear later, and adds a group when the last is full', async () => {
  const id = await begin(context, { name: 'r', ...DYNAMIC });
  expect((await stateOf(context, id)).groups).toEqual(['group-1 running 1', 'group-2-dyn scheduled 0']);
  await addTargets(context, 'b');
  await settle(context, id);
  expect((await targetState(context, 'b')).actions).toEqual(['scheduled']);
  await report(context, 'a', 'success');
  await settle(context, id);
  expect(await stateOf(context, id)).toEqual({
    status: 'running',
    groups: ['group-1 finished 1', 'group-2-dyn running 1'],
    counts: { finished: 1, running: 1 },
  });
  await addTargets(context, 'c', 'd');
  await settle(context, id);
  expect(await stateOf(context, id)).toMatchObject({
    groups: ['group-1 finished 1', 'group-2-dyn running 2', 'group-3-dyn scheduled 1'],
    counts: { finished: 1, running: 2, scheduled: 1 },
  });
  for (const controllerId of ['b', 'c']) await report(context, controllerId, 'success');
  await settle(context, id);
  expect(await stateOf(context, id)).toMatchObject({
    status: 'running',
    groups: ['group-1 finished 1', 'group-2-dyn finished 2', 'group-3-dyn running 1'],
  });
});

it('begins with nothing but targets to come, where it has no other groups', async () => {
  const id = await begin(context, { name: 'r', ...DYNAMIC, groupCount: 0, filter: 'id==later*' });
  expect((await stateOf(context, id)).groups).toEqual(['group-1-dyn running 0']);
  await addTargets(context, 'later');
  await settle(context, id);
  expect((await targetState(context, 'later')).actions).toEqual(['running (active)']);
});

it('models the first dynamic group on the last one, where no template says how it is to be', async () => {
  const id = await plan(context, { name: 'r', dynamic: true });
  expect((await stateOf(context, id)).groups).toEqual(['group-1 ready 1', 'group-2 ready 0']);
});

it('takes none in while it is paused, and none that a newer rollout has to do with', async () => {
  const id = await begin(context, { name: 'r', ...DYNAMIC });
  await pauseRollout(context, { id });
  await addTargets(context, 'b');
  await settle(context, id);
  expect((await targetState(context, 'b')).actions).toEqual([]);

  const other = await begin(context, { name: 'other', filter: 'id==c', ...DYNAMIC, groupCount: 0 });
  await begin(context, { name: 'newer', filter: 'id==b' });
  await addTargets(context, 'c');
  await begin(context, { name: 'newest', filter: 'id==c' });
  await settle(context, other);
  expect((await targetState(context, 'c')).actions).toEqual(['running (active)']);
});
