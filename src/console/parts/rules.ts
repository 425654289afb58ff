import { ruleTexts as texts } from '../texts/rules.ts';

/**
 * What is wrong with the text of a field, if anything, as the server would say it; its ends are cut before it is sent.
 * What can become right as more is typed is wrong only once the field is left.
 */
export type Rule = (text: string, isLeft: boolean) => string | undefined;

type Check = readonly [isWrong: (text: string) => boolean, words: string];

const atMost = (most: number): Check => [({ length }) => length > most, texts.most(most)];
const MARK_UP: Check = [(text) => /<(?:[A-Za-z][^>]*>|[!?]|\/[^A-Za-z>])/.test(text), texts.markUp];
const CONTROL: Check = [(text) => /\p{Cc}/u.test(text), texts.control];
const SEGMENT: Check = [(text) => text === '.' || text === '..', texts.segment];

const ruleOf =
  (...checks: readonly Check[]): Rule =>
  (text) =>
    checks.find(([isWrong]) => isWrong(text.trim()))?.[1];

/** A text as people enter it. */
const entered = (most: number, ...checks: readonly Check[]) => ruleOf(atMost(most), MARK_UP, ...checks);

const hash =
  (digits: number): Rule =>
  (text, isLeft) => {
    const { length } = text.trim();
    const isWrong =
      /[^0-9a-f]/i.test(text.trim()) || length > digits || (isLeft && length > 0 && length < digits);
    return isWrong ? texts.hexadecimal(digits) : undefined;
  };

const LEAST_KEY = 32;
const MOST_KEY = 128;

/** A key in hexadecimal that tokens are derived from; none is a random one. */
const derivationKey: Rule = (text, isLeft) => {
  const { length } = text.trim();
  if (/[^0-9a-f]/i.test(text.trim()) || (isLeft && length % 2 === 1)) return texts.bytes;
  if (length > 2 * MOST_KEY) return texts.mostBytes(MOST_KEY);
  return isLeft && length > 0 && length < 2 * LEAST_KEY ? texts.leastBytes(LEAST_KEY) : undefined;
};

const isAddress = (text: string) => /^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text);
const length2048 = ruleOf(atMost(2048));

/** The rules of the server for what is typed into fields; a test holds them against each other. */
export const RULES = {
  name: entered(128),
  /** Of roles and keys. */
  shortName: entered(64, CONTROL),
  tenant: ruleOf([(text) => text !== '' && !/^[A-Za-z0-9_-]{1,40}$/.test(text), texts.tenant]),
  username: ruleOf(atMost(64), [(text) => /[\\:]/.test(text), texts.separators], CONTROL),
  version: entered(64),
  description: entered(512),
  vendor: entered(256),
  group: entered(256),
  controllerId: entered(256, [(text) => /[ \t\n\v\f\r]/.test(text), texts.whiteSpace], SEGMENT),
  token: ruleOf(atMost(128), [(text) => /[^\x20-\x7e]/.test(text), texts.header], MARK_UP),
  address: ruleOf(atMost(512)),
  derivationKey,
  key: ruleOf(atMost(128), SEGMENT),
  value: ruleOf(atMost(4_000)),
  filename: entered(256, [(text) => /[<>/\\]|\p{Cc}/u.test(text), texts.filename], SEGMENT),
  size: ruleOf([(text) => /[^0-9]/.test(text), texts.whole]),
  md5: hash(32),
  sha1: hash(40),
  sha256: hash(64),
  url: (text, isLeft) =>
    length2048(text, isLeft) ??
    (isLeft && text.trim() && !isAddress(text.trim()) ? texts.address : undefined),
} satisfies Record<string, Rule>;
