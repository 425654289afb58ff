import { expect, it } from 'vitest';
import { startAttacked } from './support/server.ts';
import { expectNoStall } from './support/stall.ts';

/* Documents and variables that cost much, by POST, GET and WebSocket, of somebody who may do nothing. */

const server = await startAttacked();

it('refuses a document of more words than any needs', async () => {
  const query = `{ ${'targets { totalCount } '.repeat(100_000)} }`;
  const answer = await expectNoStall(server, (send) =>
    send('/graphql', { as: server.nobody, gzip: true, json: { query } }),
  );
  // Somebody without any permission may not even send so much.
  expect(answer).toMatchObject({ status: 413 });
  expect(answer.text).toContain('The body may h');
});
