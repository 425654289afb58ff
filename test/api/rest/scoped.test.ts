import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PERMISSIONS } from '../../../src/services/access/grants.ts';
import { grantsOf } from '../../support/grants.ts';
import { idOf } from '../../support/ids.ts';
import {
  basic,
  type Client,
  clientOf,
  createServedTenant,
  graphql,
  type Request,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

let tenant: ServedTenant;
let setId: number;
let otherSetId: number;
beforeEach(async () => {
  tenant = await createServedTenant(server);
  await post('targets', [
    { controllerId: 'mine', group: 'mine' },
    { controllerId: 'foreign', securityToken: 'secret-of-foreign' },
  ]);
  const [module] = await post('softwaremodules', [{ type: 'os', name: 'm', version: '1' }]);
  const modules = [{ id: module.id }];
  const sets = await post('distributionsets', [
    { type: 'os', name: 'only-mine', version: '1', modules },
    { type: 'os', name: 'other', version: '1', modules },
  ]);
  [setId, otherSetId] = sets.map(({ id }: { id: number }) => id);
  await post(`distributionsets/${setId}/assignedTargets?offline=true`, [{ id: 'mine' }]);
  await post(`distributionsets/${otherSetId}/assignedTargets?offline=true`, [{ id: 'foreign' }]);
});

async function post(path: string, json?: unknown) {
  const answer = await tenant.admin(`/rest/v1/${path}`, { method: 'POST', json });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.json;
}

/** Somebody who may do everything, but read targets only within a scope. */
async function limitedTo(scope: string): Promise<Client> {
  const others = PERMISSIONS.filter((permission) => permission !== 'READ_TARGET');
  const account = { username: 'somebody', password: 'a secret of many letters' };
  const { createUser } = await graphql(
    tenant.admin,
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
    { input: { ...account, grants: grantsOf(...others, `READ_TARGET/${scope}`) } },
  );
  expect(createUser.userErrors).toEqual([]);
  return clientOf(server, basic(`${tenant.name}\\${account.username}`, account.password));
}

/** What it must not do, by the Management API, each tried by GraphQL as well. */
const REFUSED = { status: 403, json: { errorCode: 'hawkbit.server.error.insufficientPermission' } };
type Refusal = [path: string, Request, mutation: string, input: object];

async function expectRefused(client: Client, refusals: readonly Refusal[]): Promise<void> {
  for (const [path, request, mutation, input] of refusals) {
    expect(await client(`/rest/v1/${path}`, request), path).toMatchObject(REFUSED);
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${mutation}(input: $input) { userErrors { code } } }`;
    const { text } = await client('/graphql', { method: 'POST', json: { query, variables: { input } } });
    expect(text, mutation).toContain('FORBIDDEN');
  }
}

const PUT = (json: object): Request => ({ method: 'PUT', json });
const POST = (json?: object): Request => ({ method: 'POST', json });
const DELETE: Request = { method: 'DELETE' };

describe('who is limited to targets of a set by its name', () => {
  const tokenOfForeign = async (client: Client) => (await client('/rest/v1/targets/foreign')).status;

  it('does not reach others by calling their set so', async () => {
    const client = await limitedTo('assignedDs.name==only-mine');
    const renamed = { name: 'only-mine', version: '2' };
    await expectRefused(client, [
      [
        `distributionsets/${otherSetId}`,
        PUT(renamed),
        'updateDistributionSet',
        { id: idOf('DistributionSet', otherSetId), ...renamed },
      ],
    ]);
    expect(await tokenOfForeign(client)).toBe(404);
  });

  it('nor by swapping the names of two sets', async () => {
    const client = await limitedTo('assignedDs.name==only-mine');
    const refusals = [
      [setId, 'x'],
      [otherSetId, 'only-mine'],
    ].map(
      ([id, name]): Refusal => [
        `distributionsets/${id}`,
        PUT({ name }),
        'updateDistributionSet',
        { id: idOf('DistributionSet', Number(id)), name },
      ],
    );
    await expectRefused(client, refusals);
    expect(await tokenOfForeign(client)).toBe(404);
  });

  it('nor by a set that it makes and gives to them, nor by deleting the one that they have', async () => {
    const client = await limitedTo('assignedDs.name==only-mine or assignedDs.name!=other');
    const made = await client(
      '/rest/v1/distributionsets',
      POST([{ type: 'os', name: 'only-mine', version: '3' }] as object),
    );
    expect(made.status).toBe(201);
    const { id } = made.json[0];
    await client(`/rest/v1/distributionsets/${id}/assignedTargets`, POST([{ id: 'foreign' }] as object));
    await client(`/rest/v1/targets/foreign/assignedDS`, POST([{ id }] as object));
    expect((await client(`/rest/v1/distributionsets/${otherSetId}`, DELETE)).status).toBe(204);
    expect(await tokenOfForeign(client)).toBe(404);
  });
});

describe('who reads some targets only', () => {
  it("neither changes nor ends what others' target filters assign", async () => {
    const { id } = await post('targetfilters', { name: 'f', query: 'id==nobody' });
    await post(`targetfilters/${id}/autoAssignDS`, { id: setId });
    const client = await limitedTo('group==mine');
    await expectRefused(client, [
      [
        `targetfilters/${id}`,
        PUT({ query: 'id==*' }),
        'updateTargetFilter',
        { id: idOf('TargetFilter', id), filter: 'id==*' },
      ],
      [
        `targetfilters/${id}`,
        PUT({ name: 'x' }),
        'updateTargetFilter',
        { id: idOf('TargetFilter', id), name: 'x' },
      ],
      [
        `targetfilters/${id}/autoAssignDS`,
        POST({ id: otherSetId }),
        'setAutoAssignment',
        { targetFilterId: idOf('TargetFilter', id), distributionSetId: idOf('DistributionSet', otherSetId) },
      ],
      [
        `targetfilters/${id}/autoAssignDS`,
        DELETE,
        'clearAutoAssignment',
        { targetFilterId: idOf('TargetFilter', id) },
      ],
      [`targetfilters/${id}`, DELETE, 'deleteTargetFilter', { id: idOf('TargetFilter', id) }],
      [`distributionsets/${setId}`, DELETE, 'deleteDistributionSet', { id: idOf('DistributionSet', setId) }],
    ]);
    const { json } = await tenant.admin(`/rest/v1/targetfilters/${id}`);
    expect(json).toMatchObject({ name: 'f', query: 'id==nobody', autoAssignDistributionSet: setId });
  });

  it("neither handles nor ends others' auto-assignments", async () => {
    const startAt = Date.now() + 10_000_000;
    const given = { name: 'auto', targetFilterQuery: 'id==nobody', distributionSetId: setId, startAt };
    const { id } = await post('autoassignments', given);
    const client = await limitedTo('group==mine');
    const path = `autoassignments/${id}`;
    await expectRefused(client, [
      [
        path,
        PUT({ description: 'new' }),
        'updateAutoAssignment',
        { id: idOf('AutoAssignment', id), description: 'new' },
      ],
      [`${path}/start`, POST(), 'startAutoAssignment', { id: idOf('AutoAssignment', id) }],
      [path, DELETE, 'deleteAutoAssignment', { id: idOf('AutoAssignment', id) }],
    ]);
    expect((await tenant.admin(`/rest/v1/${path}`)).json).not.toHaveProperty('description');
  });

  it("starts, stops and deletes no rollout of others' targets, and counts its own in it", async () => {
    const { id } = await post('rollouts', {
      name: 'all',
      distributionSetId: setId,
      targetFilterQuery: 'id==*',
      amountGroups: 1,
    });
    const path = `rollouts/${id}`;
    await vi.waitFor(
      async () => expect((await tenant.admin(`/rest/v1/${path}`)).json.status).toBe('ready'),
      20_000,
    );
    const client = await limitedTo('group==mine');
    await expectRefused(client, [
      [`${path}/start`, POST(), 'startRollout', { id: idOf('Rollout', id) }],
      [`${path}/stop`, POST(), 'stopRollout', { id: idOf('Rollout', id) }],
      [path, DELETE, 'deleteRollout', { id: idOf('Rollout', id) }],
    ]);
    const totals = { totalTargets: 1, totalTargetsPerStatus: { notstarted: 1 } };
    expect((await client(`/rest/v1/${path}`)).json).toMatchObject(totals);
    const groups = await client(`/rest/v1/${path}/deploygroups?representation=full`);
    expect(groups.json.content).toMatchObject([totals]);
    const query = `{ rollout(id: "${idOf('Rollout', id)}") { totalTargets targetCounts { notStarted }
      groups { nodes { totalTargets targetCounts { notStarted } } } } }`;
    const counted = { totalTargets: 1, targetCounts: { notStarted: 1 } };
    expect((await graphql(client, query)).rollout).toEqual({ ...counted, groups: { nodes: [counted] } });
  });

  it('is told by a conflict that an id is taken, and nothing else', async () => {
    const client = await limitedTo('group==mine');
    const answer = await client(
      '/rest/v1/targets',
      POST([{ controllerId: 'new' }, { controllerId: 'foreign' }] as object),
    );
    expect([answer.status, answer.json.errorCode]).toEqual([
      409,
      'hawkbit.server.error.repo.entityAlreadyExists',
    ]);
    expect(answer.text).not.toMatch(/secret-of-foreign|other|mine|"id"/);
    for (const request of [PUT({ name: 'x' }), DELETE])
      expect((await client('/rest/v1/targets/foreign', request)).status).toBe(404);
  });
});
