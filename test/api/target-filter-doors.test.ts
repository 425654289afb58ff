import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf } from '../support/ids.ts';
import {
  type Client,
  createServedTenant,
  graphql,
  startTestServer,
  type TestServer,
} from '../support/server.ts';

/* A distribution set that is for targets of the group `in`, at every door that assigns it. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

let ask: Client;
let setId: number;
const post = async (path: string, json: unknown) => ask(`/rest/v1/${path}`, { method: 'POST', json });
beforeEach(async () => {
  ask = (await createServedTenant(server)).admin;
  const { json: modules } = await post('softwaremodules', [{ name: 'm', version: '1', type: 'os' }]);
  const { createDistributionSets } = await graphql(
    ask,
    `mutation ($input: CreateDistributionSetsInput!) {
      createDistributionSets(input: $input) { distributionSets { id number targetFilter } userErrors { message } } }`,
    {
      input: {
        distributionSets: [
          {
            name: 's',
            version: '1',
            type: { key: 'os' },
            moduleIds: [idOf('SoftwareModule', modules[0].id)],
            targetFilter: 'group==in',
          },
        ],
      },
    },
  );
  expect(createDistributionSets).toMatchObject({
    userErrors: [],
    distributionSets: [{ targetFilter: 'group==in' }],
  });
  setId = Number(createDistributionSets.distributionSets[0].id.split(':')[1]);
  await post(
    'targets',
    ['in-1', 'in-2', 'out-1', 'out-2'].map((controllerId) => ({
      controllerId,
      name: controllerId,
      group: controllerId.split('-')[0],
    })),
  );
});

type Reach = 'inside' | 'outside' | 'both';
const FILTERS: Record<Reach, string> = { inside: 'id==in-*', outside: 'id==out-*', both: 'id==*' };
const NAMES: Record<Reach, string[]> = {
  inside: ['in-1', 'in-2'],
  outside: ['out-1', 'out-2'],
  both: ['in-1', 'in-2', 'out-1', 'out-2'],
};
/** Nobody's time: what the periodic jobs of the server do has tests of its own. */
const FAR_OFF = 4_102_444_800_000;

interface Outcome {
  refused: boolean;
  error: unknown;
}
interface Door {
  /** Whether those outside are left out: where there are others, nothing is refused. */
  leavesOut: boolean;
  go: (reach: Reach, force: boolean) => Promise<Outcome>;
}

const byRest = async (path: string, json: unknown): Promise<Outcome> => {
  const { status, json: error } = await post(path, json);
  return { refused: status >= 400, error };
};
const idsOf = async (names: readonly string[]): Promise<string[]> => {
  const filter = `id=in=(${names.join()})`;
  const query = 'query ($filter: String) { targets(filter: $filter) { nodes { id } } }';
  return (await graphql(ask, query, { filter })).targets.nodes.map(({ id }: { id: string }) => id);
};

