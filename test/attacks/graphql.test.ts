import { describe, expect, it } from 'vitest';
import { ANSWERED, DOCUMENTS, type Operation, REPEATED, VARIABLES } from './support/graphql-cases.ts';
import { startAttacked } from './support/server.ts';
import { openSignedIn } from './support/socket.ts';
import { expectNoStall } from './support/stall.ts';

/* Documents and variables that cost much, by POST, GET and WebSocket, of somebody who may do nothing. */

const server = await startAttacked();
/** Characters of an answer: it tells of some errors, and doesn't repeat what was sent. */
const SHORT = 5_000;
/** A document is known after its first time, and after some more its query is compiled. */
const TIMES = 4;

function bodyOf({ query, variables = '{}', operationName }: Operation): string {
  const named = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${JSON.stringify(query)},"variables":${variables}${named}}`;
}

function expectRefusal(text: string, code: string): void {
  const { errors } = JSON.parse(text);
  expect(errors[0].extensions.code, text.slice(0, 500)).toBe(code);
  expect(text.length).toBeLessThan(SHORT);
}

/** Bytes of a body of somebody without permissions. */
const POWERLESS_BYTES = 1 << 16;
const JSON_TYPE = { 'content-type': 'application/json' };

describe('by POST', () => {
  it.each([...DOCUMENTS, ...VARIABLES])('%s', async (_, operation, code) => {
    const body = bodyOf(operation);
    const as = body.length > POWERLESS_BYTES ? server.reader : server.nobody;
    const answer = await expectNoStall(server, async (send) => {
      for (let time = 1; time < TIMES; time++) await send('/graphql', { as, body, headers: JSON_TYPE });
      return send('/graphql', { as, body, headers: JSON_TYPE });
    });
    expect(answer.status).toBe(code === 'FORBIDDEN' ? 200 : 400);
    expectRefusal(answer.text, code);
  });

  it.each(['nobody', 'reader'] as const)(
    'millions of wrong values that are sent as some bytes, of %s',
    async (who) => {
      const query =
        'mutation ($ids: [ID!]!) { deleteTargets(input: { targets: { ids: $ids } }) { deletedCount } }';
      const body = bodyOf({ query, variables: `{"ids":[${'1,'.repeat(7_900_000)}1]}` });
      const answer = await expectNoStall(server, (send) =>
        send('/graphql', { as: server[who], body, gzip: true, headers: JSON_TYPE }),
      );
      expect(answer.status).toBe(413);
    },
  );
});

describe('of somebody who may do all', async () => {
  const { tenant } = server;
  const targets = Array.from({ length: 500 }, (_, n) => ({ controllerId: `target-${n}` }));
  await tenant.admin('/rest/v1/targets', { method: 'POST', json: targets });

  const answerOf = (operation: Operation) => {
    const attack = { as: tenant.authorization, body: bodyOf(operation), headers: JSON_TYPE };
    return expectNoStall(server, (send) => send('/graphql', attack));
  };
  it.each(REPEATED)('what is given for each of many: %s', async (_, operation, code) => {
    const { errors } = JSON.parse((await answerOf(operation)).text);
    expect(errors[0].extensions.code).toBe(code);
  });

  it.each(ANSWERED)('what is dear and answered: %s', async (_, operation) => {
    const { status, text } = await answerOf(operation);
    expect([status, JSON.parse(text).errors]).toEqual([200, undefined]);
  });
});

/** Of a request line, with room for the headers. */
const URL_LENGTH = 12_000;
const pathOf = ({ query, variables = '{}', operationName }: Operation) =>
  `/graphql?${new URLSearchParams({ query, variables, ...(operationName && { operationName }) })}`;

describe('by GET', () => {
  const wrongOrder: Operation = {
    query: 'query ($order: [TargetOrder!]) { targets(orderBy: $order) { totalCount } }',
    variables: JSON.stringify({ order: Array(3_000).fill(1) }),
  };
  const cases = [['a list of wrong values', wrongOrder, 'BAD_USER_INPUT'] as const, ...DOCUMENTS]
    .map(([name, operation, code]) => [name, pathOf(operation), code] as const)
    .filter(([, path]) => path.length < URL_LENGTH);

  it.each(cases)('%s', async (_, path, code) => {
    // Apollo wants it of whoever sends nothing else that a page of another site can't send.
    const attack = { as: server.nobody, headers: { 'apollo-require-preflight': 'yes' } };
    const answer = await expectNoStall(server, async (send) => {
      for (let time = 1; time < TIMES; time++) await send(path, attack);
      return send(path, attack);
    });
    expect(answer.status).toBe(code === 'FORBIDDEN' ? 200 : 400);
    expectRefusal(answer.text, code);
  });
});

describe('by WebSocket', () => {
  const MESSAGE_BYTES = 1 << 18;
  /** Characters of all operations of a connection, where nothing else is wrong with them. */
  const KEPT_AT_MOST = 1 << 16;
  const query =
    'subscription ($v: [ActionOrder!]) { targetEvents { target { actions(orderBy: $v) { nodes { id } } } } }';
  const cases = [
    // What isn't refused as a document is so for being no subscription.
    ...DOCUMENTS.map(
      ([name, operation, code]) =>
        [name, operation, /^(FORBIDDEN|COST)/.test(code) ? 'BAD_REQUEST' : code] as const,
    ),
    ...VARIABLES.map(
      ([name, { variables }, code]) =>
        [name, { query, variables: variables!.replace(/^\{"\w+":/, '{"v":') }, code] as const,
    ),
  ]
    .map(([name, operation, code]) => [name, bodyOf(operation), code] as const)
    .map(
      ([name, body, code]) =>
        [
          name,
          body,
          code === 'BAD_USER_INPUT' && body.length > KEPT_AT_MOST ? 'TOO_MANY_OPERATIONS' : code,
        ] as const,
    )
    .filter(([, body]) => body.length < MESSAGE_BYTES - 100);

  it.each([
    ...cases,
    [
      'a long wrong value',
      bodyOf({ query, variables: JSON.stringify({ v: 'x'.repeat(60_000) }) }),
      'BAD_USER_INPUT',
    ] as const,
    [
      'lists in what nobody reads',
      `{"query":"${query}","extensions":{"v":${'['.repeat(1e5)}1${']'.repeat(1e5)}}}`,
      'TOO_MANY_OPERATIONS',
    ] as const,
    [
      'a number in a hundred thousand lists',
      `{"query":"${query}","variables":{"v":${'['.repeat(1e5)}1${']'.repeat(1e5)}}}`,
      'VARIABLES_LIMIT_EXCEEDED',
    ] as const,
  ])('%s', async (_, body, code) => {
    const answer = await expectNoStall(server, async () => {
      const opened = await openSignedIn(server, server.nobody);
      for (let time = 0; time < TIMES; time++)
        opened.socket.send(`{"id":"${time}","type":"subscribe","payload":${body}}`);
      const last = await opened.message({ id: String(TIMES - 1) });
      opened.socket.terminate();
      return last;
    });
    expect(answer).toMatchObject({ type: 'error' });
    expectRefusal(JSON.stringify({ errors: answer.payload }), code);
  });
});

it('logs nothing of all this', () => {
  expect(server.logged()).toBe('');
});
