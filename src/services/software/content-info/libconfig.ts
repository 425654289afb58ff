export type Value = string | number | boolean | Value[] | Group | null;
export interface Group {
  [name: string]: Value;
}

/** A text that isn't of the language. */
export class SyntaxFault extends Error {}

export const isGroup = (value: Value): value is Group =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MOST_TOKENS = 50_000;
const DEEPEST = 32;
/** Blanks and comments; a text; a name; a number; a sign. None can match in more than one way. */
const TOKEN =
  /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)|"((?:[^"\\]|\\[\s\S])*)"|([A-Za-z*][\w*-]*)|([-+]?(?:0x[\da-fA-F]+L{0,2}|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?L{0,2}))|([{}()[\]=:;,])/y;

type Token = { kind: 'text' | 'name' | 'number' | 'sign' | 'end'; text: string };

/** Parses the configuration language of libconfig, without its `@include`. @throws SyntaxFault */
export function parseLibconfig(source: string): Group {
  const tokens = tokensOf(source);
  let at = 0;
  const peek = () => tokens[at]!;
  const isSign = (sign: string) => peek().kind === 'sign' && peek().text === sign;
  const take = (sign: string) => {
    if (!isSign(sign)) throw new SyntaxFault(`expected ${sign}, found '${peek().text.slice(0, 40)}'`);
    at++;
  };

  const settings = (depth: number): Group => {
    const group: Group = Object.create(null);
    while (peek().kind === 'name') {
      const { text: name } = tokens[at++]!;
      if (isSign(':')) at++;
      else take('=');
      group[name] = value(depth);
      while (isSign(';') || isSign(',')) at++;
    }
    return group;
  };
  const list = (end: string, depth: number): Value[] => {
    const values: Value[] = [];
    while (!isSign(end)) {
      values.push(value(depth));
      if (isSign(',')) at++;
      else if (!isSign(end)) throw new SyntaxFault(`expected , or ${end}`);
    }
    take(end);
    return values;
  };
  const value = (depth: number): Value => {
    if (depth > DEEPEST) throw new SyntaxFault('it is nested too deep');
    const { kind, text } = tokens[at++]!;
    if (kind === 'text') {
      let whole = text;
      while (peek().kind === 'text') whole += tokens[at++]!.text;
      return whole;
    }
    if (kind === 'number') return numberOf(text);
    if (kind === 'name' && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
    if (kind !== 'sign') throw new SyntaxFault(`expected a value, found '${text.slice(0, 40)}'`);
    if (text === '[') return list(']', depth + 1);
    if (text === '(') return list(')', depth + 1);
    if (text !== '{') throw new SyntaxFault(`expected a value, found '${text}'`);
    const group = settings(depth + 1);
    take('}');
    return group;
  };

  const root = settings(0);
  if (peek().kind !== 'end') throw new SyntaxFault(`expected a setting, found '${peek().text.slice(0, 40)}'`);
  return root;
}

/** Whole numbers that are too large for JavaScript stay as they are written. */
function numberOf(text: string): number | string {
  const plain = text.replace(/L+$/, '');
  const number = Number(plain);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? plain : number;
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' };
const unescaped = (text: string) =>
  text.replace(/\\(x[\da-fA-F]{2}|[\s\S])/g, (_, one: string) =>
    one.length === 3 ? String.fromCharCode(Number.parseInt(one.slice(1), 16)) : (ESCAPES[one] ?? one),
  );

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < source.length) {
    const begin = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match) throw new SyntaxFault(`'${source.slice(begin, begin + 20).trim()}' is not understood`);
    const [, text, name, number, sign] = match;
    if (text !== undefined) tokens.push({ kind: 'text', text: unescaped(text) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    if (tokens.length > MOST_TOKENS) throw new SyntaxFault('it is too long');
  }
  tokens.push({ kind: 'end', text: 'the end' });
  return tokens;
}
