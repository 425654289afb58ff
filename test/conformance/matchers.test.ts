import { describe, expect, test } from 'vitest';
import { differences } from './replay.ts';

describe('the matchers', () => {
  test.each<[expected: unknown, right: unknown, wrong: unknown[]]>([
    ['text', 'text', ['Text', null, undefined, 1]],
    [1, 1, ['1', 2, true]],
    [null, null, [undefined, 0, {}]],
    ['{{any}}', [], []],
    ['{{int}}', 1, [1.5, '1', null]],
    ['{{string}}', '', [1, null, undefined]],
    ['{{epochMs}}', 1_700_000_000_000, [1_700_000_000, '1700000000000', null]],
    ['{{token}}', 'x'.repeat(32), ['x'.repeat(31), 32]],
    ['{{url}}/a?b=1', 'https://host:8/a?b=1', ['/a?b=1', 'https://host/a', 'https://host/a?b=2']],
    ['{{match}}^a+$', 'aa', ['ab', 1]],
    [{ a: 1 }, { a: 1, b: 2 }, [{ b: 1 }, [], null, { a: 2 }, { a: undefined }]],
    [{ '{{absent}}': ['a'] }, { b: 1 }, [{ a: 1 }, { a: null }]],
    [
      [1, 2],
      [1, 2],
      [[2, 1], [1], [1, 2, 3], { 0: 1, 1: 2 }],
    ],
    [{ '{{set}}': [1, 2] }, [2, 1], [[1], [1, 1], [1, 2, 3], 1]],
    [{ '{{contains}}': [1, 1] }, [2, 1, 1], [[1], [1, 2], undefined]],
  ])('%j', (expected, right, wrong) => {
    expect(differences(expected, right)).toEqual([]);
    for (const each of wrong) expect(differences(expected, each)).not.toEqual([]);
  });
});
