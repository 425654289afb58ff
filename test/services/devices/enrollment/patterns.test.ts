import { expect, it } from 'vitest';
import { matcherOf } from '../../../../src/services/devices/enrollment/patterns.ts';

it.each([
  ['a', ['a'], ['A', 'ab', '']],
  ['*', ['', 'a', '**'], []],
  ['a*', ['a', 'ab', 'a*'], ['b', 'ba']],
  ['*a', ['a', 'ba'], ['ab']],
  ['a*b', ['ab', 'axb', 'abb'], ['a', 'b', 'ba']],
  ['ab*ba', ['abba', 'abxba'], ['aba', 'ab']],
  ['a*b*c', ['abc', 'a-b-c', 'abbcc'], ['acb', 'ab', 'ac']],
  ['a**b', ['ab', 'axb'], ['a']],
  ['.*', ['.', '.x'], ['x']],
])('%s fits what it says', (pattern, fitting, others) => {
  const matches = matcherOf([pattern]);
  expect(fitting.filter((id) => !matches(id))).toEqual([]);
  expect(others.filter(matches)).toEqual([]);
});

it('fits where one of many does', () => {
  const matches = matcherOf(['x', 'sensor-*', 'y']);
  expect(['x', 'y', 'sensor-1', 'sensor', 'z'].filter(matches)).toEqual(['x', 'y', 'sensor-1']);
  expect(matcherOf([])('a')).toBe(false);
});

it('gives up at once on what almost fits in many ways', () => {
  expect(matcherOf([`${'*a'.repeat(120)}*b`])('a'.repeat(256))).toBe(false);
});
