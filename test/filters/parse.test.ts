// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the filter language writes its placeholders so.
import { describe, expect, it, test } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import { parseFilter } from '../../src/filters/parse.ts';
import { unitsOf } from '../support/pace.ts';
import { failure, shape } from './support.ts';

const comparison = (field: string, operator: string, ...values: string[][]) => ({ field, operator, values });
const a = comparison('a', '==', ['1']);
const b = comparison('b', '==', ['2']);
const c = comparison('c', '==', ['3']);
const and = (...children: unknown[]) => ({ kind: 'and', children });
const or = (...children: unknown[]) => ({ kind: 'or', children });

describe('operators', () => {
  test.each([
    ['n==x', '=='],
    ['n=is=x', '=='],
    ['n=eq=x', '=='],
    ['n!=x', '!='],
    ['n=not=x', '!='],
    ['n=ne=x', '!='],
    ['n<x', '=lt='],
    ['n=lt=x', '=lt='],
    ['n<=x', '=le='],
    ['n=le=x', '=le='],
    ['n>x', '=gt='],
    ['n=gt=x', '=gt='],
    ['n>=x', '=ge='],
    ['n=ge=x', '=ge='],
    ['n=in=x', '=in='],
    ['n=out=(x)', '=out='],
    ['n=li=x', '=li='],
    ['n=LI=x', '=li='],
    ['n \t== \r\n x ', '=='],
    ['n==( x )', '=='],
  ])('%j is %s', (text, operator) => {
    expect(shape(parseFilter(text))).toEqual(comparison('n', operator, ['x']));
  });

  test.each([
    ['n=is=null', comparison('n', '=is=null')],
    ['n=EQ=NULL', comparison('n', '=is=null')],
    ['n=not=null', comparison('n', '=not=null')],
    ['n=ne=Null', comparison('n', '=not=null')],
    ['n==null', comparison('n', '==', ['null'])],
    ['n!=null', comparison('n', '!=', ['null'])],
    ['n=is=null*', comparison('n', '==', ['null', ''])],
    ['n=in=(null)', comparison('n', '=in=', ['null'])],
  ])('%j tests for null or for text', (text, expected) => {
    expect(shape(parseFilter(text))).toEqual(expected);
  });

  it('keeps the values of a list in order', () => {
    expect(shape(parseFilter('n=in=(x, "y z",\'\')'))).toEqual(comparison('n', '=in=', ['x'], ['y z'], ['']));
  });

  it('tells where everything stands', () => {
    expect(parseFilter(' n =in= (x, y)')).toEqual({
      kind: 'comparison',
      field: 'n',
      fieldPosition: 1,
      operator: '=in=',
      position: 3,
      length: 4,
      values: [
        { pieces: ['x'], position: 9, length: 1 },
        { pieces: ['y'], position: 12, length: 1 },
      ],
    });
  });
});

describe('values', () => {
  test.each([
    // Unquoted.
    ['==a*b', ['a', 'b']],
    ['==*', ['', '']],
    ['==a**', ['a', '', '']],
    ['==a\\*b', ['a*b']],
    ['==C:\\x\\\\y', ['C:\\x\\\\y']],
    ['==${now_ts}', ['${now_ts}']],
    ['==2024-01-01T00:00:00.000+01:00', ['2024-01-01T00:00:00.000+01:00']],
    ['==100%_', ['100%_']],
    ['==設備😀', ['設備😀']],
    ['==and', ['and']],
    // Quoted.
    ['==""', ['']],
    ["==''", ['']],
    ['=="a b;c,(d)=\'"', ["a b;c,(d)='"]],
    ["=='a \"b'", ['a "b']],
    ['=="\\""', ['"']],
    ["=='\\''", ["'"]],
    ['=="a\\\\b"', ['a\\b']],
    ['=="\\x"', ['x']],
    ['=="a*b"', ['a', 'b']],
    // An asterisk after 1, 2, 3 … backslashes.
    ['=="\\*"', ['*']],
    ['=="\\\\*"', ['*']],
    ['=="\\\\\\*"', ['\\*']],
    ['=="\\\\\\\\*"', ['\\', '']],
    ['=="\\\\\\\\\\\\*"', ['\\*']],
    // Only == and != know wildcards.
    ['!=a*', ['a', '']],
    ['=is=a*', ['a', '']],
    ['=ne=a*', ['a', '']],
    ['=in=a*', ['a*']],
    ['=gt=a*', ['a*']],
    ['=li=a*', ['a*']],
    // An escape of LIKE stays for LIKE.
    ['=li="50\\%\\_\\x"', ['50\\%\\_x']],
    ['=="50\\%"', ['50%']],
  ])('%s', (text, pieces) => {
    expect(shape(parseFilter(`n${text}`))).toMatchObject({ values: [pieces] });
  });
});

