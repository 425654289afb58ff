import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';
import { deploy } from '../../support/software.ts';

/** Answers as a running hawkBit gives them, down to what few clients look at. */
let server: TestServer;
let tenant: ServedTenant;
let distributionSetId: number;
const ask = (method: string, path: string, json?: unknown, headers: Record<string, string> = {}) =>
  tenant.admin(`/rest/v1${path}`, { method, headers, json });
const typeOf = ({ headers }: { headers: Headers }) => headers.get('content-type');

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createServedTenant(server);
  await ask('POST', '/targets', [{ controllerId: 'a' }]);
  const file = { filename: 'file', content: Buffer.from('content') };
  ({ setId: distributionSetId } = await deploy(tenant, 'a', file, {}));
});
afterAll(async () => {
  await server?.stop();
  expect(server?.errors).toEqual([]);
});

describe('an error', () => {
  it('has the class of the exception, and the id as a number', async () => {
    expect((await ask('GET', '/rollouts/987654')).json).toEqual({
      exceptionClass: 'org.eclipse.hawkbit.repository.exception.EntityNotFoundException',
      errorCode: 'hawkbit.server.error.repo.entityNotFound',
      message: 'Rollout with given identifier {987654} does not exist.',
      info: { type: 'Rollout', entityId: 987654 },
    });
    expect((await ask('GET', '/targets/12')).json.info).toEqual({ type: 'Target', entityId: '12' });
    const unknown = (await ask('POST', '/targets', [{}])).json;
    expect(unknown.exceptionClass).toBe('jakarta.validation.ConstraintViolationException');
  });

  it('is JSON, and HAL only for those who name it', async () => {
    const accepted = async (accept: string) =>
      typeOf(await ask('GET', '/targets/none', undefined, { accept }));
    expect(await accepted('*/*')).toBe('application/json');
    expect(await accepted('application/*')).toBe('application/json');
    expect(await accepted('text/html, application/hal+json')).toBe('application/hal+json');
  });

  it('is no model for a changed set or rollout, which are JSON as well', async () => {
    const put = (accept: string) =>
      ask('PUT', `/distributionsets/${distributionSetId}`, { description: 'd' }, { accept });
    expect(typeOf(await put('*/*'))).toBe('application/json');
    expect(typeOf(await put('application/hal+json'))).toBe('application/hal+json');
  });

  it('of a path, a method or a type is plain JSON, and an answer that is refused says what there is', async () => {
    for (const [method, path] of [
      ['GET', '/nosuch'],
      ['PATCH', '/targets'],
    ] as const)
      expect(typeOf(await ask(method, path))).toBe('application/json');
    const refused = await ask('GET', '/targets', undefined, { accept: 'text/plain' });
    expect([refused.status, refused.headers.get('accept')]).toEqual([
      406,
      'application/hal+json, application/json',
    ]);
  });
});

it('an action that is canceled has a link that says so', async () => {
  const [{ id }] = (await ask('GET', '/targets/a/actions')).json.content;
  const linksOf = async () => Object.keys((await ask('GET', `/targets/a/actions/${id}`)).json._links);
  expect(await linksOf()).not.toContain('canceledaction');
  await ask('DELETE', `/targets/a/actions/${id}`);
  expect(await linksOf()).toContain('canceledaction');
});

/** A set with a module, which can be assigned. @returns its id */
async function newSet(name: string): Promise<number> {
  const [module] = (await ask('POST', '/softwaremodules', [{ name, version: '1', type: 'os' }])).json;
  const modules = [{ id: module.id }];
  return (await ask('POST', '/distributionsets', [{ name, version: '1', type: 'os', modules }])).json[0].id;
}

it('an offline assignment takes none of the options, and says what it is', async () => {
  const id = await newSet('offline');
  await ask('POST', '/targets', [{ controllerId: 'b' }, { controllerId: 'c' }]);
  const maintenanceWindow = { schedule: 'none' };
  const given = { type: 'downloadonly', weight: 3, maintenanceWindow };
  const answers = [
    await ask('POST', '/targets/b/assignedDS?offline=true', { id, ...given }),
    await ask('POST', `/distributionsets/${id}/assignedTargets?offline=true`, [{ id: 'c', ...given }]),
  ];
  for (const { status, json } of answers) {
    expect([status, json.assigned]).toEqual([200, 1]);
    const { href } = json.assignedActions[0]._links.self;
    const path = new URL(href).pathname.replace('/rest/v1', '');
    const action = (await ask('GET', path)).json;
    expect(action).toMatchObject({ status: 'finished', forceType: 'forced', weight: 1000 });
    expect(action.maintenanceWindow).toBeUndefined();
    const [{ messages }] = (await ask('GET', `${path}/status`)).json.content;
    expect(messages).toContain('Update Server: Action reported as offline deployment');
  }
  const malformed = await ask('POST', '/targets/b/assignedDS?offline=true', { id, type: 'DOWNLOADONLY' });
  expect(malformed.status).toBe(400);
});

it('a set that was deleted but is still in the history gets no tag, and is said to be deleted', async () => {
  const name = 'gone';
  const id = await newSet(name);
  await ask('POST', '/targets/b/assignedDS', { id });
  await ask('DELETE', `/distributionsets/${id}`);
  const [{ id: tag }] = (await ask('POST', '/distributionsettags', [{ name }])).json;
  const assigned = `/distributionsettags/${tag}/assigned`;
  for (const [method, path, json] of [
    ['POST', assigned, [id]],
    ['POST', `${assigned}/${id}`, undefined],
    ['DELETE', assigned, [id]],
    ['DELETE', `${assigned}/${id}`, undefined],
  ] as const) {
    const { status, json: error } = await ask(method, path, json);
    expect([method, path, status, error.errorCode]).toEqual([
      method,
      path,
      404,
      'hawkbit.server.error.deleted',
    ]);
  }
});

