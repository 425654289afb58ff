import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createServedTenant, startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let ask: Client;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  ask = (await createServedTenant(server)).admin;
  await ask('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'a' }] });
});
const errorCodeOf = ({ json }: { json: { errorCode: string } }) =>
  json.errorCode.replace('hawkbit.server.error.', '');

describe('the metadata of a target', () => {
  const PATH = '/rest/v1/targets/a/metadata';
  const post = (json: unknown) => ask(PATH, { method: 'POST', json });
  const all = async () => (await ask(PATH)).json;

  it('is all there, unless a part is asked for', async () => {
    const entries = Array.from({ length: 60 }, (_, index) => ({ key: `k${10 + index}`, value: '' }));
    expect(await post(entries)).toMatchObject({ status: 201, text: '' });
    expect(await all()).toEqual({ content: entries, total: 60, size: 60 });
    const part = (await ask(`${PATH}?offset=1&limit=2`)).json;
    expect(part).toEqual({ content: entries.slice(1, 3), total: 60, size: 2 });
    expect((await ask(`${PATH}?offset=58`)).json.size).toBe(2);
    expect((await ask(`${PATH}?offset=60`)).json).toEqual({ content: [], total: 60, size: 0 });
    expect((await ask(`${PATH}?limit=x`)).status).toBe(400);
  });

  it('takes numbers with their digits, and one object for a list', async () => {
    const body = '{"key": 1.0, "value": 12345678901234567890}';
    const headers = { 'content-type': 'application/hal+json' };
    expect((await ask(PATH, { method: 'POST', headers, body })).status).toBe(201);
    expect((await all()).content).toEqual([{ key: '1.0', value: '12345678901234567890' }]);
  });

  it.each([
    ['no entry', [], 400, 'repo.constraintViolation'],
    ['null for an entry', [null], 400, 'rest.body.notReadable'],
    ['an entry without a value', [{ key: 'b' }], 400, 'repo.constraintViolation'],
    ['an entry without a key', [{ value: 'b' }], 400, 'repo.constraintViolation'],
    [
      'a key twice',
      [
        { key: 'b', value: '1' },
        { key: 'b', value: '2' },
      ],
      400,
      'repo.constraintViolation',
    ],
    [
      'a key that is there',
      [
        { key: 'b', value: '1' },
        { key: 'a', value: '2' },
      ],
      409,
      'repo.entityAlreadyExists',
    ],
  ])('refuses %s', async (_, body, status, errorCode) => {
    await post([{ key: 'a', value: '1' }]);
    const answer = await post(body);
    expect([answer.status, errorCodeOf(answer)]).toEqual([status, errorCode]);
    expect((await all()).content).toEqual([{ key: 'a', value: '1' }]);
  });

  it('is read, written and deleted by the key', async () => {
    const path = `${PATH}/${encodeURIComponent('ä b?')}`;
    expect((await ask(path)).status).toBe(404);
    expect(await ask(path, { method: 'PUT', json: { key: 'z', value: '1' } })).toMatchObject({
      status: 204,
      text: '',
    });
    const one = await ask(path, { headers: { accept: '*/*' } });
    expect(one.json).toEqual({ key: 'ä b?', value: '1' });
    expect(one.headers.get('content-type')).toMatch(/^application\/json/);
    const hal = await ask(path, { headers: { accept: 'application/hal+json' } });
    expect([hal.status, hal.text]).toEqual([406, '']);
    expect((await ask(path, { method: 'PUT', json: {} })).status).toBe(400);
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204);
    expect(errorCodeOf(await ask(path, { method: 'DELETE' }))).toBe('repo.entityNotFound');
    expect((await ask(`${PATH}/k`, { method: 'POST', json: {} })).status).toBe(405);
  });

  it('belongs to a target that exists', async () => {
    const none = '/rest/v1/targets/none/metadata';
    const entry = { key: 'k', value: 'v' };
    for (const answer of [
      await ask(none),
      await ask(none, { method: 'POST', json: [entry] }),
      await ask(`${none}/k`),
      await ask(`${none}/k`, { method: 'PUT', json: entry }),
      await ask(`${none}/k`, { method: 'DELETE' }),
    ])
      expect([answer.status, answer.json.info]).toEqual([404, { type: 'Target', entityId: 'none' }]);
  });
});

