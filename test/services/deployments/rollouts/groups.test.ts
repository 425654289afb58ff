import { sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sizesOf } from '../../../../src/console/pages/rollouts/sizes.ts';
import { filtersTakenWhole, shareOf } from '../../../../src/rollout-shares.ts';
import { createRollout } from '../../../../src/services/deployments/rollouts/create.ts';
import type { RolloutInput } from '../../../../src/services/deployments/rollouts/input.ts';
import { listRolloutGroups } from '../../../../src/services/deployments/rollouts/list.ts';
import { listTargetsOfEachGroup } from '../../../../src/services/deployments/rollouts/list-of-each.ts';
import { addCompatibleSetTypes } from '../../../../src/services/fleet/target-types/compatible-set-types.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { assignTargetType } from '../../../../src/services/fleet/targets/assign-type.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { listDistributionSetTypes } from '../../../../src/services/software/distribution-set-types/list.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { waitingForLocks } from '../../../support/waiting.ts';
import { createSet } from '../assignments/support.ts';
import { addTargets, plan, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

describe('the share of a group', () => {
  const group = (percentage: number, filter = '') => ({ percentage, filter, dynamic: false });
  /** What is left for each group in turn, as when they are filled. */
  const shares = (groups: ReturnType<typeof group>[], candidates: number) => {
    let left = candidates;
    return groups.map((each) => {
      const share = shareOf(groups, each, left);
      left -= share;
      return share;
    });
  };

  it.each<[percentages: number[], candidates: number, wanted: number[]]>([
    [[50, 50], 5, [3, 2]],
    [[20, 30, 50], 10, [2, 3, 5]],
    [[50, 100], 4, [2, 2]],
    [[100, 50], 4, [4, 0]],
    [[100 / 3, 100 / 3, 100 / 3], 10, [3, 3, 4]],
    [[33.3, 33.3, 33.3], 10_000, [3330, 3330, 3340]],
    [[10, 90], 1, [0, 1]],
    [Array(3).fill(Math.fround(100 / 3)), 50, [17, 16, 17]],
    [Array(6).fill(Math.fround(100 / 6)), 21, [3, 4, 3, 4, 3, 4]],
    [Array(200).fill(0.5), 400, Array(200).fill(2)],
  ])('is of all that its filter matches: %j of %i', (percentages, candidates, wanted) => {
    expect(
      shares(
        percentages.map((percentage) => group(percentage)),
        candidates,
      ),
    ).toEqual(wanted);
  });

  it('is what the plan in the console says', () => {
    for (const count of [1, 2, 3, 6, 7, 30, 500])
      for (const candidates of [0, 1, 21, 50, 1234, 999_999]) {
        const stored = Array.from({ length: count }, () => group(Math.fround(100 / count)));
        const planned = Array.from({ length: count }, () => group(100 / count));
        expect(sizesOf(planned, new Map([['', candidates]]))).toEqual(shares(stored, candidates));
      }
  });

  it('counts each filter for itself', () => {
    const groups = [group(50, 'id==a'), group(100, 'id==b'), group(50, 'id==a'), group(98, 'id==c')];
    expect(shareOf(groups, groups[2]!, 7)).toBe(7);
    expect(shareOf(groups, groups[1]!, 7)).toBe(7);
    expect(filtersTakenWhole(groups)).toEqual(['id==a', 'id==b']);
  });
});

let context: Context;
let distributionSetId: number;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await addTargets(context, 'a1', 'a2', 'b1', 'b2', 'c1');
  distributionSetId = await createSet(context, 'set');
});
const create = (input: Partial<RolloutInput>) =>
  createRollout(context, { name: 'rollout', filter: 'id==*', distributionSetId, ...input });