describe('and, or', () => {
  test.each([
    ['a==1', a],
    ['(( a==1 ))', a],
    ['a==1;b==2', and(a, b)],
    ['a==1 and b==2', and(a, b)],
    ['a==1 AnD b==2', and(a, b)],
    ['(a==1)and(b==2)', and(a, b)],
    ['a==1,b==2', or(a, b)],
    ['a==1 oR b==2', or(a, b)],
    ['a==1;b==2;c==3', and(a, b, c)],
    ['a==1,b==2;c==3', or(a, and(b, c))],
    ['a==1;b==2,c==3', or(and(a, b), c)],
    ['a==1 or b==2 and c==3', or(a, and(b, c))],
    ['a==1;(b==2,c==3)', and(a, or(b, c))],
    ['a==1 and ( b==2 and c==3 )', and(a, and(b, c))],
    ['and==1;or==2', and(comparison('and', '==', ['1']), comparison('or', '==', ['2']))],
    ['a==1;android==2', and(a, comparison('android', '==', ['2']))],
  ])('%s', (text, expected) => {
    expect(shape(parseFilter(text))).toEqual(expected);
  });
});

describe('syntax errors', () => {
  const field = "a field or '('";
  const operator = 'an operator';
  test.each([
    ['', 0, field, 'the end'],
    [' ', 1, field, 'the end'],
    ['name', 4, operator, 'the end'],
    ['name=', 4, operator, "'='"],
    ['name!', 4, operator, "'!'"],
    ['name==', 6, 'a value', 'the end'],
    ['==x', 0, field, "'='"],
    ['(name==a', 8, "'and', 'or' or ')'", 'the end'],
    ['name==a)', 7, "'and', 'or' or the end", "')'"],
    ['()', 1, field, "')'"],
    ['name=~a', 4, operator, "'='"],
    ['name==a;', 8, field, 'the end'],
    ['name==a;;name==b', 8, field, "';'"],
    ['name==a and', 11, field, 'the end'],
    ['name=in=()', 9, 'a value', "')'"],
    ['name=in=(a,', 11, 'a value', 'the end'],
    ['name=in=(a', 10, "',' or ')'", 'the end'],
    ['name==(a,b)', 8, "')'", "','"],
    ["name=='a", 8, "a closing '", 'the end'],
    ['name=="a\\"', 10, 'a closing "', 'the end'],
    ['name==a b', 8, "'and', 'or' or the end", "'b'"],
    ['name==a=b', 7, "'and', 'or' or the end", "'='"],
    ['name==a andb==c', 8, "'and', 'or' or the end", "'andb'"],
    ['name=foo=a', 4, operator, "'=foo='"],
    ['name==a;(😀', 11, operator, 'the end'],
    ['name==a;"😀"', 8, field, "'\"'"],
  ])('%j at %i: expected %s, found %s', (text, position, expected, found) => {
    expect(failure(() => parseFilter(text))).toBe(`FILTER_SYNTAX @${position}`);
    expect(() => parseFilter(text)).toThrow(`position ${position}: expected ${expected}`);
    expect(() => parseFilter(text)).toThrow(`, found ${found}.`);
  });
});

describe('limits', () => {
  const times = (count: number, text: string) => text.repeat(count);
  test.each([
    ['length', `n==${times(8189, 'x')}`, `n==${times(8190, 'x')}`, 8192],
    ['nesting', `${times(64, '(')}n==x${times(64, ')')}`, `${times(65, '(')}n==x${times(65, ')')}`, 64],
    ['nesting, unclosed', `n==1${times(65, ';(a==1)')}`, times(8192, '('), 64],
    ['comparisons', `${times(255, 'n==x;')}n==x`, `${times(256, 'n==x;')}n==x`, 1280],
  ])('of %s', (_, most, tooMuch, position) => {
    expect(failure(() => parseFilter(most))).toBe('no error');
    expect(failure(() => parseFilter(tooMuch))).toBe(`FILTER_SYNTAX @${position}`);
  });

  test.each([
    ['n==a\0', 4],
    ['n=="\ud800"', 4],
    ['n==😀\udc00', 5],
    ['attribute.\0==x', 10],
  ])('%j is no text that the database takes', (text, position) => {
    expect(failure(() => parseFilter(text))).toBe(`FILTER_VALUE_INVALID @${position}`);
  });

  // Longer than any filter takes when reading is linear, shorter than any takes when it isn't.
  test.each([
    ['backslashes', `n=="${times(4000, '\\\\')}"`],
    ['escaped asterisks', `n=="${times(2700, '\\\\*')}"`],
    ['an unclosed quote', `n=="${times(4000, '\\"')}`],
    ['an operator without end', `n=${times(8000, 'a')}`],
    ['blanks', `n==x${times(8000, ' ')}y`],
    ['a long list', `n=in=(${times(4000, 'x,')}x)`],
  ])('reads %s in no time', (_, text) => {
    expect(unitsOf(() => failure(() => parseFilter(text)))).toBeLessThan(20);
  });

  it('says nothing but domain errors', () => {
    expect(() => parseFilter('n==a b')).toThrow(DomainError);
  });
});
