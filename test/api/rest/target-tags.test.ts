import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createServedTenant, startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let ask: Client;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});
beforeEach(async () => {
  ask = (await createServedTenant(server)).admin;
});

const send = (method: string, path: string, json?: unknown) => ask(`/rest/v1${path}`, { method, json });
const read = async (path: string) => (await send('GET', path)).json;
const statusOf = async (...request: Parameters<typeof send>) => (await send(...request)).status;
const create = async (path: string, fields: object) => {
  const { json } = await send('POST', path, fields);
  return Array.isArray(json) ? json[0] : json;
};
const createTargets = (...ids: string[]) =>
  send(
    'POST',
    '/targets',
    ids.map((controllerId) => ({ controllerId })),
  );
const createTag = async (name: string) => (await send('POST', '/targettags', { name })).json[0].id;
const idsOf = ({ content }: { content: { controllerId: string }[] }) =>
  content.map(({ controllerId }) => controllerId);

const FULL = { name: 'n', description: 'd', colour: 'red' };

it.each([
  ['/targettags', FULL],
  ['/targettypes', FULL],
  ['/distributionsettags', FULL],
  ['/targetfilters', { name: 'n', query: 'id==x' }],
])('an update of %s keeps what is null', async (path, fields) => {
  const { id } = await create(path, fields);
  const nothing = Object.fromEntries(Object.keys(fields).map((field) => [field, null]));
  expect(await send('PUT', `${path}/${id}`, nothing)).toMatchObject({ status: 200, json: fields });
});

it('an update of a target keeps what is null, and -1 takes its type away', async () => {
  const { id } = await create('/targettypes', { name: 'T' });
  const full = { name: 'n', description: 'd', address: 'http://a', securityToken: 's', targetType: id };
  await create('/targets', { controllerId: 'a', ...full });
  const nothing = Object.fromEntries(Object.keys(full).map((field) => [field, null]));
  const kept = await send('PUT', '/targets/a', { ...nothing, requestAttributes: null });
  expect(kept).toMatchObject({ status: 200, json: { ...full, requestAttributes: true } });
  const { json } = await send('PUT', '/targets/a', { targetType: -1 });
  expect(json).not.toHaveProperty('targetType');
  await send('POST', '/targets/a/targettype', { id });
  expect(await statusOf('POST', '/targets/a/targettype', { id: -1 })).toBe(404);
  expect((await read('/targets/a')).targetType).toBe(id);
  expect(await statusOf('DELETE', '/targets/a/targettype')).toBe(204);
  expect(await read('/targets/a')).not.toHaveProperty('targetType');
});

describe('/targettags', () => {
  it('creates, shows, changes and deletes, with links that lead there', async () => {
    const { status, json } = await send('POST', '/targettags', { name: 't', colour: 'red' });
    expect([status, json]).toMatchObject([201, [{ name: 't', colour: 'red' }]]);
    const [{ id, _links }] = json;
    const whole = (await ask(_links.self.href)).json;
    expect(whole).toMatchObject({ id, name: 't', _links: { self: _links.self } });
    expect((await ask(whole._links.assignedTargets.href)).json).toEqual({ content: [], total: 0, size: 0 });
    expect((await send('PUT', `/targettags/${id}`, { description: 'd' })).json).toMatchObject({
      name: 't',
      description: 'd',
    });
    expect(await statusOf('POST', '/targettags', [{ name: 'new' }, { name: 't' }])).toBe(409);
    expect((await read('/targettags?sort=colour:desc&limit=1')).total).toBe(1);
    expect(await statusOf('DELETE', `/targettags/${id}`)).toBe(204);
    expect(await statusOf('DELETE', `/targettags/${id}`)).toBe(404);
  });

  it.each([
    ['GET', '/targettags?q=key==x', undefined, 'rest.param.rsqlInvalidField'],
    ['GET', '/targettags?sort=key:ASC', undefined, 'rest.param.invalidField'],
    ['GET', '/targettags/x', undefined, 'rest.body.notReadable'],
    ['GET', '/targets?sort=tag:ASC', undefined, 'rest.param.invalidField'],
    ['GET', '/targets?sort=tags.name:ASC', undefined, 'rest.param.invalidField'],
    ['POST', '/targettags', [null], 'rest.body.notReadable'],
    ['POST', '/targettags/1/assigned', [], 'repo.constraintViolation'],
    ['POST', '/targettags/1/assigned', 'a', 'rest.body.notReadable'],
    ['POST', '/targettags/1/assigned', { a: 1 }, 'rest.body.notReadable'],
    ['DELETE', '/targettags/1/assigned', [null], 'rest.body.notReadable'],
    ['DELETE', '/targettags/1/assigned?onNotFoundPolicy=fail', ['a'], 'rest.body.notReadable'],
  ])('refuses %s %s %j', async (method, path, body, errorCode) => {
    const { status, json } = await send(method, path, body);
    expect([status, json.errorCode]).toEqual([400, `hawkbit.server.error.${errorCode}`]);
  });
});

