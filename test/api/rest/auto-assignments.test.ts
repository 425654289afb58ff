import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  type Client,
  createServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';

let server: TestServer;
let ask: Client;
let setId: number;
let filterId: number;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const post = async (path: string, json?: unknown) => ask(`/rest/v1/${path}`, { method: 'POST', json });
beforeEach(async () => {
  ask = (await createServedTenant(server)).admin;
  const modules = await post('softwaremodules', [{ name: 'm', version: '1', type: 'os' }]);
  const sets = await post('distributionsets', [
    { name: 's', version: '1', type: 'os', modules: [{ id: modules.json[0].id }] },
  ]);
  setId = sets.json[0].id;
  filterId = (await post('targetfilters', { name: 'f', query: 'id==nobody' })).json.id;
});
const errorCodeOf = ({ json }: { json: { errorCode: string } }) =>
  json.errorCode.replace('hawkbit.server.error.', '');

describe('autoAssignDS of a target filter', () => {
  const path = () => `targetfilters/${filterId}/autoAssignDS`;

  it('is read, cleared, and nothing where nothing is assigned', async () => {
    expect((await ask(`/rest/v1/${path()}`)).status).toBe(204);
    const set = await post(path(), { id: setId, type: 'soft', weight: 7, confirmationRequired: true });
    expect(set.json).toMatchObject({
      autoAssignDistributionSet: setId,
      autoAssignActionType: 'soft',
      autoAssignWeight: 7,
      confirmationRequired: null,
      _links: { autoAssignDS: { href: expect.stringContaining(path()) } },
    });
    const { _links, ...rest } = set.json;
    expect((await ask(`/rest/v1/targetfilters/${filterId}`)).json).toMatchObject({ ...rest, _links });
    expect((await ask(`/rest/v1/${path()}`)).json).toMatchObject({ id: setId, modules: [{ name: 'm' }] });
    for (let time = 0; time < 2; time++)
      expect((await ask(`/rest/v1/${path()}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(`/rest/v1/${path()}`)).status).toBe(204);
  });

  it('has a link that finds the set in the filter alone and in a full list, nowhere else', async () => {
    await ask(`/rest/v1/distributionsets/${setId}`, { method: 'PUT', json: { name: 's (1); "a"' } });
    await post(path(), { id: setId });
    const linksIn = ({ json }: Answer) => Object.keys((json.content?.[0] ?? json)._links);
    expect(linksIn(await ask('/rest/v1/targetfilters'))).toEqual(['self']);
    expect(linksIn(await ask('/rest/v1/targetfilters?representation=full'))).toEqual(['self', 'DS']);
    const put = { method: 'PUT', json: { name: 'g' } };
    expect(linksIn(await ask(`/rest/v1/targetfilters/${filterId}`, put))).toEqual(['self', 'autoAssignDS']);
    const { DS } = (await ask(`/rest/v1/targetfilters/${filterId}`)).json._links;
    const { pathname, search, searchParams } = new URL(DS.href);
    expect([searchParams.get('offset'), searchParams.get('limit')]).toEqual(['0', '50']);
    expect((await ask(`${pathname}${search}`)).json.content).toMatchObject([{ id: setId }]);
  });

  it.each([
    [{}, 400, 'rest.body.notReadable'],
    [{ type: 'soft' }, 400, 'rest.body.notReadable'],
    [{ id: 'SET', type: 'timeforced' }, 400, 'repo.invalidAutoAssignActionType'],
    [{ id: 'SET', type: 'SOFT' }, 400, 'rest.body.notReadable'],
    [{ id: 'SET', weight: -1 }, 400, 'repo.constraintViolation'],
  ])('refuses %j', async (body, status, errorCode) => {
    const answer = await post(path(), 'id' in body ? { ...body, id: setId } : body);
    expect([answer.status, errorCodeOf(answer)]).toEqual([status, errorCode]);
  });
});

describe('autoassignments', () => {
  const create = (more: object = {}) =>
    post('autoassignments', {
      name: 'n',
      targetFilterQuery: 'id==nobody',
      distributionSetId: setId,
      startAt: 4_102_444_800_000,
      ...more,
    });

  it('offer what may be done with them next', async () => {
    const { json } = await create();
    const path = `autoassignments/${json.id}`;
    const offered = async () => Object.keys((await ask(`/rest/v1/${path}`)).json._links);
    expect(await offered()).toEqual(['self', 'start', 'distributionset']);
    expect((await post(`${path}/start`)).status).toBe(204);
    expect(await offered()).toEqual(['self', 'pause', 'distributionset']);
    expect((await post(`${path}/pause`)).status).toBe(204);
    expect(await offered()).toEqual(['self', 'resume', 'distributionset']);

    const renamed = await ask(`/rest/v1/${path}`, { method: 'PUT', json: { name: 'new', weight: 3 } });
    expect(renamed.json).toMatchObject({ name: 'new', weight: 1000, status: 'paused' });
  });

  it('keep what an update names with null', async () => {
    const { json } = await create({ description: 'd' });
    const path = `/rest/v1/autoassignments/${json.id}`;
    const updated = await ask(path, { method: 'PUT', json: { name: null, description: null } });
    expect(updated.json).toMatchObject({ name: 'n', description: 'd' });
  });

  it('are approved or denied with a remark', async () => {
    await ask('/rest/v1/system/configs/auto.assignment.approval.enabled', {
      method: 'PUT',
      json: { value: true },
    });
    const { json } = await create();
    const path = `autoassignments/${json.id}`;
    expect(Object.keys(json._links)).toEqual(['self', 'approve', 'deny', 'distributionset']);
    expect((await post(`${path}/deny?remark=no%20way`)).status).toBe(204);
    const denied = (await ask(`/rest/v1/${path}`)).json;
    expect(denied).toMatchObject({ status: 'approval_denied', approvalRemark: 'no way' });
    expect(Object.keys(denied._links)).toEqual(['self', 'distributionset']);
    const again = await post(`${path}/approve`);
    expect([again.status, errorCodeOf(again)]).toEqual([409, 'auto.assignment.illegalState']);
  });

  it.each([
    [{ distributionSetId: undefined }, 400, 'rest.body.notReadable'],
    [{ actionType: 'timeforced' }, 400, 'repo.invalidAutoAssignActionType'],
    [{ startAt: 'soon' }, 400, 'rest.body.notReadable'],
    [{ startAt: 9e15 }, 400, 'repo.constraintViolation'],
    [{ name: 'taken' }, 409, 'repo.entityAlreadyExists'],
  ])('refuse %j', async (bad, status, errorCode) => {
    await create({ name: 'taken' });
    const answer = await create(bad);
    expect([answer.status, errorCodeOf(answer)]).toEqual([status, errorCode]);
  });

  it('count among what is done with a set', async () => {
    await create();
    const path = `/rest/v1/distributionsets/${setId}/statistics`;
    expect((await ask(path)).json).toMatchObject({ actions: { total: 0 }, totalAutoAssignments: 1 });
    expect((await ask(`${path}/autoassignments`)).json).toEqual({ totalAutoAssignments: 1 });
    expect((await ask(`${path}/actions`)).json).toEqual({});
    expect((await ask('/rest/v1/distributionsets/0/statistics/actions')).status).toBe(404);
  });
});
