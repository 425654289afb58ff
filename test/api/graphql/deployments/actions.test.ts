import { beforeEach, describe, expect, it } from 'vitest';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { reportDeployment } from '../../../../src/services/devices/reports/report-deployment.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { createSet } from '../../../services/deployments/assignments/support.ts';
import { idOf, numberOf } from '../../../support/ids.ts';
import { type Any, codesOf, createTargets, openTestDoor } from '../support.ts';

const door = openTestDoor();

let sets: [first: string, second: string];
beforeEach(async () => {
  const context = door.tenant.contextOf();
  sets = [
    idOf('DistributionSet', await createSet(context, 'first')),
    idOf('DistributionSet', await createSet(context, 'second')),
  ];
  await createTargets(door.as(), 3);
});

/** Runs a mutation; its payload. */
async function mutate(name: string, input: object, selection = 'affectedCount'): Promise<Any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} userErrors { code path message } } }`;
  const { data, errors } = await door.as()(query, { input });
  if (errors.length) throw new Error(JSON.stringify(errors));
  return data[name];
}

/** Assigns the first set, unless told otherwise; the ids of the actions. */
async function assign(input: object = {}): Promise<string[]> {
  const all = { distributionSetId: sets[0], targets: { filter: 'id==*' }, ...input };
  const { actions } = await mutate(
    'assignDistributionSet',
    all,
    'actions(orderBy: { field: ID, direction: ASC }) { nodes { id } }',
  );
  return actions.nodes.map(({ id }: Any) => id);
}

async function query(text: string, variables: object = {}): Promise<Any> {
  const { data, errors } = await door.as()(text, variables);
  if (errors.length) throw new Error(JSON.stringify(errors));
  return data;
}

describe('assignDistributionSet', () => {
  it('answers with the new actions, and what was so already', async () => {
    const input = {
      distributionSetId: sets[0],
      targets: { filter: 'id!=d-003' },
      forceType: 'TIME_FORCED',
      forcedAt: '2030-01-01T00:00:00.000Z',
      weight: 7,
      maintenanceWindow: { schedule: '0 0 3 ? * SUN', duration: '01:00:00', timezone: '+02:00' },
      externalRef: 'ref',
    };
    const selection = `affectedCount alreadyAssignedCount distributionSet { locked } actions(last: 1) { totalCount nodes {
      status active forceType forcedAt weight maintenanceWindow { schedule duration timezone } externalRef initiatedBy
      lastStatusCode target { controllerId updateStatus } distributionSet { name } } }`;
    const { distributionSetId: _, targets: __, ...options } = input;
    expect(await mutate('assignDistributionSet', { ...input, dryRun: true }, selection)).toMatchObject({
      affectedCount: 2,
      actions: { totalCount: 0 },
    });
    expect(await mutate('assignDistributionSet', input, selection)).toEqual({
      affectedCount: 2,
      alreadyAssignedCount: 0,
      distributionSet: { locked: true },
      userErrors: [],
      actions: {
        totalCount: 2,
        nodes: [
          {
            ...options,
            status: 'RUNNING',
            active: true,
            initiatedBy: 'tester',
            lastStatusCode: null,
            target: { controllerId: 'd-001', updateStatus: 'PENDING' },
            distributionSet: { name: 'first' },
          },
        ],
      },
    });
    expect(
      await mutate('assignDistributionSet', { ...input, targets: { filter: 'id==*' } }, selection),
    ).toMatchObject({
      affectedCount: 1,
      alreadyAssignedCount: 2,
    });
  });

  it.each([
    [{ distributionSetId: 'x' }, 'DISTRIBUTION_SET_NOT_FOUND', ['distributionSetId']],
    [{ targets: { ids: ['x'] } }, 'TARGET_NOT_FOUND', ['targets', 'ids', '0']],
    [{ weight: 1001 }, 'INVALID_INPUT', ['weight']],
    [
      { maintenanceWindow: { schedule: '* * *', duration: '01:00:00', timezone: 'Z' } },
      'MAINTENANCE_WINDOW_INVALID',
      ['maintenanceWindow', 'schedule'],
    ],
    [{ targets: { filter: 'nosuch==x' } }, 'FILTER_FIELD_UNKNOWN', ['targets', 'filter']],
  ])('refuses %j', async (change, code, path) => {
    const input = { distributionSetId: sets[0], targets: { filter: 'id==*' }, ...change };
    const { affectedCount, userErrors } = await mutate('assignDistributionSet', input);
    expect([affectedCount, userErrors]).toMatchObject([0, [{ code, path }]]);
    expect(userErrors[0].message).not.toContain('assignments');
    expect((await query('{ actions { totalCount } }')).actions.totalCount).toBe(0);
  });
});

describe('what is nested', () => {
  const DEPLOYED = 'assignedDistributionSet { name } installedDistributionSet { name }';

  it('tells of targets what they are to have and have, and their actions', async () => {
    const [old] = await assign({ targets: { filter: 'id==d-001' }, offline: true });
    const [running] = await assign({ targets: { filter: 'id==d-001' }, distributionSetId: sets[1] });
    const { targets } = await query(
      `{ targets { nodes { ${DEPLOYED} actions { totalCount nodes { id status } } } } }`,
    );
    expect(targets.nodes[0]).toEqual({
      assignedDistributionSet: { name: 'second' },
      installedDistributionSet: { name: 'first' },
      actions: {
        totalCount: 2,
        nodes: [
          { id: running, status: 'RUNNING' },
          { id: old, status: 'FINISHED' },
        ],
      },
    });
    expect(targets.nodes[1]).toEqual({
      assignedDistributionSet: null,
      installedDistributionSet: null,
      actions: { totalCount: 0, nodes: [] },
    });
  });

  it('tells of sets who is to have them and who has them', async () => {
    await assign({ targets: { filter: 'id==d-003' }, offline: true });
    await assign({ targets: { filter: 'id!=d-001' }, distributionSetId: sets[1] });
    const parts = 'totalCount nodes { controllerId }';
    const { distributionSets } = await query(
      `{ distributionSets { nodes { assignedTargets { ${parts} } installedTargets { ${parts} }
        some: assignedTargets(filter: "id==d-003", last: 1) { ${parts} } actions { totalCount } } } }`,
    );
    const ordered = await query(
      `{ distributionSets(filter: "id==${numberOf(sets[1]!)}") { nodes {
        down: assignedTargets(orderBy: [{ field: NAME, direction: DESC }]) { nodes { name } }
        page: assignedTargets(first: 1, orderBy: [{ field: CREATED_AT, direction: ASC }, { field: NAME, direction: DESC }]) {
          nodes { name } pageInfo { hasNextPage } } } } }`,
    );
    expect(ordered.distributionSets.nodes).toEqual([
      {
        down: { nodes: [{ name: 'd-003' }, { name: 'd-002' }] },
        page: { nodes: [{ name: 'd-003' }], pageInfo: { hasNextPage: true } },
      },
    ]);
    const [none, one] = [
      { totalCount: 0, nodes: [] },
      { totalCount: 1, nodes: [{ controllerId: 'd-003' }] },
    ];
    expect(distributionSets.nodes).toEqual([
      { assignedTargets: none, installedTargets: one, some: none, actions: { totalCount: 1 } },
      {
        assignedTargets: { totalCount: 2, nodes: [{ controllerId: 'd-002' }, { controllerId: 'd-003' }] },
        installedTargets: none,
        some: one,
        actions: { totalCount: 2 },
      },
    ]);
  });

  it('pages each list by itself', async () => {
    for (const distributionSetId of [...sets, ...sets]) await assign({ distributionSetId });
    const page = async (args: string) => {
      const { targets } = await query(
        `{ targets { nodes { actions(${args}) { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }`,
      );
      return targets.nodes.map(({ actions }: Any) => actions);
    };
    const [all] = await page('first: 9');
    const ids = all.nodes.map(({ id }: Any) => id);
    expect(ids).toHaveLength(4);
    const [start] = await page('first: 3');
    expect(start.nodes.map(({ id }: Any) => id)).toEqual(ids.slice(0, 3));
    expect(start.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const [rest] = await page(`first: 3, after: "${start.pageInfo.endCursor}"`);
    expect(rest.nodes.map(({ id }: Any) => id)).toEqual(ids.slice(3));
    expect((await page('last: 1')).map(({ nodes }: Any) => nodes.length)).toEqual([1, 1, 1]);
    const { errors } = await door.as()('{ targets { nodes { actions(after: "x") { nodes { id } } } } }');
    expect(errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', userErrors: [{ path: ['after'] }] });
  });

  it('takes as many statements for many as for one', async () => {
    for (const distributionSetId of [...sets].toReversed()) await assign({ distributionSetId });
    await assign({ distributionSetId: sets[1], targets: { filter: 'id==d-003' } });
    const ask = door.as();
    const statements = async (text: string) => {
      await ask(text);
      const before = door.statements;
      const { errors } = await ask(text);
      expect(errors).toEqual([]);
      return door.statements - before;
    };
    const history = 'statusHistory(first: 1) { totalCount nodes { status messages } }';
    const actions = `actions(first: 5) { totalCount nodes { status target { controllerId } distributionSet { name } ${history} } }`;
    const ofTargets = (first: number) => `{ targets(first: ${first}) { nodes { ${DEPLOYED} ${actions} } } }`;
    expect(await statements(ofTargets(3))).toBe(await statements(ofTargets(1)));
    const targets = 'totalCount nodes { controllerId tags { name } }';
    const ofSets = (first: number) =>
      `{ distributionSets(first: ${first}) { nodes { assignedTargets { ${targets} } installedTargets { ${targets} } ${actions} } } }`;
    expect(await statements(ofSets(2))).toBe(await statements(ofSets(1)));
  });

  it('shows what the caller may see, and no more', async () => {
    const [id] = await assign();
    const some = door.as(['READ_TARGET/id==d-001', 'READ_DISTRIBUTION_SET'] as never);
    const { data } = await some(
      `query ($id: ID!) { action(id: $id) { target { controllerId } } actions { totalCount }
        distributionSets { nodes { actions { totalCount } assignedTargets { totalCount nodes { controllerId } } } } }`,
      { id },
    );
    expect(data).toMatchObject({
      action: { target: { controllerId: 'd-001' } },
      actions: { totalCount: 1 },
      distributionSets: {
        nodes: [
          {
            actions: { totalCount: 1 },
            assignedTargets: { totalCount: 1, nodes: [{ controllerId: 'd-001' }] },
          },
          { actions: { totalCount: 0 }, assignedTargets: { totalCount: 0, nodes: [] } },
        ],
      },
    });
    const others = door.as(['READ_TARGET/id==d-002', 'READ_DISTRIBUTION_SET/name==second'] as never);
    const { data: beyond } = await others(
      'query ($id: ID!) { action(id: $id) { id } actions { nodes { distributionSet { name } } } targets { nodes { assignedDistributionSet { name } } } }',
      { id },
    );
    expect(beyond).toEqual({
      action: null,
      actions: { nodes: [{ distributionSet: null }] },
      targets: { nodes: [{ assignedDistributionSet: null }] },
    });
    expect(codesOf(await door.as(['READ_DISTRIBUTION_SET'])('{ actions { totalCount } }'))).toEqual([
      'FORBIDDEN',
    ]);
  });
});

describe('actions', () => {
  it('are canceled, and ended at once by force', async () => {
    const [first, second, third] = await assign();
    const selection = 'affectedCount actions { nodes { id status } }';
    expect(
      await mutate('cancelActions', { actions: { filter: 'active==true' }, dryRun: true }, selection),
    ).toEqual({
      affectedCount: 3,
      actions: { nodes: [] },
      userErrors: [],
    });
    expect(await mutate('cancelActions', { actions: { ids: [first] } }, selection)).toEqual({
      affectedCount: 1,
      actions: { nodes: [{ id: first, status: 'CANCELING' }] },
      userErrors: [],
    });
    expect(await mutate('cancelActions', { actions: { ids: [second, first] } }, selection)).toMatchObject({
      affectedCount: 0,
      userErrors: [{ code: 'ACTION_NOT_CANCELABLE', path: ['actions', 'ids', '1'] }],
    });
    expect(
      await mutate('cancelActions', { actions: { filter: 'status==canceling' }, force: true }, selection),
    ).toMatchObject({
      actions: { nodes: [{ id: first, status: 'CANCELED' }] },
    });
    expect(await mutate('cancelActions', { actions: { ids: [third, 'x'] } })).toMatchObject({
      userErrors: [
        { code: 'ACTION_NOT_FOUND', path: ['actions', 'ids', '1'], message: expect.stringContaining('{x}') },
      ],
    });
  });

  it('are forced, confirmed and deleted', async () => {
    const context = door.tenant.contextOf();
    await setConfiguration(context, { 'user.confirmation.flow.enabled': true });
    const [waiting, other] = await assign({ forceType: 'SOFT' });
    const confirmed = await mutate(
      'confirmActions',
      { actions: { ids: [waiting] }, details: ['fine'], code: 5 },
      'actions { nodes { status lastStatusCode statusHistory(first: 1) { nodes { status code messages } } } }',
    );
    expect(confirmed.actions.nodes).toEqual([
      {
        status: 'RUNNING',
        lastStatusCode: 5,
        statusHistory: {
          nodes: [
            {
              status: 'RUNNING',
              code: 5,
              messages: [
                'fine',
                expect.stringMatching(/^Update Server: Target confirmed action\./),
                'Confirmation status code: 5',
              ],
            },
          ],
        },
      },
    ]);
    expect((await mutate('confirmActions', { actions: { ids: [waiting] } })).userErrors).toMatchObject([
      { code: 'ACTION_NOT_WAITING' },
    ]);
    const denied = { actions: { ids: [other] }, confirmation: 'DENIED' };
    expect(await mutate('confirmActions', denied, 'actions { nodes { status } }')).toMatchObject({
      actions: { nodes: [{ status: 'WAIT_FOR_CONFIRMATION' }] },
    });
    expect(
      await mutate(
        'forceActions',
        { actions: { filter: 'active==true' } },
        'affectedCount actions { nodes { forceType } }',
      ),
    ).toEqual({
      affectedCount: 3,
      actions: { nodes: Array(3).fill({ forceType: 'FORCED' }) },
      userErrors: [],
    });
    const device = asDevice(context, await context.tenants.byId(context.caller.tenantId), 'd-001', {
      address: 'x',
    });
    await reportDeployment(device, numberOf(waiting), {
      execution: 'closed',
      result: 'success',
      details: [],
    });
    const gone = await mutate('deleteActions', { actions: { ids: [waiting] } }, 'deletedCount');
    expect(gone).toEqual({ deletedCount: 1, userErrors: [] });
    const { action } = await query('query ($id: ID!) { action(id: $id) { id } }', { id: waiting });
    expect(action).toBeNull();
  });
});
