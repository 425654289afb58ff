import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/server.ts';
import { BODY_LIMIT, expectRefused, JSON_TYPE, LONE, NUL, nested, serveTenant } from './support.ts';

const { admin, targetCount, expectServing } = await serveTenant();
afterAll(expectServing);

describe('GraphQL', () => {
  const send = (json: unknown) => admin('/graphql', { method: 'POST', json });
  const CREATE = `mutation ($input: CreateTargetsInput!) {
    createTargets(input: $input) { targets { controllerId } userErrors { code message path } }
  }`;
  const create = async (targets: unknown[]) => {
    const { status, json } = await send({ query: CREATE, variables: { input: { targets } } });
    return { status, errors: json.errors, ...json.data?.createTargets };
  };

  test.each<[string, string | Uint8Array, number]>([
    ['nothing', '', 400],
    ['half of it', '{"query":"{ me', 400],
    ['null', 'null', 400],
    ['a number', '1', 400],
    ['a list of operations', '[{"query":"{ viewer { username } }"}]', 400],
    ['no query', '{}', 400],
    ['a query that is an object', '{"query":{}}', 400],
    ['variables that are a list', '{"query":"{ viewer { username } }","variables":[]}', 400],
    ['bytes that are no UTF-8', Buffer.from('{"query":"{ viewer { \xff } }"}', 'latin1'), 400],
    ['lists without an end', '['.repeat(1 << 20), 400],
    ['a query without an end', JSON.stringify({ query: '{'.repeat(100_000) }), 400],
    [
      'a query of lists in lists',
      JSON.stringify({ query: `{ targets(orderBy: ${nested(5000)}) { nodes { name } } }` }),
      400,
    ],
    ['an unknown field', '{"query":"{ viewer { nothing } }"}', 400],
    ['an unknown argument', '{"query":"{ targets(nothing: 1) { totalCount } }"}', 400],
    ['a number that is none', '{"query":"{ targets(first: 1e99) { nodes { name } } }"}', 400],
    ['a body over the limit', Buffer.alloc(BODY_LIMIT + 1, ' '), 413],
  ])('%s', async (_, body, status) => {
    const answer = await admin('/graphql', { method: 'POST', headers: JSON_TYPE, body });
    expectRefused(answer, { status, names: /"errors"/ });
  });

  test.each<[string, object, string, RegExp]>([
    ['an empty controllerId', { controllerId: '' }, 'controllerId', /at least 1/],
    ['one with a blank', { controllerId: 'b ad' }, 'controllerId', /white space/],
    ['one of 257 characters', { controllerId: 'x'.repeat(257) }, 'controllerId', /256/],
    ['one with U+0000', { controllerId: `b${NUL}ad` }, 'controllerId', /U\+0000/],
    ['one with half a pair', { controllerId: `b${LONE}ad` }, 'controllerId', /surrogate/],
    ['one that exists', { controllerId: 'known' }, 'controllerId', /known/],
    ['one that is there twice', { controllerId: 'good-1' }, 'controllerId', /good-1/],
    ['a name of 129 characters', { controllerId: 'bad', name: 'x'.repeat(129) }, 'name', /128/],
    ['a description of 513', { controllerId: 'bad', description: 'x'.repeat(513) }, 'description', /512/],
    ['an address of 513', { controllerId: 'bad', address: 'x'.repeat(513) }, 'address', /512/],
    ['a token of 129', { controllerId: 'bad', securityToken: 'x'.repeat(129) }, 'securityToken', /128/],
    ['a group of 257', { controllerId: 'bad', group: 'x'.repeat(257) }, 'group', /256/],
    [
      'an unknown type',
      { controllerId: 'bad', targetTypeId: 'TargetType:4611686018427387904' },
      'targetTypeId',
      /TargetType/,
    ],
    ['a type that is no id', { controllerId: 'bad', targetTypeId: 'x' }, 'targetTypeId', /x|number/],
    [
      'a type beyond 64 bits',
      { controllerId: 'bad', targetTypeId: 'TargetType:9223372036854775808' },
      'targetTypeId',
      /./,
    ],
  ])('a row is refused, and the good one with it: %s', async (_, row, field, rule) => {
    const before = await targetCount();
    const { status, targets, userErrors, errors } = await create([{ controllerId: 'good-1' }, row]);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(targets).toEqual([]);
    expect(userErrors).toEqual([
      { code: expect.any(String), message: expect.stringMatching(rule), path: ['targets', '1', field] },
    ]);
    expect(await targetCount()).toBe(before);
  });

  test('rows of wrong types never come that far', async () => {
    for (const row of [
      {},
      { controllerId: 1 },
      { controllerId: [] },
      { controllerId: null },
      { controllerId: 'bad', nothing: 1 },
      'bad',
      null,
      [[]],
    ]) {
      const { status, errors } = await create([row]);
      expect(status).toBe(400);
      expect(errors[0]).toMatchObject({
        message: expect.stringMatching(/input\.targets|\$input/),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });

  test('arguments of queries that cannot be', async () => {
    const bad: [string, RegExp][] = [
      ['first: -1', /first/],
      ['first: 501', /500/],
      ['first: 1, last: 1', /first|last/],
      ['after: "nonsense"', /after|cursor/],
      ['after: ""', /after|cursor/],
      ['after: "\\u0000"', /after|cursor/],
      ['offset: -1', /offset/],
      ['offset: 2147483647, after: "x"', /offset|after|cursor/],
      ['filter: "name"', /position/i],
      ['filter: "nothing==1"', /nothing/],
      ['filter: "name==\\u0000"', /./],
    ];
    for (const [args, names] of bad) {
      const { status, json, text } = await send({ query: `{ targets(${args}) { nodes { name } } }` });
      expect(status, text).toBeLessThan(500);
      expect(json.errors?.[0], `${args}: ${text}`).toMatchObject({
        message: expect.stringMatching(names),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    for (const id of ['known\\u0000', '\\ud800', '']) {
      const { json, text } = await send({
        query: `{ target: targetByControllerId(controllerId: "${id}") { name } }`,
      });
      expect(json.data ?? json.errors, text).toBeDefined();
      expect(text).not.toContain('INTERNAL_SERVER_ERROR');
    }
  });

  test('any variables and any filter', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud800', '\u0000', -1, 2 ** 31),
    );
    const harmless = async (answer: Promise<Answer>) => {
      const { status, text } = await answer;
      expect(status, text).toBeLessThan(500);
      expect(text).not.toContain('INTERNAL_SERVER_ERROR');
    };
    const row = fc.record({
      controllerId: fc.oneof(fc.uuid(), fc.string({ unit: 'binary' })),
      name: fc.string({ unit: 'binary' }),
      targetTypeId: fc.oneof(fc.string(), fc.integer()),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(row, { maxLength: 3 }), value), value, async (targets, any) => {
        await harmless(send({ query: CREATE, variables: { input: { targets } } }));
        await harmless(
          send({
            query:
              'query ($f: String, $a: String, $n: Int) { targets(filter: $f, after: $a, first: $n) { totalCount nodes { name } } }',
            variables: { f: any, a: any, n: any },
          }),
        );
        await harmless(send({ query: any, variables: any, operationName: any, extensions: any }));
        await harmless(
          send({
            query:
              'mutation ($i: DeleteTargetsInput!) { deleteTargets(input: $i) { deletedCount userErrors { code } } }',
            variables: { i: { filter: any, dryRun: true } },
          }),
        );
      }),
      { numRuns: 100 },
    );
  });
});
