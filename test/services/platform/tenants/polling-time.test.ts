import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { DomainError } from '../../../../src/errors.ts';
import { formatDuration, parseDuration } from '../../../../src/services/platform/tenants/durations.ts';
import { parsePollingTime } from '../../../../src/services/platform/tenants/polling-time.ts';

describe('durations', () => {
  test.each([
    ['00:05:00', 300],
    ['5:00', 300],
    ['300', 300],
    ['0', 0],
    ['25:00:00', 90_000],
    ['1:2:3', 3723],
    ['PT2M30S', 150],
    ['pt2m30s', 150],
    ['P1DT1H', 90_000],
    ['PT1.9S', 1],
    ['PT-5M', -300],
    ['-PT5M', -300],
    ['-PT-5M', 300],
    ['-PT0S', 0],
  ])('%s is %d s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    '',
    ' 5',
    'abc',
    '00:60',
    '00:60:00',
    '00:00:60',
    '00:01:00:00',
    '-5',
    '1.5',
    'P',
    'PT',
    'P1DT',
    'P1M',
    'PT5',
    '1e3',
    '9'.repeat(400),
    `PT${'9'.repeat(400)}S`,
    '٣٠',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back what it formats', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_599_999_999 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });

  it('gives whole seconds or nothing, whatever the text', () => {
    fc.assert(
      fc.property(durationLike, (text) => {
        const seconds = parseDuration(text);
        if (seconds !== undefined) expect(Number.isSafeInteger(seconds)).toBe(true);
      }),
    );
  });

  it('formats as HH:mm:ss', () => {
    expect(formatDuration(300)).toBe('00:05:00');
    expect(formatDuration(86_399)).toBe('23:59:59');
  });
});

describe('pollingTime', () => {
  test.each([
    ['00:05:00', 300, 0],
    ['05:00', 300, 0],
    ['300', 300, 0],
    ['PT2M30S', 150, 0],
    ['00:00:30', 30, 0],
    ['23:59:59', 86_399, 0],
    ['00:05:00~10%', 300, 10],
    [' 00:05:00 ~ 5% ', 300, 5],
  ])('%j', (text, seconds, deviation) => {
    expect(parsePollingTime(text)).toEqual({ seconds, deviation, overrides: [] });
  });

  it('takes overrides in their order', () => {
    const polling = parsePollingTime(
      '00:05:00~10%, name==a* -> 00:01:00, (group==x or controllerId=in=(b,c)) and type.key==t->2:00~5%',
    );
    expect(polling).toMatchObject({ seconds: 300, deviation: 10 });
    expect(polling.overrides).toMatchObject([
      { seconds: 60, deviation: 0, filter: { field: 'name' } },
      { seconds: 120, deviation: 5, filter: { kind: 'and' } },
    ]);
  });

  test.each([
    '',
    'abc',
    '00:00:29',
    '24:00:00',
    'PT29S',
    '00:01:00:00',
    '00:01:00~100%',
    '00:01:00~',
    '00:01:00~%',
    '00:01:00~10',
    '00:01:00~10%~10%',
    '~10%',
    '00:01:00,',
    '00:01:00,status==error',
    '00:01:00,name==x->00:00:10',
    '00:01:00,name==x->',
    '00:01:00,name==x->00:02:00,',
  ])('%j is refused', (text) => {
    expect(failureOf(text)).toMatchObject({ code: 'CONFIGURATION_VALUE_INVALID' });
  });

  test.each([
    ['00:01:00,no_such_field==1->00:02:00', 'FILTER_FIELD_UNKNOWN', 9],
    ['00:01:00, name==x -> 00:02:00, color==1 -> 00:02:00', 'FILTER_FIELD_UNKNOWN', 31],
    ['00:01:00,->00:02:00', 'FILTER_SYNTAX', 9],
    ['00:01:00,name->00:02:00', 'FILTER_SYNTAX', 13],
    ['00:01:00,createdAt==soon->00:02:00', 'FILTER_VALUE_INVALID', 20],
  ])('%j: the fault of its filter, counted in the whole text', (text, code, position) => {
    expect(failureOf(text)).toMatchObject({ code, details: { path: ['pollingTime'], position } });
  });

  it('throws nothing but domain errors, whatever the text', () => {
    fc.assert(
      fc.property(pollingTimeLike, (text) => {
        const failure = failureOf(text);
        if (failure !== undefined) expect(failure).toBeInstanceOf(DomainError);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads back what follows the grammar', () => {
    const interval = fc.record({
      seconds: fc.integer({ min: 30, max: 86_399 }),
      deviation: fc.integer({ min: 0, max: 99 }),
    });
    const written = ({ seconds, deviation }: { seconds: number; deviation: number }) =>
      formatDuration(seconds) + (deviation ? `~${deviation}%` : '');
    fc.assert(
      fc.property(interval, fc.array(interval, { maxLength: 5 }), (first, overrides) => {
        const text = [
          written(first),
          ...overrides.map((one, i) => `name==n${i},group==g -> ${written(one)}`),
        ];
        expect(parsePollingTime(text.join(', '))).toMatchObject({ ...first, overrides });
      }),
    );
  });

  it('takes time in proportion to the text: else this would not end', () => {
    failureOf(`1${' '.repeat(50_000)}x`);
    failureOf(`300,${'name==x->300,'.repeat(3000)}`);
  });
});

const pieces = (...texts: string[]) =>
  fc.array(fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 12,
  });
const durationLike = pieces('P', 'T', 'D', 'H', 'M', 'S', ':', '-', '+', '.', '00', '7', '59').map((p) =>
  p.join(''),
);
const pollingTimeLike = pieces(
  '00:05:00',
  'PT2M',
  '~10%',
  '~',
  ',',
  ' ',
  '->',
  'name==x',
  'group',
  "=='",
  '(',
  ')',
  ' and ',
  'attribute.a=in=(1,2)',
  'createdAt>1',
).map((p) => p.join(''));

function failureOf(text: string): unknown {
  try {
    parsePollingTime(text);
  } catch (error) {
    return error;
  }
  return undefined;
}
