// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the filter language writes its placeholders so.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import { parseFilter } from '../../src/filters/parse.ts';
import { printFilter } from '../../src/filters/print.ts';
import { comparisons, expressions, shape, TEXT_OPERATORS } from './support.ts';

const field = fc.stringMatching(/^[A-Za-z0-9_.$*\\äÄ設😀-]+$/u, { maxLength: 8 });
const text = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('\\', '*', '"', "'", '%', 'a', ' ', ';', '(') }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('and', 'NULL', 'null'),
  )
  .filter((candidate) => !candidate.includes('\0'));

describe('printing', () => {
  test.each([
    ['a=eq=1;(b=NOT=2 or c<3)', 'a==1 and (b!=2 or c=lt=3)'],
    ['(a==1;b==2),c=is=NULL', 'a==1 and b==2 or c=is=null'],
    ["n=in=('x y',z)", 'n=in=("x y",z)'],
    ["n==''", 'n==""'],
    ['n==a*', 'n==a*'],
    ['n==a\\*', 'n=="a\\\\*"'],
    ['n=gt=${NOW_ts}', 'n=gt=${NOW_ts}'],
  ])('%s is %s', (written, canonical) => {
    expect(printFilter(parseFilter(written))).toBe(canonical);
  });

  it('gives text that parses to the same expression', () => {
    fc.assert(
      fc.property(expressions(comparisons(field, TEXT_OPERATORS, text)), (expression) => {
        const printed = printFilter(expression);
        fc.pre(printed.length <= 8192);
        const parsed = parseFilter(printed);
        expect(shape(parsed)).toEqual(shape(expression));
        expect(printFilter(parsed)).toBe(printed);
      }),
      { numRuns: 1000 },
    );
  });

  it('is stable for whatever parses; what does not is refused with a position', () => {
    const token = fc.constantFrom(
      'a',
      'null',
      'AND',
      'or',
      ' ',
      ';',
      ',',
      '(',
      ')',
      '==',
      '!=',
      '=in=',
      '=is=',
      '<',
      '=',
      '"',
      "'",
      '\\',
      '*',
      '😀',
      '\ud800',
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: token, maxLength: 30 }), fc.string({ unit: 'binary' })),
        (any) => {
          try {
            const parsed = parseFilter(any);
            expect(shape(parseFilter(printFilter(parsed)))).toEqual(shape(parsed));
          } catch (error) {
            expect(error).toBeInstanceOf(DomainError);
            expect((error as DomainError).details.position).toBeLessThanOrEqual(any.length);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
