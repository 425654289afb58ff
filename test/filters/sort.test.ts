import { expect, test } from 'vitest';
import { parseSort } from '../../src/filters/sort.ts';
import { failure } from './support.ts';

const SORTABLE = {
  controllerId: 'controllerId',
  id: 'controllerId',
  name: 'name',
  createdAt: 'createdAt',
} as const;

test.each([
  ['', []],
  [' , ', []],
  ['name:ASC', [['name', 'asc']]],
  ['NAME:dEsC,', [['name', 'desc']]],
  [
    'name:ASC, createdat : desc',
    [
      ['name', 'asc'],
      ['createdAt', 'desc'],
    ],
  ],
  [
    'id:asc,name:asc,controllerId:desc',
    [
      ['controllerId', 'asc'],
      ['name', 'asc'],
    ],
  ],
])('%j', (text, keys) => {
  expect(parseSort(text, SORTABLE).map(({ field, direction }) => [field, direction])).toEqual(keys);
});

test.each([
  ['name', 'SORT_SYNTAX'],
  ['name:', 'SORT_SYNTAX'],
  [':ASC', 'SORT_SYNTAX'],
  ['name:ASC:DESC', 'SORT_SYNTAX'],
  ['name:ASC,name', 'SORT_SYNTAX'],
  ['name:up', 'SORT_DIRECTION_INVALID'],
  ['nosuch:ASC', 'SORT_FIELD_UNKNOWN'],
  ['nosuch:up', 'SORT_FIELD_UNKNOWN'],
  ['constructor:ASC', 'SORT_FIELD_UNKNOWN'],
  [','.repeat(1025), 'SORT_SYNTAX'],
])('%j is %s', (text, code) => {
  expect(failure(() => parseSort(text, SORTABLE))).toBe(code);
});
