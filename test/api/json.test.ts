import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asObjects, booleanOf, idOf, integerOf, textOf } from '../../src/api/json.ts';
import { ExactNumber, parseJsonNow } from '../../src/api/json-reader.ts';

const BOUNDS = { values: 10_000 };
const parsed = (text: string) => parseJsonNow(Buffer.from(text), BOUNDS);
const MALFORMED = expect.objectContaining({ code: 'MALFORMED_INPUT' });

describe('parseJson', () => {
  it('reads any JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // -0 has lost its sign where it has become a text.
        const plain = JSON.stringify(JSON.parse(text), (_, value) =>
          Object.is(value, -0) ? 'minus zero' : value,
        );
        const read = JSON.stringify(parsed(text), (_, value) => {
          if (value instanceof ExactNumber) return value.text === '-0' ? 'minus zero' : Number(value.text);
          return value;
        });
        expect(read).toBe(plain);
      }),
    );
  });

  it.each(['1.0', '1e3', '-0', '12345678901234567890', '0.1000', '1E400', '1.5e-7', '-12.50'])(
    'keeps the digits of %s',
    (digits) => {
      const body = parsed(`{"n": ${digits}, "s": "a ${digits} \\" ${digits}"}`) as Record<string, unknown>;
      expect(textOf(body, 'n')).toBe(digits);
      expect(textOf(body, 's')).toBe(`a ${digits} " ${digits}`);
    },
  );

  it.each(['', ' ', '{', '[1,]', '01', '{"a":1}x', "{'a':1}", '\u0000', 'NaN', '[1.]', '"\t"'])(
    'refuses %o',
    (text) => {
      expect(() => parsed(text)).toThrow(MALFORMED);
    },
  );

  it('refuses what is no UTF-8, and survives any depth', () => {
    expect(() => parseJsonNow(Buffer.from([0x22, 0xff, 0x22]), BOUNDS)).toThrow(MALFORMED);
    const deep = '['.repeat(500_000);
    expect(() => parsed(deep)).toThrow(MALFORMED);
    expect(() => parsed(`${deep}1.0${']'.repeat(500_000)}`)).toThrow(MALFORMED);
  });

  it('takes the last of a repeated property, and __proto__ for a name like any other', () => {
    expect(parsed('{"a":1.0,"a":2}')).toEqual({ a: 2 });
    const body = parsed('{"__proto__":{"x":1.0}}') as object;
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect(Object.keys(body)).toEqual(['__proto__']);
  });
});

describe('reading fields', () => {
  it.each([
    ['"x"', 'x'],
    ['12', '12'],
    ['1.50', '1.50'],
    ['true', 'true'],
    ['""', ''],
    ['null', undefined],
  ])('the text of %s is %s', (value, text) => {
    expect(textOf(parsed(`{"f":${value}}`) as never, 'f')).toBe(text);
  });

  it.each([
    ['true', true],
    ['"true"', true],
    ['"false"', false],
    ['0', false],
    ['null', undefined],
  ])('the boolean of %s is %s', (value, boolean) => {
    expect(booleanOf(parsed(`{"f":${value}}`) as never, 'f')).toBe(boolean);
  });

  it.each([
    ['19', 19],
    ['"19"', 19],
    ['1.7', 1],
    ['1.0', 1],
    ['-1', -1],
    ['null', undefined],
    ['9223372036854775807', Number.MIN_SAFE_INTEGER],
  ])('the whole number of %s is %s', (value, integer) => {
    expect(integerOf(parsed(`{"f":${value}}`) as never, 'f')).toBe(integer);
  });

  it.each([
    ['text', textOf, '{}'],
    ['text', textOf, '[]'],
    ['boolean', booleanOf, '"maybe"'],
    ['boolean', booleanOf, '1.5'],
    ['boolean', booleanOf, '{}'],
    ['whole number', integerOf, '"abc"'],
    ['whole number', integerOf, '"1.5"'],
    ['whole number', integerOf, 'true'],
    ['whole number', integerOf, '[]'],
    ['whole number', integerOf, '9223372036854775808'],
    ['whole number', integerOf, '1e400'],
  ])('no %s is %s of %s', (_, read, value) => {
    expect(() => read(parsed(`{"f":${value}}`) as never, 'f')).toThrow(MALFORMED);
  });

  it('takes one object for a list of one, and nothing else', () => {
    expect(asObjects({ a: 1 })).toEqual([{ a: 1 }]);
    for (const bad of [null, [null], 'x', 1, [[]], [new ExactNumber('1.0')]])
      expect(() => asObjects(bad)).toThrow(MALFORMED);
  });
});

it('reads identifiers within 64 bits, and those that no row can have as one', () => {
  expect(idOf('42')).toBe(42);
  expect(idOf('-1')).toBe(-1);
  expect(idOf('9223372036854775807')).toBe(Number.MIN_SAFE_INTEGER);
  for (const bad of ['', 'abc', '1.5', '9223372036854775808', '1e3', ' 1', '0x1'])
    expect(idOf(bad)).toBeUndefined();
});
