import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';
import { deploy, uploadFile } from '../../support/software.ts';

/* Answers at the edges of the Management API, as recorded from a running hawkBit. */

let server: TestServer;
let tenant: ServedTenant;
const ask = (method: string, path: string, json?: unknown): Promise<Answer> =>
  tenant.admin(`/rest/v1${path}`, { method, json });
const file = { filename: 'file', content: Buffer.from('content') };

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createServedTenant(server);
  await ask('POST', '/targets', [{ controllerId: 'a' }]);
});
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

function expectRefused({ status, json, text }: Answer, wanted: number, errorCode: string): void {
  expect(status, text).toBe(wanted);
  expect(json).toMatchObject({ errorCode: `hawkbit.server.error.${errorCode}`, message: expect.any(String) });
}

it.each([
  'assignedds.id==1',
  'installedds.id==1',
  'assignedDistributionSet.id==1',
  'installedDistributionSet.id==1',
  'assignedds==x',
  'installedds==x',
  'assignedDistributionSet==x',
])('targets are not found by %s: a set is named by name or version', async (q) => {
  expectRefused(await ask('GET', `/targets?q=${q}`), 400, 'rest.param.rsqlInvalidField');
  expectRefused(
    await ask('POST', '/targetfilters', { name: q, query: q }),
    400,
    'rest.param.rsqlInvalidField',
  );
});

it('a null in an update keeps what is there', async () => {
  const about = { description: 'about', colour: 'red' };
  const set = { name: 'kept', version: '1', type: 'os', description: 'about', requiredMigrationStep: true };
  const module = { name: 'kept', version: '1', type: 'os', description: 'about', vendor: 'maker' };
  const changed: [path: string, body: object, changeable: string[]][] = [
    ['/softwaremoduletypes', { key: 'kept', name: 'kept', maxAssignments: 1, ...about }, ['colour']],
    ['/distributionsettypes', { key: 'kept', name: 'kept', ...about }, ['colour']],
    ['/softwaremodules', module, ['vendor', 'locked']],
    ['/distributionsets', set, ['name', 'version', 'requiredMigrationStep', 'locked']],
    ['/distributionsettags', { name: 'kept', ...about }, ['name', 'colour']],
  ];
  for (const [path, body, changeable] of changed) {
    const [{ id }] = (await ask('POST', path, [body])).json;
    const nulls = Object.fromEntries(['description', ...changeable].map((field) => [field, null]));
    expect((await ask('PUT', `${path}/${id}`, nulls)).json, path).toMatchObject(body);
  }
});

it('an entry of a module’s metadata need have no value', async () => {
  const { moduleId } = await uploadFile(tenant, file);
  const path = `/softwaremodules/${moduleId}/metadata`;
  expect((await ask('POST', path, [{ key: 'none' }, { key: 'null', value: null }])).status).toBe(201);
  expect((await ask('PUT', `${path}/put`, { targetVisible: true })).status).toBe(204);
  expect((await ask('GET', path)).json.content).toEqual([
    { key: 'none', value: '', targetVisible: false },
    { key: 'null', value: '', targetVisible: false },
    { key: 'put', value: '', targetVisible: true },
  ]);
  expectRefused(await ask('POST', path, [{ value: 'x' }]), 400, 'repo.constraintViolation');
});

describe('an empty list', () => {
  const create = async (path: string, body: object) => (await ask('POST', path, [body])).json[0].id;

  it('where something is to be assigned is refused', async () => {
    const { setId } = await deploy(tenant, 'a', file);
    const setTag = await create('/distributionsettags', { name: 'a' });
    const targetTag = await create('/targettags', { name: 'a' });
    const targetType = await create('/targettypes', { name: 'a' });
    const calls: [method: string, path: string][] = [
      ['POST', `/distributionsets/${setId}/assignedTargets`],
      ['POST', `/distributionsets/${setId}/assignedSM`],
      ['POST', `/distributionsets/${setId}/metadata`],
      ['POST', '/targets/a/assignedDS'],
      ['POST', '/targets/a/metadata'],
      ['POST', `/targettags/${targetTag}/assigned`],
      ['DELETE', `/targettags/${targetTag}/assigned`],
      ['POST', `/distributionsettags/${setTag}/assigned`],
      ['DELETE', `/distributionsettags/${setTag}/assigned`],
      ['POST', `/targettypes/${targetType}/compatibledistributionsettypes`],
      ['PUT', '/targetgroups/g/assigned'],
      ['PUT', '/targetgroups/assigned?group=g'],
      ['DELETE', '/targetgroups/assigned'],
    ];
    for (const [method, path] of calls)
      expectRefused(await ask(method, path, []), 400, 'repo.constraintViolation');
  });

  it('of what is to be made is taken', async () => {
    for (const path of [
      '/targets',
      '/targettypes',
      '/targettags',
      '/softwaremodules',
      '/softwaremoduletypes',
      '/distributionsets',
      '/distributionsettypes',
      '/distributionsettags',
    ])
      expect(await ask('POST', path, []), path).toMatchObject({ status: 201, json: [] });
  });
});

