import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PERMISSIONS } from '../../../src/services/access/grants.ts';
import { grantsOf } from '../../support/grants.ts';
import {
  basic,
  type Client,
  clientOf,
  createServedTenant,
  graphql,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';

let server: TestServer;
let tenant: ServedTenant;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await createServedTenant(server);
  await makeAll();
}, 60_000);
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

/** By what is read only by a permission of its own: the permission, and the texts that are its. */
const SECRETS = {
  DISTRIBUTION_SET: ['mars-set', 'mars-version'],
  DISTRIBUTION_SET_TYPE: ['venus-key', 'venus-name'],
  SOFTWARE_MODULE: ['saturn-module', 'saturn-version'],
  SOFTWARE_MODULE_TYPE: ['pluto-key', 'pluto-name'],
  TARGET_TYPE: ['ceres-key', 'ceres-name'],
  ROLLOUT: ['neptune-rollout'],
};

/** What stands for a parameter of a path. */
const ids: Record<string, string | number> = {
  targetId: 'device',
  controllerId: 'device',
  metadataKey: 'key',
  keyName: 'pollingTime',
  group: 'group',
};

const post = async (path: string, json?: unknown) => {
  const answer = await tenant.admin(`/rest/v1/${path}`, { method: 'POST', json });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.json;
};

/** One of everything, all of which has to do with all. */
async function makeAll(): Promise<void> {
  const [moduleType] = await post('softwaremoduletypes', [
    { key: 'pluto-key', name: 'pluto-name', maxAssignments: 1 },
  ]);
  const [setType] = await post('distributionsettypes', [
    {
      key: 'venus-key',
      name: 'venus-name',
      mandatorymodules: [{ id: moduleType.id }],
    },
  ]);
  const [module] = await post('softwaremodules', [
    { type: 'pluto-key', name: 'saturn-module', version: 'saturn-version' },
  ]);
  const body = new FormData();
  body.append('file', new Blob(['content']), 'file');
  const path = `/rest/v1/softwaremodules/${module.id}`;
  const artifact = await tenant.admin(`${path}/artifacts`, { method: 'POST', body });
  const [set] = await post('distributionsets', [
    {
      type: 'venus-key',
      name: 'mars-set',
      version: 'mars-version',
      modules: [{ id: module.id }],
    },
  ]);
  const [targetType] = await post('targettypes', [
    {
      key: 'ceres-key',
      name: 'ceres-name',
      compatibledistributionsettypes: [{ id: setType.id }],
    },
  ]);
  await post('targets', [{ controllerId: 'device', targetType: targetType.id, group: 'group' }]);
  await post('targets/device/metadata', [{ key: 'key', value: 'v' }]);
  await post(`distributionsets/${set.id}/metadata`, [{ key: 'key', value: 'v' }]);
  await post(`softwaremodules/${module.id}/metadata`, [{ key: 'key', value: 'v' }]);
  const [targetTag] = await post('targettags', [{ name: 'tag' }]);
  const [setTag] = await post('distributionsettags', [{ name: 'tag' }]);
  await post(`targettags/${targetTag.id}/assigned`, ['device']);
  await post(`distributionsettags/${setTag.id}/assigned`, [set.id]);
  const assigning = { distributionSetId: set.id, targetFilterQuery: 'id==nobody', name: 'auto' };
  const auto = await post('autoassignments', assigning);
  const filter = await post('targetfilters', { name: 'filter', query: 'id==nobody' });
  await post(`targetfilters/${filter.id}/autoAssignDS`, { id: set.id });
  await post(`distributionsets/${set.id}/assignedTargets?offline=true`, [{ id: 'device' }]);
  const [other] = await post('distributionsets', [
    {
      type: 'venus-key',
      name: 'mars-set',
      version: 'mars-version-2',
      modules: [{ id: module.id }],
    },
  ]);
  const rollout = await post('rollouts', {
    name: 'neptune-rollout',
    distributionSetId: other.id,
    targetFilterQuery: 'id==device',
    amountGroups: 1,
  });
  const ofRollout = async () => (await tenant.admin(`/rest/v1/rollouts/${rollout.id}`)).json.status;
  await vi.waitFor(async () => expect(await ofRollout()).toBe('ready'), 20_000);
  await post(`rollouts/${rollout.id}/start`);
  await vi.waitFor(async () => expect(await ofRollout()).toBe('running'), 20_000);
  const groups = await tenant.admin(`/rest/v1/rollouts/${rollout.id}/deploygroups`);
  const actions = await tenant.admin('/rest/v1/targets/device/actions?q=active==true');
  Object.assign(ids, {
    actionId: actions.json.content[0].id,
    id: auto.id,
    distributionSetId: set.id,
    distributionsetTagId: setTag.id,
    distributionSetTypeId: setType.id,
    softwareModuleTypeId: moduleType.id,
    rolloutId: rollout.id,
    groupId: groups.json.content[0].id,
    softwareModuleId: module.id,
    artifactId: artifact.json.id,
    filterId: filter.id,
    targetTagId: targetTag.id,
    targetTypeId: targetType.id,
  });
}

