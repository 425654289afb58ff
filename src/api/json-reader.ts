/* Reads the JSON of bodies and files: once, within bounds, and long texts piece by piece. */

import { isUtf8 } from 'node:buffer';
import { malformed } from '../errors.ts';
import { takeTurns } from '../services/shared/turns.ts';
import { bodyTooDeep, DEEPEST, notWellFormed, tooManyValues } from './body-errors.ts';

/** A JSON number whose digits a JavaScript number would not give back: `1.0`, `1e3`, 20 digits. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

export interface JsonBounds {
  /** How many objects, lists, texts, numbers and words there may be. */
  values: number;
  /** Reads every number as JavaScript's, also those that lose digits and would be an `ExactNumber`. */
  plainNumbers?: boolean;
}

/** Characters of a text. Everything that is stored is much shorter. */
const LONGEST_TEXT = 1 << 20;
/** How many characters are read before the time is checked. */
const PIECE = 1 << 14;
/** How many bytes are decoded at once. */
const BLOCK = 1 << 18;

/**
 * Reads JSON so that no number loses digits, because numbers may become text. If a property is repeated, the last one
 * counts. Other requests run in between.
 * @throws MALFORMED_INPUT if it is not JSON in UTF-8, or beyond the bounds
 */
export async function parseJson(bytes: Uint8Array, bounds: JsonBounds): Promise<unknown> {
  const turns = takeTurns();
  let text = '';
  for (const block of decodeJson(bytes)) {
    text += block;
    if (turns.isOver()) await turns.next();
  }
  const reader = new JsonReader(text, bounds);
  for (let until = PIECE; !reader.read(until); until = reader.at + PIECE)
    if (turns.isOver()) await turns.next();
  return reader.value;
}

/** The same without pauses, for short texts. @throws MALFORMED_INPUT */
export function parseJsonNow(bytes: Uint8Array, bounds: JsonBounds): unknown {
  const reader = new JsonReader([...decodeJson(bytes)].join(''), bounds);
  reader.read(Number.POSITIVE_INFINITY);
  return reader.value;
}

