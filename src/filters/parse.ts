import { DomainError, filterSyntax } from '../errors.ts';
import type { Comparison, Expression, Operator, Value } from './expression.ts';
import {
  End,
  endAt,
  INCOMPLETE,
  OPERATOR,
  openReader,
  type Place,
  QUOTED,
  quote,
  type Reader,
  skipBlanks,
  skipKeyword,
  skipSymbol,
  take,
  unexpected,
  WORD,
} from './reader.ts';

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

/** Means an asterisk that isn't a wildcard. No other text has this character, because it is UNSTORABLE. */
const PLAIN_ASTERISK = '\0';

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