it('no answer may be kept, in the words of old proxies too', async () => {
  const { headers } = await ask('GET', '/targets');
  expect([headers.get('pragma'), headers.get('expires')]).toEqual(['no-cache', '0']);
});

it('links encode all that RFC 3986 reserves', async () => {
  await ask('POST', '/targets', [{ controllerId: "o'b*(c)!" }]);
  const { json } = await ask('GET', "/targets/o'b*(c)!");
  expect(json._links.self.href).toMatch(/\/rest\/v1\/targets\/o%27b%2A%28c%29%21$/);
});

describe('a body', () => {
  it.each(['true', 'True', ' TRUE '])('may say true as %j', async (locked) => {
    const [{ id }] = (await ask('POST', '/softwaremodules', [{ name: locked, version: '1', type: 'os' }]))
      .json;
    expect((await ask('PUT', `/softwaremodules/${id}`, { locked })).json.locked).toBe(true);
  });

  const rollout = (more: object) => ({ name: 'r', distributionSetId, targetFilterQuery: 'id==a', ...more });
  it.each<[path: string, body: () => object]>([
    ['/rollouts', () => rollout({ dynamic: null })],
    ['/rollouts', () => rollout({ distributionSetId: null })],
    ['/rollouts', () => rollout({ successCondition: {} })],
    ['/rollouts', () => rollout({ errorCondition: { expression: '10' } })],
    ['/rollouts', () => rollout({ successAction: { action: null } })],
    ['/rollouts', () => rollout({ errorAction: { expression: 'x' } })],
    ['/targets/a/assignedDS', () => ({ id: distributionSetId, forcetime: null })],
    ['/softwaremodules', () => [{ name: 'n', version: '1', type: 'os', encrypted: null }]],
    ['/softwaremoduletypes', () => [{ name: 'n', key: 'n', maxAssignments: null }]],
    ['/softwaremoduletypes', () => [{ name: 'n', key: 'n', maxAssignments: 1, minArtifacts: null }]],
  ])(
    'to %s is not readable where what is never null is null, or a part is missing: %#',
    async (path, body) => {
      const { status, json } = await ask('POST', path, body());
      expect([status, json.errorCode]).toEqual([400, 'hawkbit.server.error.rest.body.notReadable']);
    },
  );

  it.each<[path: string, body: () => object]>([
    ['/rollouts', () => rollout({ successCondition: { condition: 'THRESHOLD' } })],
    ['/targets', () => [{ controllerId: 'b', securityToken: '<b>x</b>' }]],
  ])('to %s breaks a rule: %#', async (path, body) => {
    const { status, json } = await ask('POST', path, body());
    expect([status, json.errorCode]).toEqual([400, 'hawkbit.server.error.repo.constraintViolation']);
  });
});

it.each([
  ['  http://10.0.0.1/x  ', 'http://10.0.0.1/x', '10.0.0.1'],
  ['http://[::1]:80', 'http://[::1]:80', '[::1]'],
  ['http://a b', 'http://a b', undefined],
  ['http://exa_mple', 'http://exa_mple', undefined],
])('the address %j is %j with the host %s', async (address, stored, ipAddress) => {
  const { json } = await ask('PUT', '/targets/a', { address });
  expect([json.address, json.ipAddress]).toEqual([stored, ipAddress]);
});

it.each<[list: string, filter: string, total: number]>([
  ['targets', 'createdat==*', 2],
  ['targets', 'lastcontrollerrequestat!=*', 2],
  ['softwaremodules', 'id!=*', 0],
  ['actions', 'distributionset.type==os', 1],
  ['actions', 'distributionset.type==app', 0],
  ['actions', 'target.ipaddress=is=null', 1],
  ['distributionsettags', 'distributionset.name==tagged', 1],
  ['distributionsettags', 'distributionset.id==0', 0],
  ['targetfilters', 'autoassigndistributionset.name==set*', 1],
  ['targetfilters', 'autoassigndistributionset.version==none', 0],
])('of %s, %s finds %i', async (list, filter, total) => {
  const other = await createServedTenant(server);
  const send = async (path: string, json: unknown) =>
    (await other.admin(`/rest/v1${path}`, { method: 'POST', json })).json;
  await send('/targets', [{ controllerId: 'a' }, { controllerId: 'b' }]);
  const [{ id: module }] = await send('/softwaremodules', [{ name: 'm', version: '1', type: 'os' }]);
  const named = (name: string) => ({ name, version: '1', type: 'os', modules: [{ id: module }] });
  const [{ id: set }, { id: tagged }] = await send('/distributionsets', [named('set'), named('tagged')]);
  await send('/targets/a/assignedDS', { id: set });
  const [{ id: tag }] = await send('/distributionsettags', [{ name: 'tag' }]);
  await send(`/distributionsettags/${tag}/assigned`, [tagged]);
  const { id: targetFilter } = await send('/targetfilters', { name: 'f', query: 'id==none' });
  await send(`/targetfilters/${targetFilter}/autoAssignDS`, { id: set });
  const { json } = await other.admin(`/rest/v1/${list}?q=${encodeURIComponent(filter)}`);
  expect(json.total).toBe(total);
});
