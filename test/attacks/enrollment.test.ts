import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { graphql } from '../support/server.ts';
import { startAttacked } from './support/server.ts';

/* A factory's devices that all come for the first time in one moment, and devices with names that look like others'. */

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
    const url = `${server.url}/${name}/controller/v1/${encodeURIComponent(controllerId)}`;
    request(url, { agent, headers: { authorization: `TargetToken ${token}` } }, (answer) =>
      answer.resume().once('end', () => resolve(answer.statusCode!)),
    )
      .once('error', reject)
      .end();
  });

/** A group whose devices derive their tokens. @returns how they do */
async function newFactory(input: object) {
  const { enrollmentGroup } = await mutate('createEnrollmentGroup', input);
  const { key } = await mutate('setDerivationKey', { groupId: enrollmentGroup.id, slot: 'PRIMARY' });
  return (id: string) => createHmac('sha256', Buffer.from(key, 'hex')).update(id).digest('base64url');
}

it('lets exactly 1,000 of 10,000 devices in whose tokens are derived, and those ever after', {
  timeout: 180_000,
}, async () => {
  const tokenOf = await newFactory({ name: 'factory', registrationLimit: LIMIT });
  const ids = Array.from({ length: DEVICES }, (_, n) => `new-${n}`);
  const statuses = await Promise.all(ids.map((id) => statusOf(id, tokenOf(id))));
  const admitted = ids.filter((_, n) => statuses[n] === 200);
  expect(admitted).toHaveLength(LIMIT);
  expect([...new Set(statuses)].sort()).toEqual([200, 429]);
  const { targets } = await graphql(admin, '{ targets(filter: "id==new-*") { totalCount } }');
  expect(targets.totalCount).toBe(LIMIT);
  expect(await statusOf(admitted[0]!, tokenOf(admitted[0]!))).toBe(200);
});

describe('a name that is odd', async () => {
  const tokenOf = await newFactory({ name: 'odd' });
  const nameOf = async (controllerId: string) =>
    (
      await graphql(
        admin,
        'query ($id: String!) { targetByControllerId(controllerId: $id) { controllerId } }',
        { id: controllerId },
      )
    ).targetByControllerId?.controllerId;

  it.each([
    'a:b@c.d-e_f~g',
    '\u00e9',
    'e\u0301',
    '\u{1f600}',
    '%',
    '%25',
    'a/b',
    'a\\b',
    `"';--`,
    'a+b&c=d#e?f',
    '*',
    '__proto__',
    'constructor',
    '..a',
    'x'.repeat(128),
    '\u00fc'.repeat(128),
  ])('is as good as any: %s', async (id) => {
    expect(await statusOf(id, tokenOf(id))).toBe(200);
    expect(await nameOf(id)).toBe(id);
    expect(await statusOf(id, tokenOf(id)), 'later, too').toBe(200);
  });

  it.each([
    ['other case', 'Case', 'case'],
    ['other case, beyond ASCII', '\u00dcber', '\u00fcber'],
    ['another form of the same letter', 'form-\u00e9', 'form-e\u0301'],
    ['a letter that looks the same', 'look-a', 'look-\u0430'],
    ['an encoding of it', 'enc-%41', 'enc-A'],
    ['something after it', 'end', 'end.'],
  ])('is opened by no token of %s', async (_, own, like) => {
    expect(await statusOf(own, tokenOf(like))).toBe(401);
    expect(await statusOf(own, tokenOf(own))).toBe(200);
    expect(await statusOf(own, tokenOf(like))).toBe(401);
    expect(await nameOf(like)).toBeUndefined();
  });

  it.each([' ', 'a b', '\0', 'a\nb', 'x'.repeat(257)])(
    'that no device can have is refused: %j',
    async (id) => {
      expect([400, 401]).toContain(await statusOf(id, tokenOf(id)));
    },
  );
});