it('an action is switched to forced only', async () => {
  await deploy(tenant, 'a', file);
  const { content } = (await ask('GET', '/targets/a/actions?sort=id:DESC&limit=1')).json;
  const path = `/targets/a/actions/${content[0].id}`;
  for (const body of [{}, { forceType: null }, ...impossible.map((forceType) => ({ forceType }))])
    expectRefused(await ask('PUT', path, body), 400, 'repo.constraintViolation');
  for (const forceType of ['FORCED', 'hard', {}, ['forced'], 1])
    expectRefused(await ask('PUT', path, { forceType }), 400, 'rest.body.notReadable');
  expect((await ask('PUT', path, { forceType: 'forced' })).status).toBe(200);
});
const impossible = ['soft', 'timeforced', 'downloadonly'];

it('a deletion of actions that names none is refused', async () => {
  for (const path of ['/actions', '/targets/a/actions']) {
    expectRefused(await ask('DELETE', path), 400, 'rest.body.notReadable');
    expectRefused(await ask('DELETE', path, []), 400, 'rest.body.notReadable');
  }
});

it('what was deleted and is kept for others can be deleted again, and nothing else', async () => {
  const [moduleType] = (
    await ask('POST', '/softwaremoduletypes', [{ key: 'k', name: 'k', maxAssignments: 1 }])
  ).json;
  const optionalmodules = [{ id: moduleType.id }];
  const [setType] = (await ask('POST', '/distributionsettypes', [{ key: 'k', name: 'k', optionalmodules }]))
    .json;
  const newModule = { name: 'm', version: '1', type: 'k' };
  const [module] = (await ask('POST', '/softwaremodules', [newModule])).json;
  await ask('POST', `/softwaremodules/${module.id}/metadata`, [{ key: 'k', value: 'v' }]);
  const modules = [{ id: module.id }];
  const [set] = (await ask('POST', '/distributionsets', [{ name: 's', version: '1', type: 'k', modules }]))
    .json;
  expect((await ask('POST', '/targets/a/assignedDS', { id: set.id })).status).toBe(200);
  await ask('PUT', `/distributionsets/${set.id}`, { locked: false });

  const paths = [
    `/distributionsets/${set.id}`,
    `/softwaremodules/${module.id}`,
    `/softwaremoduletypes/${moduleType.id}`,
    `/distributionsettypes/${setType.id}`,
  ];
  for (const path of paths) {
    for (let again = 0; again < 3; again++) expect((await ask('DELETE', path)).status, path).toBe(204);
    expect((await ask('GET', path)).json, path).toMatchObject({ deleted: true });
  }

  const upload = async () => {
    const body = new FormData();
    body.append('file', new Blob(['content']), 'x');
    return tenant.admin(`/rest/v1${paths[1]}/artifacts`, { method: 'POST', body });
  };
  const metadata = `${paths[1]}/metadata`;
  for (const answer of [
    await ask('PUT', paths[0]!, { description: 'd' }),
    await ask('PUT', paths[1]!, { description: 'd' }),
    await ask('PUT', paths[1]!, {}),
    await ask('POST', metadata, [{ key: 'k', value: 'v' }]),
    await ask('DELETE', `${metadata}/k`),
  ])
    expectRefused(answer, 404, 'deleted');
  expectRefused(await upload(), 423, 'locked');
});

it('a file for a module that was deleted, but is not locked, is refused', async () => {
  const { moduleId } = await uploadFile(tenant, file);
  await ask('POST', '/distributionsets', [
    { name: 'unlocked', version: '1', type: 'os', modules: [{ id: moduleId }] },
  ]);
  await ask('DELETE', `/softwaremodules/${moduleId}`);
  const body = new FormData();
  body.append('file', new Blob(['content']), 'x');
  const path = `/rest/v1/softwaremodules/${moduleId}/artifacts`;
  expectRefused(await tenant.admin(path, { method: 'POST', body }), 404, 'deleted');
});

