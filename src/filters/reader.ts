import { filterSyntax, filterValueInvalid } from '../errors.ts';
import type { Operator } from './expression.ts';

/* Reads a filter from left to right, token by token. */

export const LONGEST_FILTER = 8192;

const BLANKS = /[ \t\r\n\f]*/y;
export const WORD = /[^"'();,=<>!~ \t\r\n\f]+/y;
export const OPERATOR = /==|!=|[<>]=?|=[a-z]+=/iy;
export const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy;
/** PostgreSQL can't store these in text: NUL and unpaired surrogates. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** What may come at the end of a text that is still being written; what is there of it already begins at `start`. */
export type Place = { start: number } & (
  | { kind: 'operand' }
  | { kind: 'operator'; field: string }
  | { kind: 'value'; field: string; operator: Operator; spelling: string; opened: boolean }
  | { kind: 'list'; isList: boolean }
  | { kind: 'junction'; nesting: number }
);
type PlaceKind = Place extends infer P ? (P extends Place ? Omit<P, 'start'> : never) : never;

export interface Reader {
  readonly text: string;
  at: number;
  nesting: number;
  comparisons: number;
  /** Whether the place at the end is looked for. */
  readonly seeksEnd: boolean;
}

/** Thrown where the end is reached. */
export class End {
  constructor(readonly place: Place) {}
}

/** What a token of each kind looks like before it is complete. */
export const INCOMPLETE: Record<Place['kind'], RegExp> = {
  operand: /^[^"'();,=<>!~ \t\r\n\f]*$/,
  operator: /^(?:=[a-z]*|!)?$/i,
  value: /^(?:[^"'();,=<>!~ \t\r\n\f]*|"(?:[^"\\]|\\.)*\\?|'(?:[^'\\]|\\.)*\\?)$/s,
  list: /^$/,
  junction: /^[^"'();,=<>!~ \t\r\n\f]*$/,
};

export function openReader(text: string, seeksEnd: boolean): Reader {
  if (text.length > LONGEST_FILTER) {
    const expected = `the end (a filter has at most ${LONGEST_FILTER} characters)`;
    throw filterSyntax({ position: LONGEST_FILTER, length: text.length - LONGEST_FILTER, expected }, 'more');
  }
  const unstorable = text.search(UNSTORABLE);
  if (unstorable >= 0) {
    throw filterValueInvalid(
      { position: unstorable, length: 1 },
      'NUL and unpaired surrogates are not text.',
    );
  }
  return { text, at: 0, nesting: 0, comparisons: 0, seeksEnd };
}

/** Stops here if the text ends with the token that begins here. */
export function endAt(reader: Reader, place: PlaceKind): void {
  if (!reader.seeksEnd) return;
  const start = skipBlanks(reader);
  if (INCOMPLETE[place.kind].test(reader.text.slice(start))) throw new End({ ...place, start } as Place);
}

export function skipBlanks(reader: Reader): number {
  take(reader, BLANKS);
  return reader.at;
}

export function skipSymbol(reader: Reader, symbol: string): boolean {
  skipBlanks(reader);
  if (reader.text[reader.at] !== symbol) return false;
  reader.at += 1;
  return true;
}

export function skipKeyword(reader: Reader, keyword: string): boolean {
  const start = skipBlanks(reader);
  if (take(reader, WORD)?.toLowerCase() === keyword) return true;
  reader.at = start;
  return false;
}

export function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

export function unexpected(reader: Reader, expected: string) {
  const position = reader.at;
  const character = reader.text.codePointAt(position);
  if (character === undefined) return filterSyntax({ position, length: 0, expected }, 'the end');
  const found = take(reader, WORD) ?? String.fromCodePoint(character);
  return filterSyntax({ position, length: found.length, expected }, quote(found));
}

export function quote(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `'${characters.slice(0, 40).join('')}…'` : `'${text}'`;
}
