// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the filter language writes its placeholders so.
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { lowered } from '../../src/database/tables/columns.ts';
import type { DomainError } from '../../src/errors.ts';
import { compileFilter } from '../../src/filters/compile.ts';
import { parseFilter } from '../../src/filters/parse.ts';
import { comparisons, FIELDS, failure, failures, MOMENTS, TEXT_OPERATORS } from './support.ts';

const compile = (text: string): SQL => compileFilter(parseFilter(text), FIELDS, MOMENTS);
const query = (condition: SQL) => new PgDialect().sqlToQuery(condition);

function inPath(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    throw (error as DomainError).within('some', 'path');
  }
}

describe('refusals', () => {
  test.each([
    ['nosuch==x', 'FILTER_FIELD_UNKNOWN @0'],
    ['name==a;nosuch==x', 'FILTER_FIELD_UNKNOWN @8'],
    ['name.x==y', 'FILTER_FIELD_UNKNOWN @0'],
    ['attribute==x', 'FILTER_FIELD_UNKNOWN @0'],
    ['attribute.==x', 'FILTER_FIELD_UNKNOWN @0'],

    ['seenat==yesterday', 'FILTER_VALUE_INVALID @8'],
    ['seenat==17*', 'FILTER_VALUE_INVALID @8'],
    ["seenat==''", 'FILTER_VALUE_INVALID @8'],
    ['seenat==1.5', 'FILTER_VALUE_INVALID @8'],
    ['seenat==2023-02-29', 'FILTER_VALUE_INVALID @8'],
    ['seenat==2024-01-01T24:00', 'FILTER_VALUE_INVALID @8'],
    ['seenat==2024-13-01', 'FILTER_VALUE_INVALID @8'],
    ['seenat==9223372036854775808', 'FILTER_VALUE_INVALID @8'],
    ['seenat==${then_ts}', 'FILTER_VALUE_INVALID @8'],
    ['seenat=in=(1,x)', 'FILTER_VALUE_INVALID @13'],
    ['seenat=li=1', 'FILTER_SYNTAX @6'],

    ['number==x', 'FILTER_VALUE_INVALID @8'],
    ['number==1*', 'FILTER_VALUE_INVALID @8'],
    ["number==''", 'FILTER_VALUE_INVALID @8'],
    ['number==9223372036854775808', 'FILTER_VALUE_INVALID @8'],
    ['number==-9223372036854775809', 'FILTER_VALUE_INVALID @8'],
    ['number=li=1', 'FILTER_SYNTAX @6'],

    ['status==nosuch', 'FILTER_FIELD_UNKNOWN @8'],
    ['status==err*', 'FILTER_FIELD_UNKNOWN @8'],
    ['status=in=(error,*)', 'FILTER_FIELD_UNKNOWN @17'],
    ['status=gt=error', 'FILTER_SYNTAX @6'],
    ['status=li=error', 'FILTER_SYNTAX @6'],

    ['active==yes', 'FILTER_SYNTAX @8'],
    ['active==tr*', 'FILTER_SYNTAX @8'],
    ['active=in=(true,maybe)', 'FILTER_SYNTAX @16'],
    ['active=gt=true', 'FILTER_SYNTAX @6'],

    ['name=li="a\\\\"', 'FILTER_VALUE_INVALID @8'],
    ['tag=li="a\\\\"', 'FILTER_VALUE_INVALID @7'],
    ['name=li="a\\\\\\\\"', 'no error'],
    ['seenat==2024-02-29', 'no error'],
    ['number==-9223372036854775808', 'no error'],
  ])('%s: %s', (text, expected) => {
    expect(failure(() => compile(text))).toBe(expected);
  });

  it.each<[text: string, expected: string[]]>([
    ['number=in=(x,1,y)', ['FILTER_VALUE_INVALID @11', 'FILTER_VALUE_INVALID @15']],
    ['rank=out=(x,y)', ['FILTER_VALUE_INVALID @10', 'FILTER_VALUE_INVALID @12']],
    ['status=in=(a,error,b)', ['FILTER_FIELD_UNKNOWN @11', 'FILTER_FIELD_UNKNOWN @19']],
    ['number=li=x', ['FILTER_SYNTAX @6', 'FILTER_VALUE_INVALID @10']],
    [
      'nosuch==1 and (number==x or name==a and active=gt=maybe) or nosuch!=2',
      [
        'FILTER_FIELD_UNKNOWN @0',
        'FILTER_VALUE_INVALID @23',
        'FILTER_SYNTAX @46',
        'FILTER_SYNTAX @50',
        'FILTER_FIELD_UNKNOWN @60',
      ],
    ],
    ['nosuch==1 and number==', ['FILTER_SYNTAX @22']],
  ])('tells all that is wrong with %s', (text, expected) => {
    expect(failures(() => compile(text))).toEqual(expected);
  });

  it('tells no more than twenty faults', () => {
    const [list, many] = [`number=in=(${'x,'.repeat(3_000)}x)`, Array(250).fill('nosuch==1').join(' or ')];
    const deep = `${'(nosuch==1 or '.repeat(60)}nosuch==2${')'.repeat(60)}`;
    for (const text of [list, many, deep]) {
      expect(failures(() => compile(text))).toHaveLength(20);
      // As many when the fault gets another path.
      expect(failures(() => inPath(() => compile(text)))).toHaveLength(20);
    }
  });

  it('names the values that an enum allows', () => {
    expect(() => compile('status==x')).toThrow("'status' is one of unknown, in_sync, error.");
  });
});

