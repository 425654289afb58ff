import { and, count, eq } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { rolloutGroups, rollouts, rolloutTargets } from '../../../../src/database/tables/rollouts.ts';
import { findRollout } from '../../../../src/services/deployments/rollouts/find.ts';
import { pauseRollout } from '../../../../src/services/deployments/rollouts/pause.ts';
import { resumeRollout } from '../../../../src/services/deployments/rollouts/resume.ts';
import { stopRollout } from '../../../../src/services/deployments/rollouts/stop.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { addTargets, begin, plan, report, settle, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await addTargets(context, 'a1', 'a2', 'b1', 'b2', 'c1');
});

const GROUPS = ['a', 'b', 'c'].map((name) => ({ name, filter: `id==${name}*` }));
const gone = (...controllerIds: string[]) => deleteTargets(context, { controllerIds });

describe('targets that were deleted count in no rollout any more', () => {
  it('before it begins', async () => {
    const id = await plan(context, { name: 'r', groups: GROUPS });
    await gone('a1', 'c1');
    expect(await stateOf(context, id)).toEqual({
      status: 'ready',
      groups: ['a ready 1', 'b ready 2', 'c ready 0'],
      counts: { notStarted: 3 },
    });
    expect((await findRollout(context, id)).totalTargets).toBe(3);
  });

  it('while it is paused, and before their turn', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS });
    await pauseRollout(context, { id });
    await gone('a1', 'b1');
    expect(await stateOf(context, id)).toEqual({
      status: 'paused',
      groups: ['a running 1', 'b scheduled 1', 'c scheduled 1'],
      counts: { running: 1, scheduled: 2 },
    });
  });

  it('after its end', async () => {
    const finished = await begin(context, { name: 'finished' });
    for (const id of ['a1', 'a2', 'b1', 'b2', 'c1']) await report(context, id, 'success');
    await settle(context, finished);
    const stopped = await begin(context, { name: 'stopped', groups: GROUPS });
    await stopRollout(context, { id: stopped });
    await settle(context, stopped);
    await deleteTargets(context, { filter: 'id==a*,id==c1' });
    expect(await stateOf(context, finished)).toEqual({
      status: 'finished',
      groups: ['group-1 finished 2'],
      counts: { finished: 2 },
    });
    expect(await stateOf(context, stopped)).toEqual({
      status: 'stopped',
      groups: ['a finished 0', 'b finished 2', 'c finished 0'],
      counts: { notStarted: 2 },
    });
    expect((await findRollout(context, finished)).totalTargets).toBe(2);
  });

  it('and one that only would be deleted counts still', async () => {
    const id = await plan(context, { name: 'r', groups: GROUPS });
    await deleteTargets(context, { filter: 'id==a*', dryRun: true });
    expect((await stateOf(context, id)).counts).toEqual({ notStarted: 5 });
  });
});

describe('a group whose targets are all gone is done', () => {
  it('while it runs', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS, successThreshold: 100 });
    await gone('a1', 'a2');
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'running',
      groups: ['a finished 0', 'b running 2', 'c scheduled 1'],
      counts: { running: 2, scheduled: 1 },
    });
  });

  it('before its turn: the one behind it begins, or the rollout ends', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS });
    await gone('b1', 'b2');
    for (const target of ['a1', 'a2']) await report(context, target, 'success');
    await settle(context, id);
    expect((await stateOf(context, id)).groups).toEqual(['a finished 2', 'b finished 0', 'c running 1']);
    await gone('c1');
    await settle(context, id);
    expect(await stateOf(context, id)).toEqual({
      status: 'finished',
      groups: ['a finished 2', 'b finished 0', 'c finished 0'],
      counts: { finished: 2 },
    });
  });

  it('and nobody is asked whether it shall begin', async () => {
    const id = await begin(context, { name: 'r', groups: GROUPS, successAction: 'PAUSE' });
    await gone('b1', 'b2');
    for (const target of ['a1', 'a2']) await report(context, target, 'success');
    await settle(context, id);
    expect((await stateOf(context, id)).status).toBe('paused');
    await resumeRollout(context, { id });
    await settle(context, id);
    expect((await stateOf(context, id)).groups).toEqual(['a finished 2', 'b finished 0', 'c running 1']);

    const last = await begin(context, {
      name: 'last',
      groups: GROUPS.slice(0, 2),
      filter: 'id==a*',
      successAction: 'PAUSE',
    });
    for (const target of ['a1', 'a2']) await report(context, target, 'success');
    await settle(context, last);
    expect((await stateOf(context, last)).status).toBe('finished');
  });
});

it('totals stay right where targets are deleted while a rollout is brought on', async () => {
  const ids = Array.from({ length: 60 }, (_, n) => `n${String(n).padStart(2, '0')}`);
  await addTargets(context, ...ids);
  const id = await plan(context, { name: 'r', filter: 'id==n*', groupCount: 3 });
  const work = Promise.all([begin(context, { name: 'other', filter: 'id==n*' }), settle(context, id)]);
  await Promise.all([
    ...ids.slice(0, 20).map((one) => gone(one)),
    deleteTargets(context, { filter: 'id==n2*' }),
    deleteTargets(context, { filter: 'id==n3*' }),
    work,
  ]);
  const { tenantId } = context.caller;
  const members = await context.database
    .select({ id: rolloutTargets.groupId, members: count() })
    .from(rolloutTargets)
    .where(eq(rolloutTargets.tenantId, tenantId))
    .groupBy(rolloutTargets.groupId);
  const groups = await context.database
    .select({ id: rolloutGroups.id, rolloutId: rolloutGroups.rolloutId, total: rolloutGroups.totalTargets })
    .from(rolloutGroups)
    .where(eq(rolloutGroups.tenantId, tenantId))
    .limit(1_000);
  const membersOf = new Map(members.map((row) => [row.id, row.members]));
  expect(groups.map(({ total }) => total)).toEqual(groups.map((group) => membersOf.get(group.id) ?? 0));
  for (const rolloutId of new Set(groups.map((group) => group.rolloutId))) {
    const [rollout] = await context.database
      .select({ total: rollouts.totalTargets })
      .from(rollouts)
      .where(and(eq(rollouts.tenantId, tenantId), eq(rollouts.id, rolloutId)));
    const its = groups.filter((group) => group.rolloutId === rolloutId);
    expect(rollout!.total).toBe(its.reduce((sum, { total }) => sum + total, 0));
  }
  expect(groups.reduce((sum, { total }) => sum + total, 0)).toBeLessThanOrEqual(40);
});
