import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createServedTenant,
  type ServedTenant,
  startTestServer,
  type TestServer,
} from '../../support/server.ts';
import { deploy, uploadFile } from '../../support/software.ts';

/** What docs/compatibility.md says is different from hawkBit, as far as no test of a resource shows it. */
describe('as docs/compatibility.md says', () => {
  let server: TestServer;
  let tenant: ServedTenant;
  let setId: number;
  let moduleId: number;
  const ask = async (method: string, path: string, json?: unknown) =>
    tenant.admin(`/rest/v1${path}`, { method, json });
  const file = { filename: 'file', content: Buffer.from('content') };

  beforeAll(async () => {
    server = await startTestServer();
    tenant = await createServedTenant(server);
    const names = ['a', 'b'];
    await ask(
      'POST',
      '/targets',
      names.map((controllerId) => ({ controllerId })),
    );
    ({ setId } = await deploy(tenant, 'a', file, {}));
    ({ moduleId } = await uploadFile(tenant, file));
    await ask('POST', `/distributionsets/${setId}/assignedTargets`, [{ id: 'b' }]);
    const filters = names.map((name) => ({ name, query: `id==${name}` }));
    for (const filter of filters) await ask('POST', '/targetfilters', filter);
  });
  afterAll(async () => {
    await server?.stop();
    expect(server?.errors).toEqual([]);
  });

  it('what belongs to a set or a tag is sorted by the fields of targets', async () => {
    const [{ id: tagId }] = (await ask('POST', '/targettags', [{ name: 'tag' }])).json;
    await ask('POST', `/targettags/${tagId}/assigned`, ['a', 'b']);
    for (const path of [`/distributionsets/${setId}/assignedTargets`, `/targettags/${tagId}/assigned`]) {
      const { json } = await ask('GET', `${path}?sort=controllerId:DESC`);
      expect(json.content.map((target: { controllerId: string }) => target.controllerId)).toEqual(['b', 'a']);
    }
  });

  it('the total of target filters counts what is found', async () => {
    expect((await ask('GET', '/targetfilters?q=name==a')).json).toMatchObject({ total: 1, size: 1 });
  });

  it('metadata of a target are paged', async () => {
    await ask('POST', '/targets/a/metadata', [
      { key: 'one', value: '1' },
      { key: 'two', value: '2' },
    ]);
    const { json } = await ask('GET', '/targets/a/metadata?offset=1&limit=1');
    expect(json).toEqual({ content: [{ key: 'two', value: '2' }], total: 2, size: 1 });
  });

  it('metadata of a module that says nothing of devices is hidden from them', async () => {
    const path = `/softwaremodules/${moduleId}/metadata/key`;
    expect((await ask('PUT', path, { value: 'x' })).status).toBe(204);
    expect((await ask('GET', path)).json).toEqual({ key: 'key', value: 'x', targetVisible: false });
  });

  it('an artifact has no path in its name', async () => {
    expect(await uploadFile(tenant, { ...file, filename: '../x' })).toMatchObject({ providedFilename: 'x' });
    const body = new FormData();
    body.append('file', new Blob(['content']), 'x');
    const path = `/rest/v1/softwaremodules/${moduleId}/artifacts?filename=..%2Fx`;
    expect((await tenant.admin(path, { method: 'POST', body })).status).toBe(400);
  });

  it.each<[method: string, path: string, json: unknown]>([
    ['POST', '/targets', [null]],
    ['POST', '/targets/b/metadata', [{ key: 'x' }]],
    ['POST', '/targets/b/metadata', ['1', '2'].map((value) => ({ key: 'x', value }))],
    ['PUT', '/system/configs/pollingTime', {}],
    ['PUT', '/system/configs/pollingTime', { value: '00:60:00' }],
    ['POST', '/targetfilters', { name: 'never', query: 'createdat==x' }],
  ])('%s %s with %j is a bad request', async (method, path, json) => {
    expect((await ask(method, path, json)).status).toBe(400);
  });

  it('a type of targets that names no compatible types takes sets of every type', async () => {
    const [{ id }] = (await ask('POST', '/targettypes', [{ name: 'any' }])).json;
    await ask('POST', '/targets', [{ controllerId: 'typed', targetType: id }]);
    expect((await ask('POST', '/targets/typed/assignedDS', { id: setId })).json).toMatchObject({ total: 1 });
  });

  it('a set that lacks modules can be invalidated, and is locked when it is made if it shall be', async () => {
    const set = { name: 'bare', version: '1', type: 'os' };
    const [{ id }] = (await ask('POST', '/distributionsets', [set])).json;
    const path = `/distributionsets/${id}/invalidate`;
    expect((await ask('POST', path, { actionCancelationType: 'none' })).status).toBe(204);
    const whole = { ...set, name: 'whole', modules: [{ id: moduleId }], locked: true };
    expect((await ask('POST', '/distributionsets', [whole])).json).toMatchObject([{ locked: true }]);
  });

  it.each([
    ['0 0 0 * * *', '01:00:00'],
    ['0 0 3 * * ?', '1:00:00'],
  ])('a maintenance window may be %j for %j', async (schedule, duration) => {
    const maintenanceWindow = { schedule, duration, timezone: 'Z' };
    await ask('POST', '/targets', [{ controllerId: duration }]);
    const path = `/targets/${duration}/assignedDS`;
    expect((await ask('POST', path, { id: setId, maintenanceWindow })).status).toBe(200);
  });

  it.each(['x', '101', '-1', '1.5'])('a threshold of %j is a bad request', async (expression) => {
    const { status, text } = await ask('POST', '/rollouts', {
      name: `rollout ${expression}`,
      distributionSetId: setId,
      targetFilterQuery: 'id==a',
      amountGroups: 1,
      successCondition: { condition: 'THRESHOLD', expression },
    });
    expect([status, text]).toEqual([400, expect.stringContaining('uccess')]);
  });
});
