import { expect, it } from 'vitest';
import { graphql } from '../support/server.ts';
import { startAttacked } from './support/server.ts';

/* Somebody guesses codes by which targets may be taken over. */

const GUESSES = 500;

const server = await startAttacked();
const { admin } = server.tenant;

const claim = (code: string) =>
  admin('/graphql', {
    method: 'POST',
    json: {
      query:
        'mutation ($input: ClaimTargetInput!) { claimTarget(input: $input) { target { controllerId } userErrors { code } } }',
      variables: { input: { code } },
    },
  });

it('answers ten guesses of an account, and holds up all others, in whatever order they come', {
  timeout: 60_000,
}, async () => {
  const { targets } = await graphql(admin, '{ targets { nodes { id } } }');
  const { createClaimCode } = await graphql(
    admin,
    `mutation { createClaimCode(input: { id: "${targets.nodes[0].id}" }) { code userErrors { code } } }`,
  );
  const [tenant] = createClaimCode.code.split('-');
  // As like the real one as can be.
  const guess = (n: number) => `${tenant}-${String(n).padStart(25, '0').match(/.{5}/g)!.join('-')}`;
  const answers = await Promise.all(Array.from({ length: GUESSES }, (_, n) => claim(guess(n))));
  const wrong = answers.filter(
    ({ json }) => json.data?.claimTarget?.userErrors[0]?.code === 'CLAIM_CODE_INVALID',
  );
  const held = answers.filter(({ json }) => json.errors?.[0]?.extensions.code === 'TOO_MANY_REQUESTS');
  expect([wrong.length, held.length]).toEqual([10, GUESSES - 10]);
  // The right one is held up like any other: nothing tells it from a wrong one.
  const right = await claim(createClaimCode.code);
  expect(right.json.errors[0].extensions.code).toBe('TOO_MANY_REQUESTS');
});
