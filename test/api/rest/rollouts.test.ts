import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServedTenant, startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('a rollout keeps what an update names with null', async () => {
  const { admin } = await createServedTenant(server);
  const ask = async (method: string, path: string, json: object) =>
    (await admin(`/rest/v1/${path}`, { method, json })).json;
  const [module] = await ask('POST', 'softwaremodules', [{ name: 'm', version: '1', type: 'os' }]);
  const [set] = await ask('POST', 'distributionsets', [
    { name: 's', version: '1', type: 'os', modules: [{ id: module.id }] },
  ]);
  await ask('POST', 'targets', [{ controllerId: 'a', name: 'a' }]);
  const given = { name: 'n', description: 'd', distributionSetId: set.id, targetFilterQuery: 'id==a' };
  const { id } = await ask('POST', 'rollouts', { ...given, amountGroups: 1 });
  const updated = await ask('PUT', `rollouts/${id}`, { name: null, description: null });
  expect(updated).toMatchObject({ name: 'n', description: 'd' });
});