/** Sets a property with any name, also `__proto__`. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** @throws MALFORMED_INPUT */
function* decodeJson(bytes: Uint8Array): Generator<string> {
  if (!isUtf8(bytes)) throw notWellFormed();
  const { buffer, byteOffset, byteLength } = bytes;
  const whole = Buffer.from(buffer, byteOffset, byteLength);
  const hasMark = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf;
  for (let from = hasMark ? 3 : 0, to = from; from < whole.length; from = to) {
    to = Math.min(from + BLOCK, whole.length);
    // Not in the middle of a character.
    while (to < whole.length && (whole[to]! & 0xc0) === 0x80) to--;
    yield whole.toString('utf8', from, to);
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS: readonly (readonly [word: string, value: boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BEGIN_OBJECT = 0x7b;
const END_OBJECT = 0x7d;
const BEGIN_LIST = 0x5b;
const END_LIST = 0x5d;
const MINUS = 0x2d;
const FIRST_PRINTABLE = 0x20;

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isInNumber = (code: number) =>
  isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS;
const isBlank = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** What may come next. */
type Next = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end';

type Container = Record<string, unknown> | unknown[];

/**
 * Reads a text up to a given place. It doesn't use JSON.parse, which blocks everybody until it is done, has no bounds
 * and loses digits.
 */
class JsonReader {
  /** The result; complete when `read` says so. */
  value: unknown;
  at = 0;
  private next: Next = 'value';
  private top: Container | undefined;
  private key = '';
  private depth = 0;
  private values = 0;
  private readonly outer: (Container | undefined)[] = [];
  private readonly outerKeys: string[] = [];

  constructor(
    private readonly text: string,
    private readonly bounds: JsonBounds,
  ) {}

  /** Reads on to a place, or a little further. @returns whether everything is read */
  read(until: number): boolean {
    for (;;) {
      const code = this.skipBlanks(until);
      if (code === undefined) return false;
      if (this.next === 'comma or end') {
        if (!this.top) return this.end();
        if (this.at > until) return false;
        this.goOn(code);
      } else if (this.next === 'key' || this.next === 'key or end') this.readKey(code);
      else if (this.next === 'colon') this.readColon(code);
      else this.readValue(code);
    }
  }

  private end(): true {
    if (this.at < this.text.length) throw notWellFormed();
    return true;
  }

  /** @returns the character after the blanks; undefined if these go beyond the place */
  private skipBlanks(until: number): number | undefined {
    let code = this.text.charCodeAt(this.at);
    while (isBlank(code)) {
      if (this.at > until) return undefined;
      code = this.text.charCodeAt(++this.at);
    }
    return code;
  }

  /** After a value in an object or a list. */
  private goOn(code: number): void {
    const isList = Array.isArray(this.top);
    if (code === COMMA) {
      this.at++;
      this.next = isList ? 'value' : 'key';
    } else if (code === (isList ? END_LIST : END_OBJECT)) this.close();
    else throw notWellFormed();
  }

  private readKey(code: number): void {
    if (code === END_OBJECT && this.next === 'key or end') {
      this.close();
      return;
    }
    if (code !== QUOTE) throw notWellFormed();
    this.key = this.readText();
    this.next = 'colon';
  }

  private readColon(code: number): void {
    if (code !== COLON) throw notWellFormed();
    this.at++;
    this.next = 'value';
  }

  private readValue(code: number): void {
    if (code === QUOTE) this.put(this.readText());
    else if (code === BEGIN_OBJECT) this.open({}, 'key or end');
    else if (code === BEGIN_LIST) this.open([], 'value or end');
    else if (code === MINUS || isDigit(code)) this.put(this.readNumber());
    else if (code === END_LIST && this.next === 'value or end') this.close();
    else this.put(this.readWord());
  }

  private open(container: Container, next: Next): void {
    if (++this.depth > DEEPEST) throw bodyTooDeep();
    this.at++;
    this.outer.push(this.top);
    this.outerKeys.push(this.key);
    this.top = container;
    this.next = next;
  }

  private close(): void {
    const done = this.top;
    this.at++;
    this.depth--;
    this.top = this.outer.pop();
    this.key = this.outerKeys.pop()!;
    this.put(done);
  }

  private put(value: unknown): void {
    const { top, key, bounds } = this;
    if (++this.values > bounds.values) throw tooManyValues(bounds.values);
    this.next = 'comma or end';
    if (!top) this.value = value;
    else if (Array.isArray(top)) top.push(value);
    else setOwn(top, key, value);
  }

  private readText(): string {
    const { text } = this;
    const from = this.at + 1;
    const last = from + LONGEST_TEXT;
    for (let at = from; at <= last; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return this.ownCopy(text.slice(from, at));
      }
      if (code === BACKSLASH) return this.readEscaped(at);
      // Also at the end of the text, where there is no code.
      if (!(code >= FIRST_PRINTABLE)) throw notWellFormed();
    }
    throw tooLong();
  }

  /** Reads the rest of a text that has a backslash at this place. */
  private readEscaped(at: number): string {
    const { text } = this;
    const from = this.at;
    const last = from + LONGEST_TEXT;
    for (; at <= last; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) {
        this.at = at + 1;
        return readQuoted(text.slice(from, at + 1));
      } else if (Number.isNaN(code)) throw notWellFormed();
    }
    throw tooLong();
  }

  /** Copies a slice, because a slice keeps the whole text in memory as long as it is used. */
  private ownCopy(slice: string): string {
    return this.text.length > PIECE && slice.length ? ` ${slice}`.slice(1) : slice;
  }

  private readNumber(): number | ExactNumber {
    const from = this.at;
    do if (++this.at - from > LONGEST_TEXT) throw tooLong();
    while (isInNumber(this.text.charCodeAt(this.at)));
    const digits = this.text.slice(from, this.at);
    if (!NUMBER.test(digits)) throw notWellFormed();
    const number = Number(digits);
    return this.bounds.plainNumbers || String(number) === digits
      ? number
      : new ExactNumber(this.ownCopy(digits));
  }

  private readWord(): boolean | null {
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    throw notWellFormed();
  }
}

const tooLong = () =>
  malformed(`The given request body has a text or a number of more than ${LONGEST_TEXT} characters`);

function readQuoted(literal: string): string {
  try {
    return JSON.parse(literal);
  } catch {
    throw notWellFormed();
  }
}