const byGraphql = async (name: string, input: object, force: boolean): Promise<Outcome> => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) {
    userErrors { code message path refusedTargets { count controllerIds } } } }`;
  const forced = force ? { ignoreTargetFilter: true } : {};
  const answer = await graphql(ask, query, {
    input: { ...input, distributionSetId: idOf('DistributionSet', setId), ...forced },
  });
  const [error] = answer[name].userErrors;
  return { refused: error !== undefined, error };
};
const savedFilter = async (reach: Reach): Promise<number> =>
  (await post('targetfilters', { name: reach, query: FILTERS[reach] })).json.id;

const REST: Record<string, Door> = {
  'POST /distributionsets/{id}/assignedTargets': {
    leavesOut: false,
    go: (reach) =>
      byRest(
        `distributionsets/${setId}/assignedTargets`,
        NAMES[reach].map((id) => ({ id })),
      ),
  },
  'POST /distributionsets/{id}/assignedTargets?offline=true': {
    leavesOut: false,
    go: (reach) =>
      byRest(
        `distributionsets/${setId}/assignedTargets?offline=true`,
        NAMES[reach].map((id) => ({ id })),
      ),
  },
  'POST /targets/{id}/assignedDS': {
    leavesOut: false,
    go: (reach) => byRest(`targets/${NAMES[reach].at(-1)}/assignedDS`, { id: setId }),
  },
  'POST /rollouts': {
    leavesOut: true,
    go: (reach) =>
      byRest('rollouts', {
        name: 'r',
        distributionSetId: setId,
        targetFilterQuery: FILTERS[reach],
        amountGroups: 1,
      }),
  },
  'POST /targetfilters/{id}/autoAssignDS': {
    leavesOut: true,
    go: async (reach) => byRest(`targetfilters/${await savedFilter(reach)}/autoAssignDS`, { id: setId }),
  },
  'PUT /targetfilters/{id} of a filter that assigns': {
    leavesOut: true,
    async go(reach) {
      const id = await savedFilter('inside');
      await post(`targetfilters/${id}/autoAssignDS`, { id: setId });
      const { status, json } = await ask(`/rest/v1/targetfilters/${id}`, {
        method: 'PUT',
        json: { query: `${FILTERS[reach]} and name==*` },
      });
      return { refused: status >= 400, error: json };
    },
  },
  'POST /autoassignments': {
    leavesOut: true,
    go: (reach) =>
      byRest('autoassignments', {
        name: 'n',
        targetFilterQuery: FILTERS[reach],
        distributionSetId: setId,
        startAt: FAR_OFF,
      }),
  },
};

const GRAPHQL: Record<string, Door> = {
  'assignDistributionSet by ids': {
    leavesOut: false,
    go: async (reach, force) =>
      byGraphql('assignDistributionSet', { targets: { ids: await idsOf(NAMES[reach]) } }, force),
  },
  'assignDistributionSet by filter': {
    leavesOut: false,
    go: (reach, force) => byGraphql('assignDistributionSet', { targets: { filter: FILTERS[reach] } }, force),
  },
  'assignDistributionSet as a dry run': {
    leavesOut: false,
    go: (reach, force) =>
      byGraphql('assignDistributionSet', { targets: { filter: FILTERS[reach] }, dryRun: true }, force),
  },
  createRollout: {
    leavesOut: true,
    go: (reach, force) => byGraphql('createRollout', { name: 'r', filter: FILTERS[reach] }, force),
  },
  createAutoAssignment: {
    leavesOut: true,
    go: (reach, force) =>
      byGraphql(
        'createAutoAssignment',
        { name: 'n', filter: FILTERS[reach], startAt: new Date(FAR_OFF).toISOString() },
        force,
      ),
  },
  setAutoAssignment: {
    leavesOut: true,
    go: async (reach, force) =>
      byGraphql(
        'setAutoAssignment',
        {
          targetFilterId: idOf('TargetFilter', await savedFilter(reach)),
          startAt: new Date(FAR_OFF).toISOString(),
        },
        force,
      ),
  },
};

describe.each(Object.entries(REST))('by REST, %s', (_, { go, leavesOut }) => {
  it('takes targets inside', async () => expect(await go('inside', false)).toMatchObject({ refused: false }));

  it("refuses targets outside with hawkBit's error of incompatible types", async () => {
    const { refused, error } = await go('outside', false);
    expect(refused).toBe(true);
    expect(error).toMatchObject({
      errorCode: 'hawkbit.server.error.target.type.incompatible',
      message: expect.stringContaining("'out-2'"),
    });
  });

  it(leavesOut ? 'leaves those outside out' : 'refuses all where one is outside', async () =>
    expect(await go('both', false)).toMatchObject({ refused: !leavesOut }),
  );
});

describe.each(Object.entries(GRAPHQL))('by GraphQL, %s', (name, { go, leavesOut }) => {
  it('takes targets inside', async () => expect(await go('inside', false)).toMatchObject({ refused: false }));

  it('refuses targets outside, and says how many and which', async () => {
    const { error } = await go('outside', false);
    const ofAssignment = name.endsWith('by ids') ? ['targets'] : ['targets', 'filter'];
    const ofOther = name === 'setAutoAssignment' ? ['targetFilterId'] : ['filter'];
    expect(error).toMatchObject({
      code: 'OUTSIDE_TARGET_FILTER',
      path: name.startsWith('assignDistributionSet') ? ofAssignment : ofOther,
      refusedTargets: { count: 2, controllerIds: ['out-1', 'out-2'] },
    });
  });

  it(leavesOut ? 'leaves those outside out' : 'refuses all where one is outside', async () =>
    expect(await go('both', false)).toMatchObject({ refused: !leavesOut }),
  );

  it.each(['outside', 'both'] as const)('takes targets %s if forced', async (reach) =>
    expect(await go(reach, true)).toMatchObject({ refused: false }),
  );
});

it('REST neither shows the filter of a set nor changes it', async () => {
  const { json } = await ask(`/rest/v1/distributionsets/${setId}`, { method: 'PUT', json: { name: 'new' } });
  expect(json).toMatchObject({ name: 'new' });
  expect(json).not.toHaveProperty('targetFilter');
  const query = 'query ($id: ID!) { node(id: $id) { ... on DistributionSet { targetFilter } } }';
  const { node } = await graphql(ask, query, { id: idOf('DistributionSet', setId) });
  expect(node).toEqual({ targetFilter: 'group==in' });
});