describe('/targettags/{id}/assigned', () => {
  it('does or leaves what onNotFoundPolicy says', async () => {
    await createTargets('a', 'b', '12');
    const path = `/targettags/${await createTag('t')}/assigned`;
    expect(await statusOf('POST', `${path}?onNotFoundPolicy=ON_WHAT_FOUND_AND_FAIL`, ['a', 'x'])).toBe(404);
    expect(await statusOf('POST', `${path}?onNotFoundPolicy=ON_WHAT_FOUND_AND_SUCCESS`, [12, 'x'])).toBe(204);
    expect(await statusOf('POST', path, ['b', 'x'])).toBe(404);
    expect(idsOf(await read(path))).toEqual(['12', 'a']);
    expect(await statusOf('DELETE', path, ['a', 'x'])).toBe(404);
    expect(await statusOf('DELETE', `${path}?onNotFoundPolicy=ON_WHAT_FOUND_AND_FAIL`, ['a', 'x'])).toBe(404);
    expect(await statusOf('DELETE', `${path}?onNotFoundPolicy=ON_WHAT_FOUND_AND_SUCCESS`, ['x', 'y'])).toBe(
      204,
    );
    expect(idsOf(await read(`${path}?sort=controllerId:DESC`))).toEqual(['12']);
    expect(await read('/targets/12/tags')).toMatchObject([{ name: 't' }]);
    expect(await statusOf('GET', '/targets/none/tags')).toBe(404);
  });

  it('takes one target by its path, without a body, and wants JSON for a list', async () => {
    await createTargets('a');
    const path = `/targettags/${await createTag('t')}/assigned`;
    expect(await statusOf('POST', `${path}/a`)).toBe(204);
    expect(await statusOf('POST', `${path}/none`)).toBe(404);
    expect(idsOf(await read(path))).toEqual(['a']);
    const plain = { method: 'DELETE', headers: { 'content-type': 'text/plain' }, body: '["a"]' };
    expect((await ask(`/rest/v1${path}`, plain)).status).toBe(415);
    expect(await statusOf('DELETE', `${path}/a`)).toBe(204);
    expect(idsOf(await read(path))).toEqual([]);
  });
});

describe('/targetgroups', () => {
  const group = async (id: string) => (await read(`/targets/${id}`)).group;

  it('assigns by path or parameter, a list or what matches, and takes away', async () => {
    await createTargets('a', 'b', 'c');
    expect(await statusOf('PUT', '/targetgroups/G/assigned', ['a', 'none'])).toBe(204);
    expect(await statusOf('PUT', '/targetgroups/assigned?group=G/s', ['b'])).toBe(204);
    expect(await statusOf('PUT', '/targetgroups/Gx?q=id==c')).toBe(204);
    expect(await read('/targetgroups')).toEqual(['G', 'G/s', 'Gx']);
    expect(idsOf(await read('/targetgroups/assigned?group=g&subgroups=TRUE'))).toEqual(['a', 'b']);
    expect(idsOf(await read('/targetgroups/g/assigned'))).toEqual(['a']);
    expect(await statusOf('PUT', '/targetgroups?group=G/t&q=id==a&q=id==c')).toBe(204);
    expect([await group('a'), await group('c')]).toEqual(['G/t', 'G/t']);
    expect(await statusOf('PUT', '/targetgroups/assigned?group=', ['c'])).toBe(204);
    expect(await group('c')).toBe('');
    expect(await statusOf('DELETE', '/targetgroups/assigned', ['a', 'none'])).toBe(204);
    expect([await group('a'), await group('b')]).toEqual([undefined, 'G/s']);
    expect(await statusOf('DELETE', '/targetgroups?q=id==b')).toBe(204);
    expect(await read('/targetgroups')).toEqual(['']);
    expect(await statusOf('DELETE', '/targetgroups')).toBe(204);
    expect(await read('/targetgroups')).toEqual([]);
  });

  it.each([
    ['PUT', '/targetgroups?group=x', undefined, undefined],
    ['PUT', '/targetgroups?q=id==x', undefined, undefined],
    ['PUT', '/targetgroups/x', undefined, undefined],
    ['PUT', '/targetgroups/assigned', ['a'], undefined],
    ['GET', '/targetgroups/assigned', undefined, undefined],
    ['PUT', '/targetgroups/x?q=', undefined, 'rest.param.rsqlParamSyntax'],
    ['PUT', '/targetgroups/x/assigned', [], 'repo.constraintViolation'],
    ['DELETE', '/targetgroups/assigned', [], 'repo.constraintViolation'],
    ['GET', '/targetgroups/assigned?group=x&subgroups=maybe', undefined, 'rest.body.notReadable'],
    ['GET', '/targetgroups/x/assigned?sort=tag:ASC', undefined, 'rest.param.invalidField'],
  ])('refuses %s %s %j', async (method, path, body, errorCode) => {
    const { status, json } = await send(method, path, body);
    expect([status, json.errorCode]).toEqual([400, errorCode && `hawkbit.server.error.${errorCode}`]);
  });
});
