import { expect, test } from 'vitest';
import { findField } from '../../src/filters/fields.ts';
import { unitsOf } from '../support/pace.ts';
import { FIELDS, failure } from './support.ts';

test.each([
  ['name', 'text'],
  ['LABEL', 'text'],
  ['seenat', 'time'],
  ['Tag', 'set'],
])('%s is a %s', (name, kind) => {
  expect(findField(FIELDS, name, 0).kind).toBe(kind);
});

test.each([
  ['attribute.hw', 'hw'],
  ['ATTRIBUTE.Hw', 'Hw'],
  ['controllerattributes.a.b', 'a.b'],
  ['attribute..', '.'],
])('%s is the key %s of a map', (name, entry) => {
  expect(findField(FIELDS, name, 0)).toMatchObject({ kind: 'map', entry });
});

test.each([
  ['nam', 'name'],
  ['seen_at', 'seenAt'],
  ['umb', 'number'],
  ['name.x', 'name'],
  ['tag.colour', 'tag'],
  ['attribute', 'attribute.<key>'],
  ['attribute.', 'attribute.<key>'],
  ['atribute.hw', 'attribute.hw'],
  ['atribute.controllerattributes', 'attribute.controllerattributes'],
  ['controllerAttribute.a.b', 'controllerAttributes.a.b'],
  ['constructor', 'number'],
])('there is no %s, but %s', (name, nearest) => {
  expect(failure(() => findField(FIELDS, name, 7))).toBe('FILTER_FIELD_UNKNOWN @7');
  expect(() => findField(FIELDS, name, 7)).toThrow(
    `At position 7: there is no field '${name}', the nearest is '${nearest}'.`,
  );
});

test('a long name is shown in part, and no character of it in half', () => {
  const find = () => findField(FIELDS, `x${'😀'.repeat(4000)}`, 7);
  expect(find).toThrow(`no field 'x${'😀'.repeat(127)}…'`);
  expect(unitsOf(() => failure(find))).toBeLessThan(10);
});
