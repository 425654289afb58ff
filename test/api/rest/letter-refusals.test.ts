import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';
import { deploy, uploadFile } from '../../support/software.ts';

/** What a running hawkBit takes and what it refuses, down to what few clients send. */
let server: TestServer;
let tenant: ServedTenant;
let setId: number;
let actionId: number;
let artifact: { id: number; moduleId: number };
const ask = (method: string, path: string, json?: unknown, headers: Record<string, string> = {}) =>
  tenant.admin(`/rest/v1${path}`, { method, headers, json });
const answered = async (...call: Parameters<typeof ask>) => {
  const { status, json } = await ask(...call);
  return [status, json?.errorCode?.replace('hawkbit.server.error.', '')];
};
const create = async (path: string, ...rows: object[]) => (await ask('POST', path, rows)).json[0].id;
const file = { filename: 'file', content: Buffer.from('content') };

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createServedTenant(server);
  await ask('POST', '/targets', [{ controllerId: 'a' }, { controllerId: 'b' }]);
  ({ setId } = await deploy(tenant, 'a', file, {}));
  actionId = (await ask('GET', '/targets/a/actions')).json.content[0].id;
  artifact = await uploadFile(tenant, file);
});
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

describe('a type that was deleted while it was in use', () => {
  it('of modules cannot be changed', async () => {
    const id = await create('/softwaremoduletypes', { key: 'm', name: 'm', maxAssignments: 1 });
    await create('/softwaremodules', { name: 'm', version: '1', type: 'm' });
    await ask('DELETE', `/softwaremoduletypes/${id}`);
    for (const change of [{ description: 'd' }, {}])
      expect(await answered('PUT', `/softwaremoduletypes/${id}`, change)).toEqual([404, 'deleted']);
    expect((await ask('GET', `/softwaremoduletypes/${id}`)).json).toMatchObject({ deleted: true });
  });

  it('of sets cannot be changed, and its module types neither', async () => {
    const moduleType = await create('/softwaremoduletypes', { key: 'n', name: 'n', maxAssignments: 1 });
    const id = await create('/distributionsettypes', { key: 's', name: 's' });
    await create('/distributionsets', { name: 's', version: '1', type: 's' });
    await ask('DELETE', `/distributionsettypes/${id}`);
    const path = `/distributionsettypes/${id}`;
    expect(await answered('PUT', path, { description: 'd' })).toEqual([404, 'deleted']);
    for (const part of ['mandatorymoduletypes', 'optionalmoduletypes']) {
      expect(await answered('POST', `${path}/${part}`, { id: moduleType })).toEqual([404, 'deleted']);
      expect(await answered('DELETE', `${path}/${part}/${moduleType}`)).toEqual([404, 'deleted']);
    }
  });
});

it.each<[path: string, row: object]>([
  ['/targets', { controllerId: 'c', name: ' ' }],
  ['/targettypes', { key: 'k', name: '' }],
  ['/targettypes', { key: 'k', name: ' ' }],
  ['/targettypes', { key: '', name: 'n' }],
  ['/targettypes', { key: ' ', name: 'n' }],
  ['/distributionsets', { name: 'n', version: '1', type: '' }],
])('to %s %j has a blank where none may be', async (path, row) => {
  expect(await answered('POST', path, [row])).toEqual([400, 'repo.constraintViolation']);
});

it('a new target without a name is named after its id', async () => {
  const { json } = await ask('POST', '/targets', [{ controllerId: 'nameless', name: '' }]);
  expect(json).toMatchObject([{ name: 'nameless' }]);
});

it('a set type cannot have a module type as mandatory and as optional', async () => {
  const modules = [{ id: await create('/softwaremoduletypes', { key: 'x', name: 'x', maxAssignments: 1 }) }];
  const type = { key: 'both', name: 'both', mandatorymodules: modules, optionalmodules: modules };
  expect(await answered('POST', '/distributionsettypes', [type])).toEqual([409, 'repo.entityAlreadyExists']);
  const twice = { ...type, mandatorymodules: [...modules, ...modules], optionalmodules: [] };
  expect((await answered('POST', '/distributionsettypes', [twice]))[0]).toBe(201);
});

it.each([
  ['01:00', 200],
  [' 01:00:00 ', 200],
  ['01:00:00.5', 200],
  ['24:00', 400],
  ['01', 400],
  ['01:00:00.', 400],
])('a maintenance window may be open for %j: %i', async (duration, status) => {
  const maintenanceWindow = { schedule: '0 0 3 * * ? 2099', duration, timezone: '+00:00' };
  const assignment = { id: setId, maintenanceWindow };
  await ask('POST', '/targets', [{ controllerId: `w${duration.replaceAll(' ', '')}` }]);
  const path = `/targets/w${duration.replaceAll(' ', '')}/assignedDS`;
  expect((await ask('POST', path, assignment)).status).toBe(status);
});