describe('auto-confirmation', () => {
  const PATH = '/rest/v1/targets/a/autoConfirm';

  it('takes a body, an empty one and none, and links to what can be done next', async () => {
    const links = async () => Object.keys((await ask(PATH)).json._links);
    expect(await links()).toEqual(['activate']);
    for (const request of [
      { json: { initiator: 12, remark: null, other: 1 } },
      { json: {} },
      { headers: { 'content-type': 'application/json' }, body: 'null' },
      {},
    ]) {
      expect(await ask(`${PATH}/activate`, { method: 'POST', ...request })).toMatchObject({
        status: 204,
        text: '',
      });
      expect(await links()).toEqual(['deactivate']);
      const again = await ask(`${PATH}/activate`, { method: 'POST', ...request });
      expect([again.status, errorCodeOf(again)]).toEqual([409, 'repo.autoConfAlreadyActive']);
      expect((await ask(`${PATH}/deactivate`, { method: 'POST', ...request })).status).toBe(204);
    }
  });

  it('refuses a body that is none, or of another type', async () => {
    const activate = (body: string, type: string) =>
      ask(`${PATH}/activate`, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await activate('[1]', 'application/json')).status).toBe(400);
    expect((await activate('{', 'application/json')).status).toBe(400);
    expect((await activate('{}', 'text/plain')).status).toBe(415);
    expect((await ask(PATH)).json.active).toBe(false);
  });

  it('shows on the target only while the tenant asks for confirmations', async () => {
    const shown = async () => {
      const { json } = await ask('/rest/v1/targets/a');
      const { content } = (await ask('/rest/v1/targets')).json;
      return [
        json.autoConfirmActive,
        '_links' in json && json._links.autoConfirm,
        content[0].autoConfirmActive,
      ];
    };
    await ask(`${PATH}/activate`, { method: 'POST' });
    expect(await shown()).toEqual([undefined, undefined, undefined]);
    const flow = '/rest/v1/system/configs/user.confirmation.flow.enabled';
    await ask(flow, { method: 'PUT', json: { value: true } });
    expect(await shown()).toEqual([true, { href: server.url + PATH }, true]);
    await ask(`${PATH}/deactivate`, { method: 'POST' });
    expect(await shown()).toEqual([false, { href: server.url + PATH }, false]);
  });
});

describe('target filters', () => {
  const PATH = '/rest/v1/targetfilters';
  const create = async (name: string, query = `name==${name}`) =>
    ask(PATH, { method: 'POST', json: { name, query } });

  it('are created, changed, listed and deleted', async () => {
    const created = await create('n');
    expect(created.status).toBe(201);
    const self = `${server.url}${PATH}/${created.json.id}`;
    expect(created.json).toEqual({
      id: expect.any(Number),
      name: 'n',
      query: 'name==n',
      createdBy: 'boss',
      createdAt: expect.any(Number),
      lastModifiedBy: 'boss',
      lastModifiedAt: created.json.createdAt,
      autoAssignDistributionSet: null,
      autoAssignActionType: null,
      autoAssignWeight: null,
      confirmationRequired: null,
      _links: { self: { href: self }, autoAssignDS: { href: `${self}/autoAssignDS` } },
    });
    expect((await ask(self)).json).toEqual(created.json);
    const changed = await ask(self, { method: 'PUT', json: { query: 'id==x' } });
    expect([changed.status, changed.json]).toMatchObject([200, { name: 'n', query: 'id==x' }]);

    await create('m');
    const list = (await ask(`${PATH}?sort=name:ASC&limit=1`)).json;
    expect(list).toMatchObject({ total: 2, size: 1, content: [{ name: 'm', autoAssignWeight: null }] });
    expect(Object.keys(list.content[0]._links)).toEqual(['self']);
    expect((await ask(`${PATH}?q=name==n`)).json).toMatchObject({ total: 1, content: [{ query: 'id==x' }] });

    expect((await ask(self, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(self)).json.info).toEqual({
      type: 'TargetFilterQuery',
      entityId: created.json.id,
    });
  });

  it.each([
    [{ name: 'n', query: 'id==y' }, 409, 'repo.entityAlreadyExists'],
    [{ name: 'm' }, 400, 'repo.constraintViolation'],
    [[{ name: 'm', query: 'id==y' }], 400, 'rest.body.notReadable'],
    [{ name: 'm', query: 'nofield==y' }, 400, 'rest.param.rsqlInvalidField'],
  ])('are refused with %j', async (json, status, errorCode) => {
    await create('n');
    const answer = await ask(PATH, { method: 'POST', json });
    expect([answer.status, errorCodeOf(answer)]).toEqual([status, errorCode]);
  });

  it.each([
    ['x', 400],
    ['99999999999999999999', 400],
    ['9999999999999999', 404],
    ['-1', 404],
  ])('have no id %s', async (id, status) => {
    expect((await ask(`${PATH}/${id}`)).status).toBe(status);
    expect((await ask(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(status);
    expect((await ask(`${PATH}/${id}`, { method: 'PUT', json: { name: 'n' } })).status).toBe(status);
  });
});

it('logged nothing', () => expect(server.errors).toEqual([]));
