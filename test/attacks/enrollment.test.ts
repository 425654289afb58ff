import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { afterAll, expect, it } from 'vitest';
import { graphql } from '../support/server.ts';
import { startAttacked } from './support/server.ts';

/* A factory's devices that all come for the first time in one moment. */

const DEVICES = 10_000;
const LIMIT = 1_000;
/** Their connections, behind one address. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
afterAll(() => agent.destroy());

const server = await startAttacked();
const { admin, name } = server.tenant;

const mutate = async (field: string, input: object) =>
  (
    await graphql(
      admin,
      `mutation ($input: ${field[0]!.toUpperCase()}${field.slice(1)}Input!) {
        ${field}(input: $input) { ${field === 'setDerivationKey' ? 'key' : 'enrollmentGroup { id }'} userErrors { message } } }`,
      { input },
    )
  )[field];

const statusOf = (controllerId: string, token: string) =>
  new Promise<number>((resolve, reject) => {
    const url = `${server.url}/${name}/controller/v1/${controllerId}`;
    request(url, { agent, headers: { authorization: `TargetToken ${token}` } }, (answer) =>
      answer.resume().once('end', () => resolve(answer.statusCode!)),
    )
      .once('error', reject)
      .end();
  });

it('lets exactly 1,000 of 10,000 devices in whose tokens are derived, and those ever after', {
  timeout: 180_000,
}, async () => {
  const { enrollmentGroup } = await mutate('createEnrollmentGroup', {
    name: 'factory',
    registrationLimit: LIMIT,
  });
  const { key } = await mutate('setDerivationKey', { groupId: enrollmentGroup.id, slot: 'PRIMARY' });
  const tokenOf = (id: string) =>
    createHmac('sha256', Buffer.from(key, 'hex')).update(id).digest('base64url');
  const ids = Array.from({ length: DEVICES }, (_, n) => `new-${n}`);
  const statuses = await Promise.all(ids.map((id) => statusOf(id, tokenOf(id))));
  const admitted = ids.filter((_, n) => statuses[n] === 200);
  expect(admitted).toHaveLength(LIMIT);
  expect([...new Set(statuses)].sort()).toEqual([200, 429]);
  const { targets } = await graphql(admin, '{ targets(filter: "id==new-*") { totalCount } }');
  expect(targets.totalCount).toBe(LIMIT);
  expect(await statusOf(admitted[0]!, tokenOf(admitted[0]!))).toBe(200);
});
