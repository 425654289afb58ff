import { expect, it } from 'vitest';
import type { Caller, Context } from '../../../src/services/shared/context.ts';
import { gatherReads } from '../../../src/services/shared/gather-reads.ts';

const database = {};
const contextOf = (caller: object, from: object = database) =>
  ({ caller: caller as Caller, database: from }) as unknown as Context;

it('reads together what one caller asks for in the same moment, and nothing of another', async () => {
  const asked: [Context, readonly string[]][] = [];
  const read = gatherReads(async (context, keys) => {
    asked.push([context, keys]);
    if (keys.includes('broken')) throw new Error('broken');
    return new Map(keys.filter((key) => key !== 'missing').map((key) => [key, `it is ${key}`]));
  });
  const [one, other, elsewhere] = [contextOf({}), contextOf({}), contextOf({}, {})];
  const answers = await Promise.all([
    read(one, 'a'),
    read(other, 'a'),
    read(one, 'b'),
    read(one, 'a'),
    read(one, 'missing'),
  ]);
  expect(answers).toEqual(['it is a', 'it is a', 'it is b', 'it is a', undefined]);
  expect(asked).toEqual([
    [one, ['a', 'b', 'missing']],
    [other, ['a']],
  ]);

  // What is asked for after a statement began needs another: something may have changed since.
  expect(await read(one, 'a')).toBe('it is a');
  expect(asked).toHaveLength(3);
  const sameCaller = contextOf(one.caller, elsewhere.database);
  await Promise.all([read(one, 'a'), read(sameCaller, 'a')]);
  expect(asked.slice(3).map(([context]) => context)).toEqual([one, sameCaller]);

  const failed = await Promise.allSettled([read(one, 'broken'), read(one, 'b'), read(other, 'b')]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(await read(one, 'b')).toBe('it is b');

  asked.length = 0;
  await Promise.all(Array.from({ length: 501 }, (_, n) => read(one, `key ${n}`)));
  expect(asked.map(([, keys]) => keys.length)).toEqual([500, 1]);
});
