import { createClient } from 'graphql-ws';
import { afterAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { basic, createServedTenant, graphql, startTestServer } from '../../../support/server.ts';

const server = await startTestServer();
const other = await startTestServer();
afterAll(async () => {
  await server.stop();
  await other.stop();
  expect(server.errors.concat(other.errors)).toEqual([]);
});

it('tells in another process how far a rollout is, to its end', async () => {
  const { name, admin } = await createServedTenant(server);
  await graphql(
    admin,
    'mutation { createTargets(input: { targets: [{ controllerId: "a" }] }) { userErrors { message } } }',
  );
  const { createSoftwareModules: made } = await graphql(
    admin,
    'mutation { createSoftwareModules(input: { softwareModules: [{ type: { key: "os" }, name: "os", version: "1" }] }) { softwareModules { id } } }',
  );
  const { createDistributionSets: sets } = await graphql(
    admin,
    `mutation ($ids: [ID!]!) { createDistributionSets(input: { distributionSets: [
      { type: { key: "os" }, name: "os", version: "1", moduleIds: $ids }] }) { distributionSets { id } } }`,
    { ids: made.softwareModules.map(({ id }: { id: string }) => id) },
  );
  const { createRollout } = await graphql(
    admin,
    'mutation ($id: ID!) { createRollout(input: { name: "r", filter: "id==*", distributionSetId: $id }) { rollout { id } } }',
    { id: sets.distributionSets[0].id },
  );
  const { id } = createRollout.rollout;

  const client = createClient({
    url: `${other.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: basic(`${name}\\boss`, 'a-quiet-secret') },
    retryAttempts: 0,
  });
  const query =
    'subscription ($id: ID!) { rolloutProgress(id: $id) { rollout { status } targetCounts { notStarted running } } }';
  const told: Record<string, Record<string, unknown>> = {};
  const acting: Record<string, string> = { READY: 'startRollout', RUNNING: 'stopRollout' };
  for await (const { data } of client.iterate<Record<string, never>>({ query, variables: { id } })) {
    const { rollout, targetCounts } = data!['rolloutProgress'] as unknown as Record<
      string,
      { status: string }
    >;
    const { status } = rollout!;
    const act = told[status] ? undefined : acting[status];
    told[status] = targetCounts as never;
    if (act) await graphql(admin, `mutation { ${act}(input: { id: "${id}" }) { userErrors { message } } }`);
  }
  expect(told).toMatchObject({
    READY: { notStarted: 1, running: 0 },
    RUNNING: { notStarted: 0, running: 1 },
    STOPPED: { notStarted: 0, running: 1 },
  });
  await client.dispose();
});
