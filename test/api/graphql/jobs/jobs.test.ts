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

const CREATE =
  'mutation ($targets: [TargetInput!]!) { createTargets(input: { targets: $targets }) { userErrors { message } } }';
const DELETE =
  'mutation ($filter: String!) { deleteTargets(input: { targets: { filter: $filter } }) { deletedCount job { id state total } userErrors { message } } }';

async function fleet(count: number) {
  const tenant = await createServedTenant(server);
  const targets = Array.from({ length: count }, (_, n) => ({ controllerId: `t${n}` }));
  await graphql(tenant.admin, CREATE, { targets });
  return tenant;
}

it('deletes few within the answer and many by a job, which another process tells of to its end', async () => {
  const { name, admin } = await fleet(1_201);
  const few = await graphql(admin, DELETE, { filter: 'id=in=(t0,t1)' });
  expect(few.deleteTargets).toEqual({ deletedCount: 2, job: null, userErrors: [] });

  const { deleteTargets: many } = await graphql(admin, DELETE, { filter: 'id==*' });
  expect(many).toEqual({
    deletedCount: 0,
    job: { id: expect.stringMatching(/^Job:\d+$/), state: 'QUEUED', total: 1_199 },
    userErrors: [],
  });
  const client = createClient({
    url: `${other.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: basic(`${name}\\boss`, 'a-quiet-secret') },
    retryAttempts: 0,
  });
  const query = 'subscription ($id: ID!) { jobProgress(id: $id) { state done changed } }';
  const told: unknown[] = [];
  for await (const { data } of client.iterate<Record<string, unknown>>({
    query,
    variables: { id: many.job.id },
  }))
    told.push(data!['jobProgress']);
  expect(told.at(-1)).toEqual({ state: 'FINISHED', done: 1_199, changed: 1_199 });
  await client.dispose();

  const found = await graphql(
    admin,
    'query ($id: ID!) { job(id: $id) { kind filter faults { code } createdBy endedAt } jobs(filter: "state==finished") { totalCount nodes { id } } targets { totalCount } }',
    { id: many.job.id },
  );
  expect(found).toMatchObject({
    job: { kind: 'DELETE_TARGETS', filter: 'id==*', faults: [], createdBy: 'boss' },
    jobs: { totalCount: 1, nodes: [{ id: many.job.id }] },
    targets: { totalCount: 0 },
  });
  const { cancelJob } = await graphql(
    admin,
    'mutation ($id: ID!) { cancelJob(input: { id: $id }) { job { id } userErrors { code path } } }',
    { id: many.job.id },
  );
  expect(cancelJob).toEqual({ job: null, userErrors: [{ code: 'JOB_ENDED', path: ['id'] }] });
});