describe('the groups of a rollout', () => {
  it('are of the same size, the first of the targets that were created first; more than there are targets is no fault', async () => {
    const id = await plan(context, { name: 'many', groupCount: 7, distributionSetId });
    const { groups, counts } = await stateOf(context, id);
    const sizes = groups.map((group) => Number(group.split(' ').at(-1)));
    expect(sizes).toHaveLength(7);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(5);
    expect(counts).toEqual({ notStarted: 5 });
  });

  it('are filled by definition, one after the other: a target is in the first that matches it', async () => {
    const id = await plan(context, {
      name: 'defined',
      distributionSetId,
      groups: [
        { name: 'half of a', filter: 'id==a*', percentage: 50 },
        { name: 'not c', filter: 'id!=c*' },
        { name: 'rest' },
      ],
    });
    expect((await stateOf(context, id)).groups).toEqual([
      'half of a ready 1',
      'not c ready 3',
      'rest ready 1',
    ]);
  });

  it('take their conditions from the rollout, or have their own', async () => {
    const id = await plan(context, {
      name: 'conditions',
      distributionSetId,
      successThreshold: 10,
      groups: [
        { name: 'a', percentage: 50 },
        { name: 'b', successThreshold: 20, errorThreshold: 30 },
      ],
    });
    const { items } = await (await listRolloutGroups(context, id, {})).page();
    expect(items).toMatchObject([
      { successThreshold: 10, errorThreshold: 50, successAction: 'NEXTGROUP' },
      { successThreshold: 20, errorThreshold: 30 },
    ]);
  });

  it('take no target whose type takes no such set', async () => {
    const { created: targetTypes } = await createTargetTypes(context, { targetTypes: [{ name: 'other' }] });
    const { items } = await (await listDistributionSetTypes(context, { filter: 'key==app' })).page();
    await addCompatibleSetTypes(context, {
      id: targetTypes[0]!.id,
      setTypeIds: items.map((type) => type.id),
    });
    await assignTargetType(context, { targetTypeId: targetTypes[0]!.id, controllerIds: ['a1'] });
    const id = await plan(context, { name: 'compatible', distributionSetId });
    expect((await stateOf(context, id)).groups).toEqual(['group-1 ready 4']);
  });

  it.each<[string, Partial<RolloutInput>, object]>([
    ['leave some out', { groups: [{ name: 'a', filter: 'id==a*' }] }, { path: ['groups'] }],
    ['are too small', { groups: [{ name: 'a', percentage: 50 }] }, { path: ['groups'] }],
    ['are none', { groups: [] }, { path: ['groups'] }],
    ['are named and counted', { groups: [{ name: 'a' }], groupCount: 1 }, { path: ['groupCount'] }],
    ['are named and dynamic', { groups: [{ name: 'a' }], dynamic: true }, { path: ['dynamic'] }],
    ['are none, and not dynamic', { groupCount: 0 }, { path: ['groupCount'] }],
    [
      'have a template, but are not dynamic',
      { dynamicGroup: { targetCount: 1 } },
      { path: ['dynamicGroup'] },
    ],
    ['have a threshold above 100', { successThreshold: 101 }, { path: ['successThreshold'] }],
    ['match nothing', { filter: 'id==none' }, { path: ['filter'] }],
  ])('are refused where they %s', async (_, input, details) => {
    await expect(create(input)).rejects.toMatchObject({ code: 'INVALID_INPUT', details });
  });

  it.each<[NonNullable<RolloutInput['groups']>, string]>([
    [[{ name: 'a', filter: 'id==a*' }], '3'],
    [[{ name: 'a', percentage: 50 }], '2'],
    [
      [
        { name: 'a', percentage: 20 },
        { name: 'b', percentage: 20 },
      ],
      '3',
    ],
    [[{ name: 'a', filter: 'id==a*', percentage: 50 }], '4'],
    [
      [
        { name: 'a', filter: 'id==a*', percentage: 50 },
        { name: 'b', filter: 'id==b*' },
      ],
      'at least 1',
    ],
    [
      [
        { name: 'a', filter: 'id==a*', percentage: 50 },
        { name: 'b', filter: 'id!=a*' },
      ],
      'some',
    ],
  ])('say how many targets they leave out: %j', async (groups, left) => {
    await expect(create({ groups })).rejects.toThrow(
      `groups: must reach every target; they leave out ${left}`,
    );
  });

  it('are refused where a filter cannot be asked, two have the same name, or there are too many', async () => {
    await expect(create({ groups: [{ name: 'a', filter: 'nosuch==1' }] })).rejects.toMatchObject({
      code: 'FILTER_FIELD_UNKNOWN',
      details: { path: ['groups', '0', 'filter'] },
    });
    await expect(create({ groups: [{ name: 'a', percentage: 50 }, { name: 'a' }] })).rejects.toMatchObject({
      code: 'ROLLOUT_GROUP_ALREADY_EXISTS',
      details: { entity: { id: 'a' } },
    });
    await expect(create({ groupCount: 501 })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });
});

it('does not keep its set locked while it counts its targets', async () => {
  const { database } = platform;
  const distributionSetId = await createSet(context, 'counted');
  await addTargets(context, 'counted');
  let made: Promise<unknown> = Promise.resolve();
  await database.transaction(async (tx) => {
    await tx.execute(sql`LOCK TABLE targets IN ACCESS EXCLUSIVE MODE`);
    const [own] = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    made = createRollout(context, { name: 'counted', filter: 'id==counted', distributionSetId });
    const waiting = async () =>
      (await waitingForLocks(database)).filter(
        ({ holder, query }) => holder === own!.pid && query.includes('count(*)'),
      );
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), 10_000);
    await tx.execute(sql`
      SELECT FROM distribution_sets
      WHERE tenant_id = ${context.caller.tenantId} AND id = ${distributionSetId} FOR UPDATE NOWAIT`);
  });
  await made;
});

it('tells the targets of each group in the order that is asked for, page by page', async () => {
  const { contextOf } = await newTenant(platform);
  const there = contextOf();
  const names = { a1: 'Zoe', a2: 'Ann', a3: 'Max', b1: 'Ann', b2: 'Zoe' };
  const targets = Object.entries(names).map(([controllerId, name]) => ({ controllerId, name }));
  await createTargets(there, { targets });
  const groups = ['a', 'b'].map((name) => ({ name, percentage: 100, filter: `id==${name}*` }));
  const id = await plan(there, { name: 'r', groups });
  const { items } = await (await listRolloutGroups(there, id, {})).page();
  const groupIds = items.map((group) => group.id);
  const of = async (direction: 'asc' | 'desc', more: object = {}) => {
    const orderBy = [{ field: 'name', direction } as const];
    const found = await listTargetsOfEachGroup(there, groupIds, { orderBy, first: 2, ...more });
    return Promise.all(groupIds.map((groupId) => found.get(groupId)!.page()));
  };
  const idsOf = (pages: Awaited<ReturnType<typeof of>>) =>
    pages.map((page) => page.items.map(({ controllerId }) => controllerId));
  expect(idsOf(await of('asc'))).toEqual([
    ['a2', 'a3'],
    ['b1', 'b2'],
  ]);
  expect(idsOf(await of('desc'))).toEqual([
    ['a1', 'a3'],
    ['b2', 'b1'],
  ]);
  expect(idsOf(await of('asc', { offset: 2 }))).toEqual([['a1'], []]);
});
