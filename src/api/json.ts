import { invalid, malformed } from '../errors.ts';
import { requireFewRows } from '../services/shared/rows.ts';
import { notWellFormed } from './body-errors.ts';
import { ExactNumber } from './json-reader.ts';

const notReadable = (field: string, wanted: string) =>
  malformed(`${field}: must be ${wanted}`, field.split('.'));

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The object of a whole body, or of a field of it. CBOR also has bytes and times, which are objects only in JavaScript.
 * @throws MALFORMED_INPUT
 */
export function asObject(value: unknown, field?: string): JsonObject {
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (isPlain) return value as JsonObject;
  throw field === undefined ? notWellFormed() : notReadable(field, 'an object');
}

/** An object, or undefined if there is none. @throws MALFORMED_INPUT */
export const objectOf = (body: JsonObject, field: string): JsonObject | undefined =>
  body[field] == null ? undefined : asObject(body[field], field);

/** A list of objects; one object counts as a list of one. @throws MALFORMED_INPUT, INVALID_INPUT */
export function asObjects(value: unknown, field?: string): JsonObject[] {
  if (!Array.isArray(value)) return [asObject(value, field)];
  requireFewRows(value, field);
  return value.map((one, index) => asObject(one, field && `${field}.${index}`));
}

/** A text, or undefined if there is none; numbers and booleans become text. @throws MALFORMED_INPUT */
export function textOf(body: JsonObject, field: string): string | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === 'object') throw notReadable(field, 'a text');
  return String(value);
}

/** A text that the service needs; if it is missing, an empty one, which the service refuses. @throws MALFORMED_INPUT */
export const textOrEmpty = (body: JsonObject, field: string): string => textOf(body, field) ?? '';

/** A text that may be left out, but not be blank. @throws MALFORMED_INPUT, INVALID_INPUT */
export function filledTextOf(body: JsonObject, field: string): string | undefined {
  const text = textOf(body, field);
  if (text?.trim() === '') throw invalid(`${field}: must not be blank`, [field]);
  return text;
}

/** A list of texts; numbers and booleans become text. @throws MALFORMED_INPUT, INVALID_INPUT */
export function asTexts(list: unknown, field?: string): string[] {
  if (!Array.isArray(list)) throw notWellFormed();
  requireFewRows(list, field);
  return list.map((value, index) => {
    const place = field === undefined ? String(index) : `${field}.${index}`;
    const text = textOf({ [place]: value }, place);
    if (text === undefined) throw notReadable(place, 'a text');
    return text;
  });
}

/** For fields that may be left out, but are never null, as in hawkBit. @throws MALFORMED_INPUT */
export function requireNoNull(body: JsonObject, ...fields: string[]): void {
  for (const field of fields)
    if (body[field] === null || body[field] === '') throw notReadable(field, 'given or left out');
}

/** As Jackson, which hawkBit reads JSON with, knows them. */
const BOOLEAN = /^\s*(true|True|TRUE|false|False|FALSE)\s*$/;

/** A boolean, or undefined; numbers and the words for it count, too. @throws MALFORMED_INPUT */
export function booleanOf(body: JsonObject, field: string): boolean | undefined {
  const value = body[field];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return value !== 0;
  const word = typeof value === 'string' && BOOLEAN.exec(value)?.[1];
  if (word) return word.toLowerCase() === 'true';
  throw notReadable(field, 'true or false');
}

/** No row has this identifier; it replaces those between 2^53 and 2^63. */
export const UNKNOWN_ID = Number.MIN_SAFE_INTEGER;

/** A whole number of 64 bits, or undefined; a fraction is cut off. @throws MALFORMED_INPUT */
export function integerOf(body: JsonObject, field: string): number | undefined {
  const value = body[field];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'object' && !(value instanceof ExactNumber))
    throw notReadable(field, 'a whole number');
  const text = (value instanceof ExactNumber ? value.text : String(value)).trim();
  if (typeof value === 'string' ? !/^[+-]?\d+$/.test(text) : typeof value === 'boolean')
    throw notReadable(field, 'a whole number');
  const id = /^[+-]?\d+$/.test(text) ? idOf(text) : Math.trunc(Number(text));
  if (id === undefined || !Number.isSafeInteger(id)) throw notReadable(field, 'a whole number of 64 bits');
  return id;
}

const INT_32 = 2 ** 31;
/** Whether it is a number that hawkBit holds in 32 bits; NaN is none. */
export const isIn32Bits = (value: number): boolean => value >= -INT_32 && value < INT_32;

/** The same of 32 bits, as hawkBit has most numbers that are no identifiers and no times. @throws MALFORMED_INPUT */
export function integer32Of(body: JsonObject, field: string): number | undefined {
  const value = integerOf(body, field);
  if (value !== undefined && !isIn32Bits(value)) throw notReadable(field, 'a whole number of 32 bits');
  return value;
}

/** Reads an identifier of 64 bits from text; undefined if it is not one. */
export function idOf(text: string): number | undefined {
  if (!/^[+-]?\d{1,20}$/.test(text)) return undefined;
  const exact = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, exact) !== exact) return undefined;
  const id = Number(exact);
  return Number.isSafeInteger(id) ? id : UNKNOWN_ID;
}
