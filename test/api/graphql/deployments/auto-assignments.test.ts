import { describe, expect, it } from 'vitest';
import { createTargetFilter } from '../../../../src/services/fleet/target-filters/create.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { assign, createSet } from '../../../services/deployments/assignments/support.ts';
import { autoAssignment, FAR_OFF } from '../../../services/deployments/auto-assignments/support.ts';
import { idOf } from '../../../support/ids.ts';
import { type Any, codesOf, createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();

async function mutate(name: string, input: object, selection = 'autoAssignment { id name status }') {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} userErrors { code path } } }`;
  const { data, errors } = await door.as()(query, { input });
  if (errors.length) throw new Error(JSON.stringify(errors));
  return data[name];
}
const CHANGED = { userErrors: [] };

describe('auto-assignments', () => {
  it('are created, read, handled and deleted', async () => {
    const distributionSetId = idOf('DistributionSet', await createSet(door.tenant.contextOf(), 'first'));
    const created = await mutate(
      'createAutoAssignment',
      { name: 'n', filter: 'id==*', distributionSetId, forceType: 'SOFT', weight: 3, startAt: FAR_OFF },
      'autoAssignment { id name filter status forceType weight confirmationRequired startAt initiatedBy }',
    );
    const { id, ...shown } = created.autoAssignment;
    expect(shown).toEqual({
      name: 'n',
      filter: 'id==*',
      status: 'READY',
      forceType: 'SOFT',
      weight: 3,
      confirmationRequired: false,
      startAt: FAR_OFF.toISOString(),
      initiatedBy: 'tester',
    });
    const renamed = await mutate('updateAutoAssignment', { id, name: 'new' });
    expect(renamed).toEqual({ ...CHANGED, autoAssignment: { id, name: 'new', status: 'READY' } });
    for (const description of ['d', null])
      expect(
        await mutate('updateAutoAssignment', { id, description }, 'autoAssignment { description }'),
      ).toEqual({ ...CHANGED, autoAssignment: { description } });
    expect(await mutate('updateAutoAssignment', { id, name: null })).toEqual({
      autoAssignment: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['name'] }],
    });
    for (const [name, status] of [
      ['startAutoAssignment', 'RUNNING'],
      ['pauseAutoAssignment', 'PAUSED'],
      ['resumeAutoAssignment', 'RUNNING'],
    ] as const)
      expect(await mutate(name, { id })).toMatchObject({ ...CHANGED, autoAssignment: { status } });
    expect(await mutate('startAutoAssignment', { id })).toEqual({
      autoAssignment: null,
      userErrors: [{ code: 'AUTO_ASSIGNMENT_ILLEGAL_STATE', path: ['id'] }],
    });

    const { data } = await door.as()(
      `query ($id: ID!) { autoAssignment(id: $id) { distributionSet { name } }
        autoAssignments(filter: "name==new", orderBy: { field: NAME, direction: ASC }) { totalCount nodes { id } } }`,
      { id },
    );
    expect(data.autoAssignment).toEqual({ distributionSet: { name: 'first' } });
    expect(data.autoAssignments).toEqual({ totalCount: 1, nodes: [{ id }] });

    expect(await mutate('deleteAutoAssignment', { id }, 'deletedIds')).toEqual({
      ...CHANGED,
      deletedIds: [id],
    });
    const gone = await door.as()('query ($id: ID!) { autoAssignment(id: $id) { id } }', { id });
    expect(gone.data.autoAssignment).toBeNull();
  });

  it('are approved and denied', async () => {
    const context = door.tenant.contextOf();
    await setConfiguration(context, { 'auto.assignment.approval.enabled': true });
    const setId = await createSet(context, 'first');
    const [one, other] = [
      await autoAssignment(context, setId),
      await autoAssignment(context, setId, { name: 'other' }),
    ];
    const selection = 'autoAssignment { status approvalDecidedBy approvalRemark }';
    expect(
      await mutate('approveAutoAssignment', { id: idOf('AutoAssignment', one.id), remark: 'ok' }, selection),
    ).toMatchObject({
      autoAssignment: { status: 'READY', approvalDecidedBy: 'tester', approvalRemark: 'ok' },
    });
    expect(
      await mutate('denyAutoAssignment', { id: idOf('AutoAssignment', other.id) }, selection),
    ).toMatchObject({
      autoAssignment: { status: 'APPROVAL_DENIED', approvalRemark: null },
    });
  });

  it('are refused where the input is wrong', async () => {
    const input = { name: 'n', filter: 'id=', distributionSetId: 'x' };
    const refused = (code: string, path: string[]) => ({
      autoAssignment: null,
      userErrors: [{ code, path }],
    });
    expect(await mutate('createAutoAssignment', input)).toEqual(refused('FILTER_SYNTAX', ['filter']));
    expect(await mutate('createAutoAssignment', { ...input, filter: 'id==*' })).toEqual(
      refused('DISTRIBUTION_SET_NOT_FOUND', ['distributionSetId']),
    );
    expect(
      await mutate('createAutoAssignment', { ...input, filter: 'id==*', forceType: 'TIME_FORCED' }),
    ).toEqual(refused('AUTO_ASSIGNMENT_FORCE_TYPE_INVALID', ['forceType']));
    expect(await mutate('pauseAutoAssignment', { id: '0' })).toEqual(
      refused('AUTO_ASSIGNMENT_NOT_FOUND', ['id']),
    );
    const forbidden = await door.as(['READ_TARGET'])('{ autoAssignments { nodes { id } } }');
    expect(codesOf(forbidden)).toEqual(['FORBIDDEN']);
  });
});

it('filters assign sets by themselves, until that is cleared', async () => {
  const context = door.tenant.contextOf();
  const ids = [];
  for (const name of ['a', 'b', 'c'])
    ids.push(idOf('TargetFilter', (await createTargetFilter(context, { name, filter: 'id==*' })).id));
  const [targetFilterId] = ids;
  const distributionSetId = idOf('DistributionSet', await createSet(context, 'first'));
  const input = { targetFilterId, distributionSetId, startAt: FAR_OFF };
  expect(await mutate('setAutoAssignment', input)).toMatchObject({
    autoAssignment: { name: 'a', status: 'READY' },
  });
  const filters = async () => {
    const before = door.statements;
    const { data } = await door.as()(
      '{ targetFilters { nodes { name autoAssignment { distributionSet { id statistics { autoAssignments } } } } } }',
    );
    return { nodes: data.targetFilters.nodes as Any[], statements: door.statements - before };
  };
  const distributionSet = { id: distributionSetId, statistics: { autoAssignments: 1 } };
  expect((await filters()).nodes).toEqual([
    { name: 'a', autoAssignment: { distributionSet } },
    { name: 'b', autoAssignment: null },
    { name: 'c', autoAssignment: null },
  ]);
  const { statements } = await filters();
  await mutate('setAutoAssignment', { ...input, targetFilterId: ids[1] });
  expect((await filters()).statements, 'as many, however many assign').toBe(statements);

  const cleared = await mutate('clearAutoAssignment', { targetFilterId }, 'targetFilterId');
  expect(cleared).toEqual({ ...CHANGED, targetFilterId });
  expect((await filters()).nodes[0].autoAssignment).toBeNull();
  const unknown = {
    targetFilterId: null,
    userErrors: [{ code: 'TARGET_FILTER_NOT_FOUND', path: ['targetFilterId'] }],
  };
  expect(await mutate('clearAutoAssignment', { targetFilterId: 'x' }, 'targetFilterId')).toEqual(unknown);
});

it('sets tell what is done with them, in numbers', async () => {
  const context = door.tenant.contextOf();
  const controllerIds = await createTargets(door.as(), 3);
  const setId = await createSet(context, 'first');
  await assign(context, setId, controllerIds.slice(0, 1), { offline: true });
  await assign(context, setId, controllerIds.slice(1));
  await autoAssignment(context, setId);
  const { data } = await door.as()(
    '{ distributionSets { nodes { statistics { actions { status count } autoAssignments } } } }',
  );
  expect(data.distributionSets.nodes).toEqual([
    {
      statistics: {
        actions: [
          { status: 'FINISHED', count: 1 },
          { status: 'RUNNING', count: 2 },
        ],
        autoAssignments: 1,
      },
    },
  ]);
});
