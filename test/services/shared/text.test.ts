import { describe, expect, it } from 'vitest';
import { cutText, enteredText, plainText } from '../../../src/services/shared/text.ts';

describe.each([
  ['enteredText', enteredText(3, 8)],
  ['plainText', plainText(3, 8)],
])('%s of 3 to 8 characters', (_, text) => {
  it.each([
    ['xx', false],
    ['xxx', true],
    ['x'.repeat(8), true],
    ['x'.repeat(9), false],
    ['💥', false],
    ['💥x', true],
    ['💥'.repeat(4), true],
    [`${'💥'.repeat(4)}x`, false],
    ['💥'.repeat(5), false],
  ])('%s: %s', (value, taken) => {
    expect(text.safeParse(value).success).toBe(taken);
  });
});

it('the ends of an entered text are cut before it is measured', () => {
  expect(enteredText(1, 2).parse(' 💥\n')).toBe('💥');
});

it.each([
  ['abc', 3, 'abc'],
  ['abc', 2, 'ab'],
  ['a💥b', 3, 'a💥'],
  ['a💥b', 2, 'a'],
  ['💥', 1, ''],
])('the beginning of %j of %d units is %j', (text, most, beginning) => {
  expect(cutText(text, most)).toBe(beginning);
});