/** What the Management API can be asked, by its table in the documentation. */
const PATHS = [
  ...readFileSync(new URL('../../../docs/compatibility.md', import.meta.url), 'utf8').matchAll(
    /^\| `(\/rest\/v1\/[^`]+)` \| [A-Z ]*GET/gm,
  ),
].map(([, path]) => path!);
const filled = (path: string) => path.replaceAll(/\{(\w+)\}/g, (_, name) => String(ids[name]));

let users = 0;

async function clientWith(permissions: string[]): Promise<Client> {
  const username = `user ${users++}`;
  const { createUser } = await graphql(
    tenant.admin,
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { username } userErrors { message } } }',
    { input: { username, password: 'a secret of many letters', grants: grantsOf(...permissions) } },
  );
  expect(createUser.userErrors).toEqual([]);
  return clientOf(server, basic(`${tenant.name}\\${username}`, 'a secret of many letters'));
}

const EVERYTHING = `{
  targets { edges { node { controllerId targetType { key name } tags { name }
    assignedDistributionSet { name version type { key name } modules { name version type { key name } } }
    installedDistributionSet { name } actions { edges { node { distributionSet { name } rollout { name } } } } } } }
  distributionSets { edges { node { name version type { key name } modules { name version type { key name } } } } }
  softwareModules { edges { node { name version type { key name } } } }
  distributionSetTypes { edges { node { key name moduleTypes { moduleType { key name } } } } }
  softwareModuleTypes { edges { node { key name } } }
  targetTypes { edges { node { key name compatibleDistributionSetTypes { key name } } } }
  rollouts { edges { node { name distributionSet { name } } } }
  autoAssignments { edges { node { name distributionSet { name } } } }
  targetFilters { edges { node { name autoAssignment { distributionSet { name } } } } }
}`;

describe.each(Object.entries(SECRETS))('who may not read %s', (group, secrets) => {
  const others = PERMISSIONS.filter(
    (permission) => permission !== `READ_${group}` && permission !== 'READ_AUDIT',
  );
  const without = others.filter((permission) => !permission.endsWith(`_${group}`));
  const told = (text: string) => secrets.filter((secret) => text.includes(secret));

  const ways: [string, string[]][] = [
    ['at all', without],
    ['with a scope that leaves it out', [...others, `READ_${group}/name==nothing`]],
  ];
  // Types are read by all who may do something with what has them, and no scope is about rollouts.
  const tried = ways.filter(([way]) => (way === 'at all' ? !group.endsWith('_TYPE') : group !== 'ROLLOUT'));
  it.each(tried)('is not told of it by the Management API, %s', async (_, permissions) => {
    const client = await clientWith(permissions);
    const answers = await Promise.all(
      PATHS.flatMap((path) => [filled(path), `${filled(path)}?representation=full`]).map(async (path) => {
        const { status, text } = await client(path);
        return { path, status, told: told(text) };
      }),
    );
    expect(answers.filter((answer) => answer.told.length || answer.status >= 500)).toEqual([]);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(20);
  });

  it.each(tried)('is not told of it by GraphQL, %s', async (_, permissions) => {
    const client = await clientWith(permissions);
    const { text } = await client('/graphql', { method: 'POST', json: { query: EVERYTHING } });
    expect(told(text), text).toEqual([]);
  });
});

it.each([
  ['targets?q=assignedds.version==m*', 'DISTRIBUTION_SET'],
  ['targets?q=installedDs.name==m*', 'DISTRIBUTION_SET'],
  ['actions?q=distributionSet.name==m*', 'DISTRIBUTION_SET'],
  ['actions?q=rollout.name==n*', 'ROLLOUT'],
  ['rollouts?q=distributionset.version==m*', 'DISTRIBUTION_SET'],
  ['autoassignments?q=distributionset.name==m*', 'DISTRIBUTION_SET'],
  ['distributionsets?q=module.name==s*', 'SOFTWARE_MODULE'],
])('answers 403 to %s without permissions on %s', async (path, group) => {
  const client = await clientWith(PERMISSIONS.filter((permission) => !permission.endsWith(`_${group}`)));
  const { status, json } = await client(`/rest/v1/${path}`);
  expect([status, json.errorCode]).toEqual([403, 'hawkbit.server.error.insufficientPermission']);
});

it('tells all of it to who may read it', async () => {
  const texts = await Promise.all(PATHS.map(async (path) => (await tenant.admin(filled(path))).text));
  const all = Object.values(SECRETS).flat();
  expect(all.filter((secret) => !texts.some((text) => text.includes(secret)))).toEqual([]);
  const { text } = await tenant.admin('/graphql', { method: 'POST', json: { query: EVERYTHING } });
  expect(
    all.filter((secret) => !text.includes(secret)),
    text,
  ).toEqual([]);
});