describe('an artifact', () => {
  it.each([
    ['md5sum', 'md5'],
    ['sha1sum', 'sha1'],
    ['sha256sum', 'sha256'],
  ])('of a %s that is no hash has another', async (parameter, kind) => {
    for (const hash of ['x', '']) {
      const body = new FormData();
      body.append('file', new Blob(['other']), 'other');
      const path = `/rest/v1/softwaremodules/${artifact.moduleId}/artifacts?${parameter}=${hash}`;
      const { status, json } = await tenant.admin(path, { method: 'POST', body });
      expect([status, json.errorCode]).toEqual([
        400,
        `hawkbit.server.error.artifact.uploadFailed.checksum.${kind}.match`,
      ]);
    }
  });

  it('is sent whatever is accepted, and shown in a short form for any word but full', async () => {
    const path = `/softwaremodules/${artifact.moduleId}/artifacts`;
    const download = `${path}/${artifact.id}/download`;
    const { status, headers } = await ask('GET', download, undefined, { accept: 'text/plain' });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(await answered('GET', `${path}/0/download`, undefined, { accept: 'text/plain' })).toEqual([
      404,
      'repo.entityNotFound',
    ]);
    const linksIn = async (how: string) =>
      Object.keys((await ask('GET', `${path}?representation=${how}`)).json[0]._links);
    expect([await linksIn('x'), await linksIn('FULL')]).toEqual([['self'], ['self', 'download']]);
  });
});

describe('what is no number of 32 bits', () => {
  const BEYOND = 2 ** 31;
  it.each<[path: string, body: () => object]>([
    ['/targets/b/assignedDS', () => ({ id: setId, weight: BEYOND })],
    [
      '/rollouts',
      () => ({ name: 'r', distributionSetId: setId, targetFilterQuery: 'id==a', weight: BEYOND }),
    ],
    [
      '/rollouts',
      () => ({ name: 'r', distributionSetId: setId, targetFilterQuery: 'id==a', amountGroups: BEYOND }),
    ],
    ['/autoassignments', () => ({ distributionSetId: setId, targetFilterQuery: 'id==a', weight: BEYOND })],
    ['/softwaremoduletypes', () => [{ key: 'y', name: 'y', maxAssignments: BEYOND }]],
    ['/softwaremoduletypes', () => [{ key: 'y', name: 'y', maxAssignments: 1, minArtifacts: -BEYOND - 1 }]],
  ])('cannot be read in a body to %s: %#', async (path, body) => {
    expect(await answered('POST', path, body())).toEqual([400, 'rest.body.notReadable']);
  });

  it('matters only where it counts', async () => {
    const body = { id: setId, type: 'soft', forcetime: 2 ** 53 };
    expect((await answered('POST', '/targets/b/assignedDS', body))[0]).toBe(200);
  });

  it('is refused in a path before the target is looked for', async () => {
    for (const path of ['', '/status'])
      expect(await answered('GET', `/targets/none/actions/9223372036854775808${path}`)).toEqual([
        400,
        'rest.body.notReadable',
      ]);
  });
});

it('actions to delete are named by the body or by a query, not by both', async () => {
  for (const path of [`/actions?q=id==${actionId}`, '/targets/a/actions?keepLast=1', '/actions?q='])
    expect(await answered('DELETE', path, path.endsWith('=') ? [] : [actionId])).toEqual([
      400,
      'rest.body.notReadable',
    ]);
  expect(await answered('DELETE', '/targets/a/actions?keepLast=-1')).toEqual([400, 'rest.body.notReadable']);
});

it('a target is given one set, which may be named twice', async () => {
  const [set, other] = [{ id: setId }, { id: setId + 1 }];
  expect((await answered('POST', '/targets/b/assignedDS', [set, set]))[0]).toBe(200);
  expect(await answered('POST', '/targets/b/assignedDS', [set, other])).toEqual([
    400,
    'multiAssignmentNotEnabled',
  ]);
});

it('a group of targets is not read by an empty name', async () => {
  expect(await answered('GET', '/targetgroups/assigned?group=')).toEqual([400, 'repo.constraintViolation']);
});

it.each([
  ['valid=in=true', 200],
  ['valid=out=(true,false)', 200],
  ['module.id==*', 200],
  ['module.id=gt=1', 200],
  ['module.id==x', 400],
  ['module.id=in=(1,x)', 400],
  ["module.id==''", 400],
])('a filter of sets may be %s: %i', async (filter, status) => {
  const path = `/distributionsets?q=${encodeURIComponent(filter)}`;
  expect(await answered('GET', path)).toEqual([status, status === 400 ? 'rest.body.notReadable' : undefined]);
});

it.each([
  ['/actions', ['active', 'lastStatusCode', 'externalRef', 'weight', 'status']],
  ['/autoassignments', ['actionType', 'approvalDecidedBy', 'status']],
  ['/distributionsets', ['valid', 'version', 'type']],
])('%s is sorted by each of its fields', async (path, fields) => {
  for (const field of fields)
    for (const direction of ['ASC', 'DESC'])
      expect([field, ...(await answered('GET', `${path}?sort=${field}:${direction}`))]).toEqual([
        field,
        200,
        undefined,
      ]);
});

it('the history of an action is sorted by its times', async () => {
  for (const field of ['id', 'timestamp', 'reportedAt', 'createdAt'])
    expect((await answered('GET', `/targets/a/actions/${actionId}/status?sort=${field}:ASC`))[0]).toBe(200);
});
