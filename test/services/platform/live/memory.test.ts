import { expect, it } from 'vitest';
import { MOST_MATCHES, openMatchMemory } from '../../../../src/services/platform/live/memory.ts';

it('knows of every target whether it matched', () => {
  const budget = { left: 10 };
  const memory = openMatchMemory([1, 2], budget);
  expect([1, 2, 3].map(memory.matchedBefore)).toEqual([true, true, false]);
  memory.remember(1, false);
  memory.remember(3, true);
  memory.remember(3, true);
  memory.forget(2);
  expect([1, 2, 3].map(memory.matchedBefore)).toEqual([false, false, true]);
  expect(budget.left).toBe(9);
  memory.clear();
  expect(budget.left).toBe(10);
});

it.each([
  ['more match than are remembered', undefined, { left: 10 }],
  ['the budget is spent', [1, 2], { left: 1 }],
])('remembers a few only where %s', (_, matches, budget) => {
  const before = budget.left;
  const memory = openMatchMemory(matches, budget);
  expect(memory.matchedBefore(1)).toBeUndefined();
  memory.remember(1, true);
  memory.remember(2, false);
  expect([1, 2, 3].map(memory.matchedBefore)).toEqual([true, false, undefined]);
  for (let id = 10; id < 10_000; id++) memory.remember(id, true);
  expect([1, 9_999].map(memory.matchedBefore)).toEqual([undefined, true]);
  expect(budget.left).toBe(before);
});

it('gives up when it grows too large', () => {
  const budget = { left: 10 * MOST_MATCHES };
  const memory = openMatchMemory(
    Array.from({ length: MOST_MATCHES }, (_, id) => id),
    budget,
  );
  expect(memory.matchedBefore(MOST_MATCHES)).toBe(false);
  memory.remember(MOST_MATCHES, true);
  expect(memory.matchedBefore(5)).toBeUndefined();
  expect(budget.left).toBe(10 * MOST_MATCHES);
});
