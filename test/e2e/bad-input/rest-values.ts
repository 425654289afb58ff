/* What is put into a member of a body: all that hawkBit's rules take, and all that they refuse. */

/** What a member of a body may be. */
export type Member =
  /** Of `least` to `most` UTF-16 units; `ascii` where nothing else is taken, `known` where not every text is. */
  | { kind: 'text'; least: 0 | 1; most: number; ascii?: true; known?: true }
  | { kind: 'number'; least?: number; most?: number }
  | { kind: 'boolean' }
  | { kind: 'word' }
  | { kind: 'id' }
  | { kind: 'object' }
  | { kind: 'list' }
  /** A text counts as a list of one. */
  | { kind: 'texts' };

let made = 0;
/** Another name each time. */
export const nameOf = (): string => `name-${(++made).toString().padStart(6, '0')}`;

const EMOJI = '💥';

/** A text of so many UTF-16 units, as far as there is room another each time; of characters that take two, or of ASCII. */
export function textOf(units: number, { emoji }: { emoji: boolean }): string {
  const start = units < 12 ? '' : nameOf();
  const rest = units - start.length;
  return emoji ? start + EMOJI.repeat(rest / 2) + 'x'.repeat(rest % 2) : start + 'x'.repeat(rest);
}

const KNOWN_OR = 'name==known,name==';
/** A query of so many UTF-16 units that matches one target. */
export const queryOf = (units: number, { emoji }: { emoji: boolean }): string =>
  units ? KNOWN_OR + textOf(units - KNOWN_OR.length, { emoji }) : '';

export interface Odd {
  value: unknown;
  why: string;
}

/** What no member of that kind may be. */
export function wrongTypes({ kind }: Member): Odd[] {
  const odd = (why: string, value: unknown): Odd => ({ why, value });
  const anObject = odd('an object', { a: 1 });
  const aList = odd('a list', ['x']);
  const aText = odd('a text', 'perhaps');
  switch (kind) {
    case 'text':
      return [anObject, aList];
    case 'number':
    case 'id':
      return [
        anObject,
        aList,
        aText,
        odd('a boolean', true),
        odd('no whole number', '1x'),
        odd('an empty list', []),
      ];
    case 'boolean':
      return [anObject, aList, aText, odd('an empty object', {})];
    case 'word':
      return [anObject, aList, aText, odd('another case', 'FORCED'), odd('an empty text', '')];
    case 'object':
      return [aText, odd('a number', 1), odd('a list', [1]), odd('a boolean', true)];
    case 'list':
      return [aText, odd('a number', 1), odd('a list in a list', [[1]]), odd('null in a list', [null])];
    case 'texts':
      return [anObject, odd('a list in a list', [['x']]), odd('an object in a list', [{}])];
  }
}

/** What is too short, too long, too small or too great by one. */
export function beyondLimits(member: Member, isQuery: boolean): Odd[] {
  const textFrom = isQuery ? queryOf : textOf;
  switch (member.kind) {
    case 'text':
      return [
        ...(member.least ? [{ why: 'empty', value: '' }] : []),
        { why: 'one too many', value: textFrom(member.most + 1, { emoji: false }) },
        { why: 'one too many, of emoji', value: textFrom(member.most + 1, { emoji: true }) },
      ];
    case 'number':
      return [
        ...(member.least === undefined ? [] : [{ why: 'one too small', value: member.least - 1 }]),
        ...(member.most === undefined ? [] : [{ why: 'one too great', value: member.most + 1 }]),
      ];
    case 'id':
      return [
        { why: 'unknown', value: 987_654_321 },
        { why: 'negative', value: -5 },
        { why: 'beyond 2^53', value: '9007199254740993' },
      ];
    default:
      return [];
  }
}

/** What just fits. */
export function atLimits(member: Member, isQuery: boolean): Odd[] {
  const textFrom = isQuery ? queryOf : textOf;
  switch (member.kind) {
    case 'text':
      return [
        { why: 'one less than the most', value: textFrom(member.most - 1, { emoji: false }) },
        { why: 'the most', value: textFrom(member.most, { emoji: false }) },
        ...(member.ascii
          ? []
          : [{ why: 'the most, of emoji', value: textFrom(member.most, { emoji: true }) }]),
      ];
    case 'number':
      return [member.least, member.most].flatMap((value) =>
        value === undefined ? [] : [{ why: `${value}`, value }],
      );
    default:
      return [];
  }
}
