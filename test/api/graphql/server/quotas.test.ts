import { afterAll, expect, it } from 'vitest';
import { createServedTenant, graphql, startTestServer } from '../../../support/server.ts';

const server = await startTestServer();
afterAll(server.stop);

it.each([
  ['TargetTypes', 'targetTypes', {}],
  ['SoftwareModuleTypes', 'softwareModuleTypes', { maxAssignments: 1 }],
  ['DistributionSetTypes', 'distributionSetTypes', {}],
])('create%s beyond the quota of the tenant is an error of its user', async (name, field, more) => {
  const { admin } = await createServedTenant(server);
  const rows = Array.from({ length: 1_001 }, (_, n) => ({ key: `k${n}`, name: `n${n}`, ...more }));
  const { [`create${name}`]: answer } = await graphql(
    admin,
    `mutation ($input: Create${name}Input!) {
      create${name}(input: $input) { ${field} { id } userErrors { code message path } }
    }`,
    { input: { [field]: rows } },
  );
  expect(answer[field]).toEqual([]);
  expect(answer.userErrors).toEqual([
    { code: 'QUOTA_EXCEEDED', message: expect.stringMatching(/^No more than 1000 .* types/), path: [] },
  ]);
});