describe('times', () => {
  test.each([
    ['0', '1970-01-01T00:00:00.000Z'],
    ['-1', '1969-12-31T23:59:59.999Z'],
    ['1700000000123', '2023-11-14T22:13:20.123Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-02-29T12:30', '2024-02-29T12:30:00.000Z'],
    ['2024-02-29t12:30:15.1z', '2024-02-29T12:30:15.100Z'],
    ['"2024-02-29 12:30:15,123456789"', '2024-02-29T12:30:15.123Z'],
    ['2024-02-29T00:00+01:30', '2024-02-28T22:30:00.000Z'],
    ['2024-02-29T00:00-0130', '2024-02-29T01:30:00.000Z'],
    ['2024-02-29T00:00+02', '2024-02-28T22:00:00.000Z'],
    ['${now_ts}', MOMENTS.now.toISOString()],
    ['"${Overdue_TS}"', MOMENTS.overdueBefore.toISOString()],
    ['0000-01-01', '0001-01-01T00:00:00.000Z'],
    ['-9223372036854775808', '0001-01-01T00:00:00.000Z'],
    ['9223372036854775807', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.999-01:00', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (value, time) => {
    expect(query(compile(`seenat=ge=${value}`)).params).toEqual([time]);
  });
});

it('lowers text exactly as the indexes do', () => {
  expect(query(lowered(sql`name`)).sql).toBe('(lower(name COLLATE "default") COLLATE "C")');
});

it('makes every text of the user a parameter', () => {
  // Long enough and strange enough to stand nowhere else in the SQL.
  const text = fc.string({
    minLength: 4,
    maxLength: 8,
    unit: fc.constantFrom("'", '"', ';', '-', '$', '§', 'Ö'),
  });
  const leaf = comparisons(fc.constantFrom('name', 'tag', 'attribute.§key§'), TEXT_OPERATORS, text);
  fc.assert(
    fc.property(leaf, (expression) => {
      const { sql: written, params } = query(compileFilter(expression, FIELDS, MOMENTS));
      expect(written).not.toMatch(/[§Ö;-]|"(?!default"|C")(?!\))/);
      expect(params.every((param) => typeof param === 'string')).toBe(true);
    }),
  );
});
