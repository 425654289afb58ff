import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openTurns } from '../../src/listening/turns.ts';

function crowd(options: Parameters<typeof openTurns>[0]) {
  const turns = openTurns(options);
  const begun: string[] = [];
  const take = (name: string, address = 'a') =>
    turns.take(
      () => begun.push(name),
      () => address,
    );
  return { turns, begun, take };
}

it('begins what comes at once, but no more than a few in one turn', async () => {
  const { turns, begun, take } = crowd({ atOnce: 2 });
  for (const name of ['1', '2', '3', '4', '5']) expect(take(name)).toBe(true);
  expect(begun).toEqual(['1', '2']);
  expect(turns.waiting()).toBe(3);
  await nextTurn();
  expect(begun, 'the next two').toEqual(['1', '2', '3', '4']);
  expect(take('6')).toBe(true);
  expect(begun, 'a new one waits behind the old').toHaveLength(4);
  await nextTurn();
  expect(begun).toEqual(['1', '2', '3', '4', '5', '6']);
  await nextTurn();
  take('7');
  expect(begun, 'at once again').toHaveLength(7);
});

it('lets addresses take turns', async () => {
  const { begun, take } = crowd({ atOnce: 1 });
  for (const name of ['a1', 'a2', 'a3', 'a4']) take(name);
  take('b1', 'b');
  for (let n = 0; n < 4; n++) await nextTurn();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
});

it('refuses whose address has too many waiting, and beyond the bound of all whoever has any', async () => {
  const { turns, begun, take } = crowd({ atOnce: 1, ofOne: 2, ofAll: 3 });
  expect(['begins', 'a1', 'a2', 'a3'].map((name) => take(name))).toEqual([true, true, true, false]);
  expect(take('b1', 'b')).toBe(true);
  expect(take('b2', 'b'), 'three wait').toBe(false);
  expect(take('c1', 'c'), 'has none waiting').toBe(true);
  while (turns.waiting()) await nextTurn();
  expect(begun).toEqual(['begins', 'a1', 'b1', 'c1', 'a2']);
});

it('goes on after one that failed', async () => {
  const { turns, begun, take } = crowd({ atOnce: 1 });
  take('1');
  turns.take(
    () => {
      process.once('uncaughtException', () => {});
      throw new Error('it failed');
    },
    () => 'a',
  );
  take('2');
  while (turns.waiting()) await nextTurn();
  expect(begun).toEqual(['1', '2']);
});
