import { DomainError, filterSyntax, filterValueInvalid } from '../errors.ts';
import type { Comparison, Expression, Operator, Value } from './expression.ts';

export const LONGEST_FILTER = 8192;
const MAX_NESTING = 64;
const MAX_COMPARISONS = 256;

const SPELLINGS = new Map<string, Operator>([
  ['==', '=='],
  ['=is=', '=='],
  ['=eq=', '=='],
  ['!=', '!='],
  ['=not=', '!='],
  ['=ne=', '!='],
  ['<', '=lt='],
  ['=lt=', '=lt='],
  ['<=', '=le='],
  ['=le=', '=le='],
  ['>', '=gt='],
  ['=gt=', '=gt='],
  ['>=', '=ge='],
  ['=ge=', '=ge='],
  ['=in=', '=in='],
  ['=out=', '=out='],
  ['=li=', '=li='],
]);
const NULL_TESTS = new Map<string, Operator>([
  ['=is=', '=is=null'],
  ['=eq=', '=is=null'],
  ['=not=', '=not=null'],
  ['=ne=', '=not=null'],
]);
const AN_OPERATOR = 'an operator (== != < <= > >= =lt= =le= =gt= =ge= =in= =out= =li= =is= =not=)';

const BLANKS = /[ \t\r\n\f]*/y;
const WORD = /[^"'();,=<>!~ \t\r\n\f]+/y;
const OPERATOR = /==|!=|[<>]=?|=[a-z]+=/iy;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy;
/** PostgreSQL can't store these in text: NUL and unpaired surrogates. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
/** Means an asterisk that isn't a wildcard. No other text has this character, because it is UNSTORABLE. */
const PLAIN_ASTERISK = '\0';

/** What may come at the end of a text that is still being written; what is there of it already begins at `start`. */
export type Place = { start: number } & (
  | { kind: 'operand' }
  | { kind: 'operator'; field: string }
  | { kind: 'value'; field: string; operator: Operator; spelling: string; opened: boolean }
  | { kind: 'list'; isList: boolean }
  | { kind: 'junction'; nesting: number }
);
type PlaceKind = Place extends infer P ? (P extends Place ? Omit<P, 'start'> : never) : never;

interface Reader {
  readonly text: string;
  at: number;
  nesting: number;
  comparisons: number;
  /** Whether the place at the end is looked for. */
  readonly seeksEnd: boolean;
}

/** Thrown where the end is reached. */
class End {
  constructor(readonly place: Place) {}
}

/** What a token of each kind looks like before it is complete. */
const INCOMPLETE: Record<Place['kind'], RegExp> = {
  operand: /^[^"'();,=<>!~ \t\r\n\f]*$/,
  operator: /^(?:=[a-z]*|!)?$/i,
  value: /^(?:[^"'();,=<>!~ \t\r\n\f]*|"(?:[^"\\]|\\.)*\\?|'(?:[^'\\]|\\.)*\\?)$/s,
  list: /^$/,
  junction: /^[^"'();,=<>!~ \t\r\n\f]*$/,
};

/**
 * Reads the filter language: RSQL with hawkBit's additions. Time and stack are bounded for every text.
 * @throws FILTER_SYNTAX with the position and what was expected there
 */
export function parseFilter(text: string): Expression {
  return readFilter(openReader(text, false));
}

/**
 * What may come at the end of the text; undefined if a mistake comes before it. Bounded like `parseFilter`.
 */
export function placeAtEnd(text: string): Place | undefined {
  try {
    readFilter(openReader(text, true));
  } catch (error) {
    if (error instanceof End) return error.place;
    if (!(error instanceof DomainError)) throw error;
  }
  return undefined;
}

/** Whether a text can stand in a filter without quotes, for example as the key of an attribute. */
export const isWord = (text: string): boolean => text !== '' && INCOMPLETE.operand.test(text);

/** Where the token ends that begins at `start`; at `least` at that position. */
export function tokenEnd(text: string, start: number, least: number): number {
  const ends = [QUOTED, OPERATOR, WORD].map((pattern) => {
    pattern.lastIndex = start;
    return start + (pattern.exec(text)?.[0].length ?? 0);
  });
  return Math.max(least, ...ends);
}

function openReader(text: string, seeksEnd: boolean): Reader {
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

function readFilter(reader: Reader): Expression {
  const expression = readOr(reader);
  if (reader.at < reader.text.length) throw unexpected(reader, "'and', 'or' or the end");
  return expression;
}

function readOr(reader: Reader): Expression {
  return readJunction(reader, 'or', readAnd);
}

function readAnd(reader: Reader): Expression {
  return readJunction(reader, 'and', readOperand);
}

function readJunction(
  reader: Reader,
  kind: 'and' | 'or',
  readChild: (reader: Reader) => Expression,
): Expression {
  const children = [readChild(reader)];
  endAt(reader, { kind: 'junction', nesting: reader.nesting });
  while (skipSymbol(reader, kind === 'and' ? ';' : ',') || skipKeyword(reader, kind)) {
    children.push(readChild(reader));
    endAt(reader, { kind: 'junction', nesting: reader.nesting });
  }
  return children.length === 1 ? children[0]! : { kind, children };
}

function readOperand(reader: Reader): Expression {
  const start = skipBlanks(reader);
  endAt(reader, { kind: 'operand' });
  if (!skipSymbol(reader, '(')) return readComparison(reader);

  reader.nesting += 1;
  if (reader.nesting > MAX_NESTING) {
    const expected = `at most ${MAX_NESTING} parentheses within one another`;
    throw filterSyntax({ position: start, length: 1, expected }, 'one more');
  }
  const expression = readOr(reader);
  if (!skipSymbol(reader, ')')) throw unexpected(reader, "'and', 'or' or ')'");
  reader.nesting -= 1;
  return expression;
}

function readComparison(reader: Reader): Comparison {
  const fieldPosition = reader.at;
  const field = take(reader, WORD);
  if (field === undefined) throw unexpected(reader, "a field or '('");
  reader.comparisons += 1;
  if (reader.comparisons > MAX_COMPARISONS) {
    const expected = `at most ${MAX_COMPARISONS} comparisons`;
    throw filterSyntax({ position: fieldPosition, length: field.length, expected }, 'one more');
  }

  const position = skipBlanks(reader);
  endAt(reader, { kind: 'operator', field });
  const spelling = take(reader, OPERATOR);
  const operator = SPELLINGS.get(spelling?.toLowerCase() ?? '');
  if (spelling === undefined) throw unexpected(reader, AN_OPERATOR);
  const { length } = spelling;
  if (operator === undefined)
    throw filterSyntax({ position, length, expected: AN_OPERATOR }, quote(spelling));

  const values = readValues(reader, { field, operator, spelling: spelling.toLowerCase() });
  const nullTest = NULL_TESTS.get(spelling.toLowerCase());
  if (nullTest && values[0]!.pieces.join('*').toLowerCase() === 'null') {
    return { kind: 'comparison', field, fieldPosition, operator: nullTest, position, length, values: [] };
  }
  return { kind: 'comparison', field, fieldPosition, operator, position, length, values };
}

interface Compared {
  field: string;
  operator: Operator;
  spelling: string;
}

function readValues(reader: Reader, compared: Compared): Value[] {
  const { operator } = compared;
  endAt(reader, { kind: 'value', ...compared, opened: false });
  if (!skipSymbol(reader, '(')) return [readValue(reader, operator)];

  const takesMany = operator === '=in=' || operator === '=out=';
  const values: Value[] = [];
  do {
    endAt(reader, { kind: 'value', ...compared, opened: true });
    values.push(readValue(reader, operator));
    endAt(reader, { kind: 'list', isList: takesMany });
  } while (takesMany && skipSymbol(reader, ','));
  if (!skipSymbol(reader, ')')) throw unexpected(reader, takesMany ? "',' or ')'" : "')'");
  return values;
}

function readValue(reader: Reader, operator: Operator): Value {
  const position = skipBlanks(reader);
  const pieces = splitAtWildcards(readText(reader, operator));
  const hasWildcards = operator === '==' || operator === '!=';
  return {
    pieces: hasWildcards ? pieces : [pieces.join('*')],
    position,
    length: reader.at - position,
  };
}

/** The text of a value without its quotes and escapes. */
function readText(reader: Reader, operator: Operator): string {
  const word = take(reader, WORD);
  if (word !== undefined) return word;

  const quoted = take(reader, QUOTED);
  if (quoted !== undefined) {
    return quoted.slice(1, -1).replace(/\\(.)/gs, (both, character) => {
      if (character === '*') return PLAIN_ASTERISK;
      const escapedForLike = operator === '=li=' && (character === '%' || character === '_');
      return escapedForLike ? both : character;
    });
  }
  const opening = reader.text[reader.at];
  if (opening !== '"' && opening !== "'") throw unexpected(reader, 'a value');
  reader.at = reader.text.length;
  throw unexpected(reader, `a closing ${opening}`);
}

/**
 * hawkBit reads `\*` again after the quotes are removed, so its clients write `"\\*"` for a plain asterisk. Backslashes
 * are escapes only directly before an asterisk, where two of them are one; elsewhere each is itself.
 */
function splitAtWildcards(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let backslashes = 0;
  for (const character of text) {
    if (character === '*') {
      piece = piece.slice(0, piece.length - Math.ceil(backslashes / 2));
      if (backslashes % 2 === 1) {
        piece += '*';
      } else {
        pieces.push(piece);
        piece = '';
      }
    } else {
      piece += character === PLAIN_ASTERISK ? '*' : character;
    }
    backslashes = character === '\\' ? backslashes + 1 : 0;
  }
  return [...pieces, piece];
}

/** Stops here if the text ends with the token that begins here. */
function endAt(reader: Reader, place: PlaceKind): void {
  if (!reader.seeksEnd) return;
  const start = skipBlanks(reader);
  if (INCOMPLETE[place.kind].test(reader.text.slice(start))) throw new End({ ...place, start } as Place);
}

function skipBlanks(reader: Reader): number {
  take(reader, BLANKS);
  return reader.at;
}

function skipSymbol(reader: Reader, symbol: string): boolean {
  skipBlanks(reader);
  if (reader.text[reader.at] !== symbol) return false;
  reader.at += 1;
  return true;
}

function skipKeyword(reader: Reader, keyword: string): boolean {
  const start = skipBlanks(reader);
  if (take(reader, WORD)?.toLowerCase() === keyword) return true;
  reader.at = start;
  return false;
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function unexpected(reader: Reader, expected: string) {
  const position = reader.at;
  const character = reader.text.codePointAt(position);
  if (character === undefined) return filterSyntax({ position, length: 0, expected }, 'the end');
  const found = take(reader, WORD) ?? String.fromCodePoint(character);
  return filterSyntax({ position, length: found.length, expected }, quote(found));
}

function quote(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `'${characters.slice(0, 40).join('')}…'` : `'${text}'`;
}
