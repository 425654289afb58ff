import { expect, it, test } from 'vitest';
import { placeAtEnd } from '../../src/filters/parse.ts';

test.each([
  ['', 'operand', 0],
  ['  ', 'operand', 2],
  ['na', 'operand', 0],
  ['(na', 'operand', 1],
  ['a==1 and ', 'operand', 9],
  ['a==1;b', 'operand', 5],
  ['a==1,', 'operand', 5],
  ['name ', 'operator', 5],
  ['name=', 'operator', 4],
  ['name=l', 'operator', 4],
  ['name!', 'operator', 4],
  ['name==', 'value', 6],
  ['name<', 'value', 5],
  ['name==pu', 'value', 6],
  ['name=="pu m', 'value', 6],
  ["name=='it\\'s \\", 'value', 6],
  ['name=in=', 'value', 8],
  ['name=in=(', 'value', 9],
  ['name=in=(a,', 'value', 11],
  ['name=in=(a,"b', 'value', 11],
  ['name=in=(a ', 'list', 11],
  ['name==(a ', 'list', 9],
  ['name==a ', 'junction', 8],
  ['name=="a"', 'junction', 9],
  ['name==a an', 'junction', 8],
  ['(name==a ', 'junction', 9],
  ['(name==a) ', 'junction', 10],
])('the end of %j is a place for a %s that begins at %i', (text, kind, start) => {
  expect(placeAtEnd(text)).toMatchObject({ kind, start });
});

it('knows the field, the operator and the open groups', () => {
  expect(placeAtEnd('Name=IS=x')).toEqual({
    kind: 'value',
    start: 8,
    field: 'Name',
    operator: '==',
    spelling: '=is=',
    opened: false,
  });
  expect(placeAtEnd('name=out=(a,')).toMatchObject({ field: 'name', operator: '=out=', opened: true });
  expect(placeAtEnd('((a==1) ')).toMatchObject({ nesting: 1 });
  expect(placeAtEnd('name==(a ')).toMatchObject({ isList: false });
});

test.each(['=x', 'name=zz=', 'a==1 xor b', 'a==1)', '"a"', 'name==a b==', '\ud800', 'a=='.repeat(5000)])(
  'after a mistake there is no place: %j',
  (text) => expect(placeAtEnd(text)).toBeUndefined(),
);
