import { createClient } from 'graphql-ws';
import { afterAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { numberOf } from '../../../support/ids.ts';
import { basic, clientOf, createServedTenant, graphql, startTestServer } from '../../../support/server.ts';

const server = await startTestServer();
const other = await startTestServer();
afterAll(async () => {
  await server.stop();
  await other.stop();
  expect(server.errors.concat(other.errors)).toEqual([]);
});

it('tells in another process what a device does about an assignment', async () => {
  const { name, admin } = await createServedTenant(server);
  const { createTargets } = await graphql(
    admin,
    'mutation { createTargets(input: { targets: [{ controllerId: "a" }] }) { targets { securityToken } } }',
  );
  const { createSoftwareModules: made } = await graphql(
    admin,
    'mutation { createSoftwareModules(input: { softwareModules: [{ type: { key: "os" }, name: "os", version: "1" }] }) { softwareModules { id } } }',
  );
  const { createDistributionSets: sets } = await graphql(
    admin,
    `mutation ($ids: [ID!]!) { createDistributionSets(input: { distributionSets: [
      { type: { key: "os" }, name: "os", version: "1", moduleIds: $ids }] }) { distributionSets { id number } } }`,
    { ids: made.softwareModules.map(({ id }: { id: string }) => id) },
  );
  const { id: distributionSetId, number } = sets.distributionSets[0];

  const client = createClient({
    url: `${other.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: basic(`${name}\\boss`, 'a-quiet-secret') },
    retryAttempts: 0,
  });
  const query = `subscription ($filter: String) { actionEvents(filter: $filter) { type actionId action {
    active target { controllerId updateStatus } distributionSet { name } statusHistory(first: 1) { nodes { status messages } } } } }`;
  const events = client.iterate<Record<string, unknown>>({
    query,
    variables: { filter: `distributionSet.id==${number}` },
  });
  const next = async () => (await events.next()).value.data.actionEvents;
  expect(await next()).toEqual({ type: 'RESYNC', actionId: null, action: null });

  const { assignDistributionSet } = await graphql(
    admin,
    `mutation ($id: ID!) { assignDistributionSet(input: { distributionSetId: $id, targets: { filter: "id==a" } }) {
      actions { nodes { id } } userErrors { message } } }`,
    { id: distributionSetId },
  );
  const actionId = assignDistributionSet.actions.nodes[0].id;
  const told = (updateStatus: string, status: string, messages: unknown[]) => ({
    actionId,
    action: {
      active: updateStatus === 'PENDING',
      target: { controllerId: 'a', updateStatus },
      distributionSet: { name: 'os' },
      statusHistory: { nodes: [{ status, messages }] },
    },
  });
  expect(await next()).toMatchObject({ type: 'CREATED', ...told('PENDING', 'RUNNING', [expect.anything()]) });

  const device = clientOf(server, `TargetToken ${createTargets.targets[0].securityToken}`);
  const report = (execution: string, finished: string, details: string[]) =>
    device(`/${name}/controller/v1/a/deploymentBase/${numberOf(actionId)}/feedback`, {
      method: 'POST',
      json: { status: { execution, result: { finished }, details } },
    });
  await report('proceeding', 'none', ['half']);
  expect(await next()).toEqual({ type: 'UPDATED', ...told('PENDING', 'RUNNING', ['half']) });
  await report('closed', 'failure', ['no space left']);
  expect(await next()).toEqual({ type: 'UPDATED', ...told('ERROR', 'ERROR', ['no space left']) });
  await client.dispose();
});
