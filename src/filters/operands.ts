import { filterFieldUnknown, filterSyntax, filterValueInvalid } from '../errors.ts';
import type { Comparison, Operator, Value } from './expression.ts';
import type { EnumField } from './fields.ts';
import type { Moments } from './moments.ts';
import { nearestOf } from './nearest.ts';

/** Values that are told of a field with many. */
const MOST_TOLD = 20;
/** Characters of a wrong value that are compared with the right ones. */
const LONGEST_COMPARED = 128;
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

const ISO_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[t ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:z|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)?)?$/i;

/** Refuses an operator that the kind of field doesn't have. */
export function requireOperator(
  { field, operator, position, length }: Comparison,
  allowed: readonly Operator[],
): undefined {
  if (allowed.includes(operator)) return undefined;
  throw filterSyntax(
    { position, length, expected: `one of ${allowed.join(' ')} for '${field}'` },
    `'${operator}'`,
  );
}

/**
 * Reads milliseconds since 1970, ISO 8601 (UTC if it names no zone) or a placeholder, and returns ISO 8601. A time
 * before the year 1 or after 9999 becomes the first or last moment of these years, so that `=lt=` with a huge number
 * works.
 */
export function readTime(value: Value, { now, overdueBefore }: Moments): string {
  const text = textWithoutWildcards(value)?.toLowerCase() ?? '';
  const placeholder = /^\$\{(now|overdue)_ts\}$/.exec(text)?.[1];
  const moment = placeholder === 'now' ? now : placeholder === 'overdue' ? overdueBefore : undefined;
  const time = moment?.getTime() ?? readMilliseconds(text) ?? readIsoTime(text);
  if (time === undefined) {
    throw filterValueInvalid(
      { ...placeOf(value), expected: 'a time' },
      `a time is an integer of milliseconds since 1970, ISO 8601, \${now_ts} or \${overdue_ts}.`,
    );
  }
  return new Date(Math.min(Math.max(time, EARLIEST), LATEST)).toISOString();
}

/** An integer of 64 bits, as text. */
export function readInteger(value: Value): string {
  const integer = readBigInt(textWithoutWildcards(value) ?? '');
  if (integer === undefined)
    throw filterValueInvalid(
      { ...placeOf(value), expected: 'an integer of 64 bits' },
      'this must be an integer of 64 bits.',
    );
  return String(integer);
}

/** One of the values, which are in lower case, or those that a value with wildcards stands for. */
export function readEnum(
  field: string,
  { values, wildcards }: Pick<EnumField, 'values' | 'wildcards'>,
  value: Value,
): string[] {
  const text = textWithoutWildcards(value)?.toLowerCase();
  const found = values.filter((one) => (text === undefined ? wildcards && isLike(one, value) : one === text));
  if (found.length) return found;
  const told = values.slice(0, MOST_TOLD).join(', ') + (values.length > MOST_TOLD ? ', …' : '');
  throw filterFieldUnknown(
    {
      ...placeOf(value),
      expected: `one of ${told}`,
      suggestion: nearestOf(values, (text ?? value.pieces.join('')).slice(0, LONGEST_COMPARED)),
    },
    `'${field}' is one of ${told}.`,
  );
}

/** Whether the pieces stand in a text in their order, the first at its start and the last at its end. */
function isLike(text: string, { pieces }: Value): boolean {
  const [first = '', ...others] = pieces.map((piece) => piece.toLowerCase());
  const end = others.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(end) || text.length < first.length + end.length) return false;
  let rest = text.slice(first.length, text.length - end.length);
  for (const piece of others) {
    const at = rest.indexOf(piece);
    if (at < 0) return false;
    rest = rest.slice(at + piece.length);
  }
  return true;
}

export function readBoolean(field: string, value: Value): boolean {
  const text = textWithoutWildcards(value)?.toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw filterSyntax(
    { ...placeOf(value), expected: `true or false for '${field}'` },
    `'${value.pieces.join('*')}'`,
  );
}

/** The pattern for LIKE in which `*` is any text and all other characters are themselves. */
export function wildcardPattern({ pieces }: Value): string {
  return pieces.map((piece) => piece.replace(/[%_\\]/g, '\\$&')).join('%');
}

/** The pattern for LIKE as it was written: `%` is any text, `_` one character, and a backslash makes either plain. */
export function likePattern(value: Value): string {
  const pattern = value.pieces.join('*');
  const backslashes = /\\*$/.exec(pattern)![0].length;
  if (backslashes % 2 === 1) {
    throw filterValueInvalid(placeOf(value), 'a pattern cannot end with a single backslash.');
  }
  return pattern;
}

/** The text of a value without wildcards. */
export function textWithoutWildcards({ pieces }: Value): string | undefined {
  return pieces.length === 1 ? pieces[0] : undefined;
}

/** Where a value is in the text. */
export const placeOf = ({ position, length }: Value) => ({ position, length });

function readBigInt(text: string): bigint | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const integer = BigInt(text);
  return integer >= MIN_INTEGER && integer <= MAX_INTEGER ? integer : undefined;
}

function readMilliseconds(text: string): number | undefined {
  const integer = readBigInt(text);
  return integer === undefined ? undefined : Number(integer);
}

function readIsoTime(text: string): number | undefined {
  const parts = ISO_TIME.exec(text);
  if (!parts) return undefined;
  const [, day, minute = '00:00', second = '00', fraction = '', sign, hours = '0', minutes = '0'] = parts;
  const local = new Date(`${day}T${minute}:${second}.${fraction.padEnd(3, '0')}Z`);
  // JavaScript takes 30 February for 1 March.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(day!)) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return local.getTime() - (sign === '-' ? -offset : offset);
}
