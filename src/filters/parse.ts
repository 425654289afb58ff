import { filterSyntax, filterValueInvalid } from '../errors.ts';
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

interface Reader {
  readonly text: string;
  at: number;
  nesting: number;
  comparisons: number;
}

/**
 * Reads the filter language: RSQL with hawkBit's additions. Time and stack are bounded for every text.
 * @throws FILTER_SYNTAX with the position and what was expected there
 */
export function parseFilter(text: string): Expression {
  if (text.length > LONGEST_FILTER) {
    throw filterSyntax(LONGEST_FILTER, `the end (a filter has at most ${LONGEST_FILTER} characters)`, 'more');
  }
  const unstorable = text.search(UNSTORABLE);
  if (unstorable >= 0) {
    throw filterValueInvalid(unstorable, 'NUL and unpaired surrogates are not text.');
  }

  const reader: Reader = { text, at: 0, nesting: 0, comparisons: 0 };
  const expression = readOr(reader);
  if (reader.at < text.length) throw unexpected(reader, "'and', 'or' or the end");
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
  while (skipSymbol(reader, kind === 'and' ? ';' : ',') || skipKeyword(reader, kind)) {
    children.push(readChild(reader));
  }
  return children.length === 1 ? children[0]! : { kind, children };
}

function readOperand(reader: Reader): Expression {
  const start = skipBlanks(reader);
  if (!skipSymbol(reader, '(')) return readComparison(reader);

  reader.nesting += 1;
  if (reader.nesting > MAX_NESTING) {
    throw filterSyntax(start, `at most ${MAX_NESTING} parentheses within one another`, 'one more');
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
    throw filterSyntax(fieldPosition, `at most ${MAX_COMPARISONS} comparisons`, 'one more');
  }

  const position = skipBlanks(reader);
  const spelling = take(reader, OPERATOR);
  const operator = SPELLINGS.get(spelling?.toLowerCase() ?? '');
  if (spelling === undefined) throw unexpected(reader, AN_OPERATOR);
  if (operator === undefined) throw filterSyntax(position, AN_OPERATOR, quote(spelling));

  const values = readValues(reader, operator);
  const nullTest = NULL_TESTS.get(spelling.toLowerCase());
  if (nullTest && values[0]!.pieces.join('*').toLowerCase() === 'null') {
    return { kind: 'comparison', field, fieldPosition, operator: nullTest, position, values: [] };
  }
  return { kind: 'comparison', field, fieldPosition, operator, position, values };
}

function readValues(reader: Reader, operator: Operator): Value[] {
  if (!skipSymbol(reader, '(')) return [readValue(reader, operator)];

  const takesMany = operator === '=in=' || operator === '=out=';
  const values = [readValue(reader, operator)];
  while (takesMany && skipSymbol(reader, ',')) values.push(readValue(reader, operator));
  if (!skipSymbol(reader, ')')) throw unexpected(reader, takesMany ? "',' or ')'" : "')'");
  return values;
}

function readValue(reader: Reader, operator: Operator): Value {
  const position = skipBlanks(reader);
  const pieces = splitAtWildcards(readText(reader, operator));
  const hasWildcards = operator === '==' || operator === '!=';
  return { pieces: hasWildcards ? pieces : [pieces.join('*')], position };
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
  if (character === undefined) return filterSyntax(position, expected, 'the end');
  const found = take(reader, WORD) ?? String.fromCodePoint(character);
  return filterSyntax(position, expected, quote(found));
}

function quote(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `'${characters.slice(0, 40).join('')}…'` : `'${text}'`;
}
