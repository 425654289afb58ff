import { expect, it } from 'vitest';
import { MOST_MATCHES, openMemory } from '../../../../src/services/platform/live/memory.ts';

it('knows of every target whether it matched', () => {
  const budget = { left: 10 };
  const memory = openMemory([1, 2], budget);
  expect([1, 2, 3].map(memory.before)).toEqual([true, true, false]);
  memory.told(1, false);
  memory.told(3, true);
  memory.told(3, true);
  memory.forget(2);
  expect([1, 2, 3].map(memory.before)).toEqual([false, false, true]);
  expect(budget.left).toBe(9);
  memory.clear();
  expect(budget.left).toBe(10);
});

it.each([
  ['more match than are remembered', undefined, { left: 10 }],
  ['the budget is spent', [1, 2], { left: 1 }],
])('remembers a few only where %s', (_, matches, budget) => {
  const before = budget.left;
  const memory = openMemory(matches, budget);
  expect(memory.before(1)).toBeUndefined();
  memory.told(1, true);
  memory.told(2, false);
  expect([1, 2, 3].map(memory.before)).toEqual([true, false, undefined]);
  for (let id = 10; id < 10_000; id++) memory.told(id, true);
  expect([1, 9_999].map(memory.before)).toEqual([undefined, true]);
  expect(budget.left).toBe(before);
});

it('gives up when it grows too large', () => {
  const budget = { left: 10 * MOST_MATCHES };
  const memory = openMemory(
    Array.from({ length: MOST_MATCHES }, (_, id) => id),
    budget,
  );
  expect(memory.before(MOST_MATCHES)).toBe(false);
  memory.told(MOST_MATCHES, true);
  expect(memory.before(5)).toBeUndefined();
  expect(budget.left).toBe(10 * MOST_MATCHES);
});
