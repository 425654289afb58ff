import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { serveTenant } from './support.ts';

const { admin, targetCount, expectServing } = await serveTenant();
afterAll(expectServing);

describe('Management API', () => {
  const post = (json: unknown) => admin('/rest/v1/targets', { method: 'POST', json });

  const text = fc.oneof(
    { weight: 5, arbitrary: fc.string({ minLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('known', '', '\ud800', '\u0000', 'x'.repeat(300), 1e21, -1, 2 ** 53, null, true),
  );
  const mostly = <T>(usual: fc.Arbitrary<T>) =>
    fc.oneof<fc.MaybeWeightedArbitrary<unknown>[]>(
      { weight: 9, arbitrary: usual },
      { weight: 1, arbitrary: odd },
    );
  const rows = fc.array(
    fc.record(
      {
        controllerId: mostly(fc.uuid()),
        name: mostly(text),
        description: mostly(text),
        address: mostly(text),
        securityToken: mostly(text),
        requestAttributes: mostly(fc.boolean()),
        targetType: mostly(fc.constant(null)),
        group: mostly(text),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  );

  test('any JSON: all of it is created or nothing, and never is it the server’s fault', async () => {
    let expected = await targetCount();
    let created = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(rows, fc.jsonValue()), async (json) => {
        const { status, json: answer, text } = await post(json);
        expect(status, text).toBeOneOf([201, 400, 404, 409]);
        if (status === 201) {
          created += answer.length;
          expected += answer.length;
        } else expect(answer).toMatchObject({ errorCode: expect.any(String), message: expect.any(String) });
      }),
      { numRuns: 300 },
    );
    expect(await targetCount()).toBe(expected);
    expect(created, 'not all of it is bad').toBeGreaterThan(0);
  });

  const words = fc.constantFrom(
    ...[
      'name',
      'controllerid',
      'attribute.a',
      'attribute.',
      'type',
      'createdat',
      'updatestatus',
      'group',
      'nothing',
    ],
    ...['==', '!=', '=in=', '=out=', '=lt=', '=ge=', '=is=', '=li=', '=odd=', '<', '>='],
    ...[
      'a',
      '*',
      "'a b'",
      '"',
      "'",
      '\\',
      '(',
      ')',
      ',',
      ';',
      ' and ',
      ' or ',
      ' ',
      'null',
      '0',
      '-1',
      '1e9',
    ],
    ...[
      '%',
      '_',
      'ä',
      '💥',
      '\u0000',
      '\u2028',
      '$',
      '$' + '{now_ts}',
      '$' + '{overdue_ts}',
      ':ASC',
      ':DESC',
      ':',
    ],
  );
  const queries = fc.oneof(
    fc.array(words, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  );

  test('any q and sort', async () => {
    await fc.assert(
      fc.asyncProperty(queries, queries, async (q, sort) => {
        const more: [string, string][] = [
          ['q', q],
          ['sort', sort],
          ['q', `name==x,${q}`],
          ['sort', `name:ASC,${sort}`],
        ];
        for (const query of more) {
          const { status, text } = await admin(`/rest/v1/targets?${new URLSearchParams([query])}`);
          expect(status, text).toBeOneOf([200, 400]);
        }
        const types = await admin(`/rest/v1/targettypes?${new URLSearchParams({ q, sort })}`);
        expect(types.status, types.text).toBeOneOf([200, 400]);
      }),
      { numRuns: 150 },
    );
  });
});