describe('what was sent is called as it was sent', () => {
  const long = '9007199254740993';
  const named = (type: string, id: string) => ({
    message: `${type} with given identifier {${id}} does not exist.`,
    info: { type, entityId: Number.isSafeInteger(Number(id)) ? Number(id) : id },
  });

  it.each(['0', '-5', '987654321', long, '9223372036854775807'])('the id %s', async (id) => {
    expect((await ask('GET', `/targettypes/${id}`)).json).toMatchObject(named('TargetType', id));
    const body = `[{"controllerId":"x","targetType":${id}}]`;
    const headers = { 'content-type': 'application/json' };
    const { json } = await tenant.admin('/rest/v1/targets', { method: 'POST', headers, body });
    expect(json).toMatchObject(named('TargetType', id));
  });

  it('a rollout’s set, also where there is none', async () => {
    const rollout = { name: 'r', targetFilterQuery: 'name==*' };
    const post = async (more: object) => (await ask('POST', '/rollouts', { ...rollout, ...more })).json;
    expect(await post({})).toMatchObject(named('DistributionSet', '0'));
    expect(await post({ distributionSetId: 12345 })).toMatchObject(named('DistributionSet', '12345'));
  });

  it('a row by its number, where there are several', async () => {
    const message = async (rows: object[]) => (await ask('POST', '/targets', rows)).json.message;
    expect(await message([{ controllerId: 'x y' }])).toBe('controllerId: must hold no white space');
    expect(await message([{ controllerId: 'x' }, { controllerId: 'y', address: 'x'.repeat(513) }])).toBe(
      '1.address: must have at most 512 characters',
    );
  });

  it('a query in a body by its field, one in the path by nothing', async () => {
    const filter = await ask('POST', '/targetfilters', { name: 'x', query: 'name' });
    expect(filter.json.message).toMatch(/^query: At position 4: /);
    const rollout = { name: 'r', distributionSetId: 1, targetFilterQuery: 'nosuch==x' };
    expect((await ask('POST', '/rollouts', rollout)).json.message).toMatch(
      /^targetFilterQuery: At position 0: /,
    );
    expect((await ask('GET', '/targets?q=name')).json.message).toMatch(/^At position 4: /);
  });
});

describe('a conflict names what is there already', () => {
  const alreadyExists = 'The given entity already exists in database';

  it('in a batch, too', async () => {
    const answer = await ask('POST', '/targets', [{ controllerId: 'new' }, { controllerId: 'a' }]);
    expectRefused(answer, 409, 'repo.entityAlreadyExists');
    expect(answer.json).toMatchObject({ message: alreadyExists, info: { type: 'Target', entityId: 'a' } });
  });

  it.each<[path: string, type: string, row: object]>([
    ['/targets', 'Target', { controllerId: 'twice' }],
    ['/targettags', 'TargetTag', { name: 'twice' }],
    ['/distributionsettags', 'DistributionSetTag', { name: 'twice' }],
    ['/targettypes', 'TargetType', { name: 'twice' }],
    ['/softwaremoduletypes', 'SoftwareModuleType', { key: 'twice', name: 'twice', maxAssignments: 1 }],
    ['/distributionsettypes', 'DistributionSetType', { key: 'twice', name: 'twice' }],
    ['/softwaremodules', 'SoftwareModule', { name: 'twice', version: '1', type: 'os' }],
    ['/distributionsets', 'DistributionSet', { name: 'twice', version: '1', type: 'os' }],
  ])('and what stands twice in the request is not called stored: %s', async (path, type, row) => {
    const twice = await ask('POST', path, [row, row]);
    expectRefused(twice, 409, 'repo.entityAlreadyExists');
    expect(twice.json.message).toMatch(new RegExp(`^${type} 'twice(:1)?' is in the input twice.$`));
    expect(twice.json.info).toMatchObject({ type });
    expect((await ask('POST', path, [row])).status).toBe(201);
    expect((await ask('POST', path, [row])).json.message).toBe(alreadyExists);
  });
});

describe('a file that is none is refused with the reason', () => {
  it.each<[string, (form: FormData) => void, string]>([
    ['an empty file', (form) => form.append('file', new Blob(['']), 'x'), 'There is nothing in the file.'],
    ['no part', () => {}, "The form has no file in a part named 'file'."],
    [
      'a part of another name',
      (form) => form.append('data', new Blob(['x']), 'x'),
      "The form has no file in a part named 'file'; its parts are 'data'.",
    ],
    [
      'a part that is no file',
      (form) => form.append('file', 'x'),
      "The form has no file in a part named 'file'; its parts are 'file'.",
    ],
  ])('%s', async (_, fill, message) => {
    const [{ id }] = (await ask('POST', '/softwaremodules', [{ name: _, version: '1', type: 'os' }])).json;
    const body = new FormData();
    fill(body);
    const path = `/rest/v1/softwaremodules/${id}/artifacts`;
    const { status, json } = await tenant.admin(path, { method: 'POST', body });
    // As in hawkBit there is no errorCode.
    expect([status, json]).toEqual([
      400,
      { timestamp: expect.any(String), status: 400, error: 'Bad Request', message },
    ]);
  });
});
