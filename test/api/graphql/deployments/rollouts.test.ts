import { describe, expect, it } from 'vitest';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { createSet } from '../../../services/deployments/assignments/support.ts';
import { addTargets, begin, plan, report, settle } from '../../../services/deployments/rollouts/support.ts';
import { idOf } from '../../../support/ids.ts';
import { type Any, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();

async function mutate(name: string, input: object, selection = 'rollout { id name status }') {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} userErrors { code path } } }`;
  const { data, errors } = await door.as()(query, { input });
  if (errors.length) throw new Error(JSON.stringify(errors));
  return data[name];
}

const GROUPS = [
  { name: 'a', filter: 'id==a' },
  { name: 'b', filter: 'id==b', errorThreshold: 10, successAction: 'PAUSE' },
];

describe('rollouts', () => {
  it('are created, handled and deleted', async () => {
    const context = door.tenant.contextOf();
    await addTargets(context, 'a', 'b');
    const distributionSetId = idOf('DistributionSet', await createSet(context, 'set'));
    const created = await mutate(
      'createRollout',
      {
        name: 'r',
        filter: 'id==*',
        distributionSetId,
        groups: { each: GROUPS },
        forceType: 'SOFT',
        weight: 3,
      },
      `rollout { id number name status forceType weight totalTargets totalGroups distributionSet { name }
        targetCounts { notStarted running } groups { nodes { name filter errorThreshold successAction } } }`,
    );
    expect(created.userErrors).toEqual([]);
    const { id, number, ...shown } = created.rollout;
    expect(shown).toEqual({
      name: 'r',
      status: 'CREATING',
      forceType: 'SOFT',
      weight: 3,
      totalTargets: 2,
      totalGroups: 2,
      distributionSet: { name: 'set' },
      targetCounts: { notStarted: 2, running: 0 },
      groups: {
        nodes: [
          { name: 'a', filter: 'id==a', errorThreshold: 50, successAction: 'NEXT_GROUP' },
          { name: 'b', filter: 'id==b', errorThreshold: 10, successAction: 'PAUSE' },
        ],
      },
    });
    await settle(context, number);
    expect(await mutate('updateRollout', { id, name: 's' })).toMatchObject({
      rollout: { name: 's', status: 'READY' },
    });
    const described = await mutate('updateRollout', { id, description: 'd' }, 'rollout { description }');
    expect(described.rollout).toEqual({ description: 'd' });
    const cleared = await mutate('updateRollout', { id, description: null }, 'rollout { description }');
    expect(cleared.rollout).toEqual({ description: null });
    expect(await mutate('updateRollout', { id, name: null })).toEqual({
      rollout: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['name'] }],
    });
    for (const [name, status] of [
      ['startRollout', 'STARTING'],
      ['pauseRollout', 'PAUSED'],
      ['resumeRollout', 'RUNNING'],
      ['triggerNextRolloutGroup', 'RUNNING'],
      ['stopRollout', 'STOPPING'],
    ] as const) {
      expect(await mutate(name, { id })).toMatchObject({ rollout: { status }, userErrors: [] });
      await settle(context, number);
    }
    expect(await mutate('resumeRollout', { id })).toEqual({
      rollout: null,
      userErrors: [{ code: 'ROLLOUT_ILLEGAL_STATE', path: ['id'] }],
    });
    expect(await mutate('deleteRollout', { id }, 'deletedIds')).toEqual({ deletedIds: [id], userErrors: [] });
    await settle(context, number);
    const { data } = await door.as()(
      `query ($id: ID!) { rollout(id: $id) { status deleted startedAt finishedAt
          groups(orderBy: { field: STARTED_AT, direction: ASC }) { nodes { startedAt finishedAt } } } rollouts { totalCount }
        all: rollouts(softDeleted: INCLUDE_SOFT_DELETED) { nodes { id } } }`,
      { id },
    );
    expect(data).toEqual({
      rollout: {
        status: 'DELETED',
        deleted: true,
        startedAt: expect.any(String),
        finishedAt: expect.any(String),
        groups: {
          nodes: Array(2).fill({ startedAt: expect.any(String), finishedAt: expect.any(String) }),
        },
      },
      rollouts: { totalCount: 0 },
      all: { nodes: [{ id }] },
    });
  });

  it('are approved, denied and tried again', async () => {
    const context = door.tenant.contextOf();
    await addTargets(context, 'a');
    const finished = await begin(context, { name: 'finished', errorThreshold: 100 });
    await report(context, 'a', 'failure');
    await settle(context, finished);
    expect(await mutate('retryRollout', { id: idOf('Rollout', finished) })).toMatchObject({
      rollout: { name: 'finished_retry', status: 'CREATING' },
    });
    await setConfiguration(context, { 'rollout.approval.enabled': true });
    const [one, other] = [await plan(context, { name: 'one' }), await plan(context, { name: 'other' })];
    const decided = 'rollout { status approvalDecidedBy approvalRemark }';
    expect(await mutate('approveRollout', { id: idOf('Rollout', one), remark: 'go' }, decided)).toMatchObject(
      {
        rollout: { status: 'READY', approvalDecidedBy: 'tester', approvalRemark: 'go' },
      },
    );
    expect(await mutate('denyRollout', { id: idOf('Rollout', other) }, decided)).toMatchObject({
      rollout: { status: 'APPROVAL_DENIED' },
    });
  });

  it('refuse what is unknown, contradicts itself or is not permitted', async () => {
    const context = door.tenant.contextOf();
    await addTargets(context, 'a');
    const distributionSetId = idOf('DistributionSet', await createSet(context, 'set'));
    expect(await mutate('startRollout', { id: 'nonsense' })).toMatchObject({
      userErrors: [{ code: 'ROLLOUT_NOT_FOUND', path: ['id'] }],
    });
    const refused = (input: object) =>
      mutate('createRollout', { name: 'r', filter: 'id==*', distributionSetId, ...input });
    expect(await refused({ distributionSetId: '0' })).toMatchObject({
      userErrors: [{ code: 'DISTRIBUTION_SET_NOT_FOUND', path: ['distributionSetId'] }],
    });
    expect(await refused({ groups: { each: [{ name: 'g', percentage: 101 }] } })).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', path: ['groups', 'each', '0', 'percentage'] }],
    });
    expect(await refused({ groups: { count: 0 } })).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', path: ['groups', 'count'] }],
    });
    expect(await refused({ filter: 'nosuch==1' })).toMatchObject({
      userErrors: [{ code: 'FILTER_FIELD_UNKNOWN', path: ['filter'] }],
    });
    const reader = door.as(['READ_TARGET']);
    expect(codesOf(await reader('{ rollouts { nodes { id } } }'))).toEqual(['FORBIDDEN']);
    expect(
      codesOf(await reader('mutation { stopRollout(input: { id: "1" }) { userErrors { code } } }')),
    ).toEqual(['FORBIDDEN']);
  });

  it('are read with groups, targets, counts and actions in as many statements for many as for one', async () => {
    const context = door.tenant.contextOf();
    await addTargets(context, 'a', 'b');
    const first = await begin(context, { name: 'first', groups: GROUPS as Any });
    const query = `query ($filter: String) { rollouts(filter: $filter, first: 3) { nodes { name targetCounts { running scheduled }
      groups(first: 2) { totalCount nodes { name status targetCounts { running scheduled } targets(first: 2) { totalCount nodes {
        controllerId actions(first: 2, filter: "rollout.id>=0") { nodes { status rollout { name } } } } } } } } } }`;
    const ask = async (filter: string) => {
      const before = door.statements;
      const { data, errors } = await door.as()(query, { filter });
      expect(errors).toEqual([]);
      return { nodes: data.rollouts.nodes, statements: door.statements - before };
    };
    const one = await ask(`id==${first}`);
    const group = (name: string, status: string, counts: object, actionStatus: string) => ({
      name,
      status,
      targetCounts: counts,
      targets: {
        totalCount: 1,
        nodes: [
          {
            controllerId: name,
            actions: { nodes: [{ status: actionStatus, rollout: { name: 'first' } }] },
          },
        ],
      },
    });
    expect(one.nodes).toEqual([
      {
        name: 'first',
        targetCounts: { running: 1, scheduled: 1 },
        groups: {
          totalCount: 2,
          nodes: [
            group('a', 'RUNNING', { running: 1, scheduled: 0 }, 'RUNNING'),
            group('b', 'SCHEDULED', { running: 0, scheduled: 1 }, 'SCHEDULED'),
          ],
        },
      },
    ]);
    for (const name of ['second', 'third']) await plan(context, { name, groupCount: 2 });
    expect((await ask(`id==${first}`)).statements).toBe(one.statements);
    expect((await ask('name==*')).nodes).toHaveLength(3);
    expect((await ask('name==*')).statements).toBe(one.statements);
  });
});
