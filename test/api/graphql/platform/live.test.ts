import { createClient } from 'graphql-ws';
import { afterAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { basic, createServedTenant, graphql, startTestServer } from '../../../support/server.ts';

const server = await startTestServer();
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});

// biome-ignore lint/suspicious/noExplicitAny: the answers of tests are looked at in any way
type Any = any;

async function open() {
  const { name, admin } = await createServedTenant(server);
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: basic(`${name}\\boss`, 'a-quiet-secret') },
    retryAttempts: 0,
  });
  const watch = (query: string, variables?: Record<string, unknown>) => {
    const answers = client.iterate<Any>({ query, variables: variables ?? null });
    return async () => (await answers.next()).value!.data;
  };
  return { name, admin, watch, close: () => client.dispose() };
}

it('tells of what is added to the audit trail', async () => {
  const { admin, watch, close } = await open();
  const next = watch(
    'subscription { auditEventAdded(filter: "type==target.*") { type auditEvent { id type subjects } } }',
  );
  expect(await next()).toEqual({ auditEventAdded: { type: 'RESYNC', auditEvent: null } });
  await graphql(
    admin,
    'mutation { createTargets(input: { targets: [{ controllerId: "a" }] }) { userErrors { message } } }',
  );
  const { auditEventAdded } = await next();
  expect(auditEventAdded).toEqual({
    type: 'ADDED',
    auditEvent: { id: expect.any(String), type: 'TARGET_CREATED', subjects: ['a'] },
  });
  const { node } = await graphql(
    admin,
    'query ($id: ID!) { node(id: $id) { ... on AuditEvent { subjects } } }',
    { id: auditEventAdded.auditEvent.id },
  );
  expect(node).toEqual({ subjects: ['a'] });
  await close();
});

it('tells of devices that need an approval', async () => {
  const { name, admin, watch, close } = await open();
  const { createEnrollmentGroup } = await graphql(
    admin,
    'mutation { createEnrollmentGroup(input: { name: "g", requiresApproval: true }) { token userErrors { message } } }',
  );
  const next = watch('subscription { pendingTargetsChanged { pending rejected } }');
  expect(await next()).toEqual({ pendingTargetsChanged: { pending: 0, rejected: 0 } });
  const response = await fetch(`${server.url}/${name}/controller/v1/new`, {
    headers: { authorization: `GatewayToken ${createEnrollmentGroup.token}` },
  });
  expect(response.status).toBe(200);
  expect(await next()).toEqual({ pendingTargetsChanged: { pending: 1, rejected: 0 } });
  await graphql(
    admin,
    'mutation { rejectTargets(input: { pendingTargets: { filter: "controllerId==new" } }) { affectedCount userErrors { message } } }',
  );
  expect(await next()).toEqual({ pendingTargetsChanged: { pending: 0, rejected: 1 } });
  await close();
});

it('tells of several rollouts, and names an id that is none', async () => {
  const { admin, watch, close } = await open();
  await graphql(
    admin,
    'mutation { createTargets(input: { targets: [{ controllerId: "a" }] }) { userErrors { message } } }',
  );
  const made = await graphql(
    admin,
    'mutation { createSoftwareModules(input: { softwareModules: [{ type: { key: "os" }, name: "os", version: "1" }] }) { softwareModules { id } } }',
  );
  const sets = await graphql(
    admin,
    `mutation ($ids: [ID!]!) { createDistributionSets(input: { distributionSets: [
      { type: { key: "os" }, name: "os", version: "1", moduleIds: $ids }] }) { distributionSets { id } } }`,
    { ids: made.createSoftwareModules.softwareModules.map(({ id }: { id: string }) => id) },
  );
  const create = async (name: string) => {
    const { createRollout } = await graphql(
      admin,
      'mutation ($name: String!, $id: ID!) { createRollout(input: { name: $name, filter: "id==*", distributionSetId: $id }) { rollout { id } } }',
      { name, id: sets.createDistributionSets.distributionSets[0].id },
    );
    return createRollout.rollout.id as string;
  };
  const ids = [await create('one'), await create('two')];
  const query =
    'subscription ($ids: [ID!]!) { rolloutsProgress(rollouts: { ids: $ids }) { changed { rollout { id status } targetCounts { notStarted } } removedIds } }';
  const next = watch(query, { ids });
  const told: Record<string, string> = {};
  while (Object.values(told).filter((status) => status === 'READY').length < 2)
    for (const { rollout } of (await next()).rolloutsProgress.changed) told[rollout.id] = rollout.status;
  expect(Object.keys(told).toSorted()).toEqual(ids.toSorted());
  await graphql(admin, `mutation { stopRollout(input: { id: "${ids[1]}" }) { userErrors { message } } }`);
  expect((await next()).rolloutsProgress).toEqual({
    changed: [{ rollout: { id: ids[1], status: 'STOPPED' }, targetCounts: { notStarted: 1 } }],
    removedIds: [],
  });
  await expect(watch(query, { ids: [ids[0], 'Target:1'] })()).rejects.toMatchObject([
    { message: expect.stringContaining('Target:1'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  await close();
});
