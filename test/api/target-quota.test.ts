import { afterAll, expect, it } from 'vitest';
import { clientOf, createServedTenant, graphql, startTestServer } from '../support/server.ts';

const server = await startTestServer({ MUSTER_TARGETS: '2', MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true' });
afterAll(server.stop);

it('a full tenant is told at every door that makes targets, and its devices go on', async () => {
  const { admin, name } = await createServedTenant(server);
  const key = '/rest/v1/system/configs/authentication.gatewaytoken.key';
  await admin(key, { method: 'PUT', json: { value: 'shared' } });
  const device = clientOf(server, 'GatewayToken shared');
  for (const id of ['a', 'b']) expect((await device(`/${name}/controller/v1/${id}`)).status).toBe(200);

  const FULL = {
    status: 429,
    json: {
      errorCode: 'hawkbit.server.error.quota.tooManyEntries',
      message: 'No more than 2 targets are allowed.',
    },
  };
  for (const path of ['', '/configData', '/deploymentBase/1'])
    expect(await device(`/${name}/controller/v1/c${path}`)).toMatchObject(FULL);
  const row = { controllerId: 'c' };
  expect(await admin('/rest/v1/targets', { method: 'POST', json: [row] })).toMatchObject(FULL);
  const csv = { 'content-type': 'text/csv' };
  const file = { method: 'POST', headers: csv, body: 'controllerId\nc\n' };
  expect(await admin('/imports', file)).toMatchObject({ status: 429 });
  const { createTargets } = await graphql(
    admin,
    `mutation ($input: CreateTargetsInput!) {
      createTargets(input: $input) { userErrors { code message } }
    }`,
    { input: { targets: [row] } },
  );
  expect(createTargets.userErrors).toEqual([{ code: 'QUOTA_EXCEEDED', message: FULL.json.message }]);

  expect((await device(`/${name}/controller/v1/a`)).status).toBe(200);
  await admin('/rest/v1/targets/a', { method: 'DELETE' });
  expect((await device(`/${name}/controller/v1/c`)).status).toBe(200);
  expect(server.errors).toEqual([]);
});
