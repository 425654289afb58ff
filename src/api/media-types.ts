/** A media type of a header, with its parameters as they were written. */
interface MediaRange {
  /** `type/subtype` in lower case. */
  essence: string;
  /** `;name=value` of all parameters except `q`. */
  parameters: string;
  quality: number;
}

/** The type of an answer. */
export interface Accepted {
  /** `type/subtype` in lower case. */
  type: string;
  /** The same with the parameters that the client named, for `Content-Type`. */
  contentType: string;
}

/** Chooses a type for an `Accept` header; undefined if it accepts none. */
export type Negotiate = (accept: string | undefined) => Accepted | undefined;

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
const QUALITY = /^(?:\d+(?:\.\d*)?|\.\d+)$/;
const SAFE_VALUE = /^(?:[!#$%&'*+.^_`|~\w-]+|"[\t\x20\x21\x23-\x5b\x5d-\x7e]*")$/;
const UTF_8 = /^"?utf-?8"?$/i;

/** No real client sends more. */
const MOST_RANGES = 50;
/** Devices of one kind send the same header, so there are few, and a known header isn't parsed again. */
const REMEMBERED = 1_000;
const REMEMBERED_LENGTH = 256;

/**
 * Makes a function that chooses among `produced` types, which are in the order of the server's preference. It chooses
 * as hawkBit does: parameters other than `q` don't matter and are repeated in the answer. If qualities are equal, the
 * first in the header wins, and only then the server's preference counts.
 */
export function negotiator(produced: readonly string[]): Negotiate {
  const remembered = new Map<string, Accepted | undefined>();
  return (accept = '*/*') => {
    const known = remembered.get(accept);
    if (known !== undefined || remembered.has(accept)) return known;
    const chosen = choose(produced, rangesOf(accept));
    if (accept.length > REMEMBERED_LENGTH) return chosen;
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(accept, chosen);
    return chosen;
  };
}

function choose(produced: readonly string[], ranges: readonly MediaRange[]): Accepted | undefined {
  const refused = ranges.filter(({ quality }) => quality === 0).map(({ essence }) => essence);
  const wanted = produced.filter((type) => !refused.includes(type));
  let best: MediaRange | undefined;
  for (const range of ranges)
    for (const essence of wanted) {
      if (range.quality === 0 || !includes(range.essence, essence)) continue;
      const parameters = range.essence === essence ? range.parameters : '';
      if (!best || isBetter({ essence, parameters, quality: range.quality }, best))
        best = { essence, parameters, quality: range.quality };
    }
  return best && { type: best.essence, contentType: best.essence + best.parameters };
}

const isBetter = (one: MediaRange, best: MediaRange) =>
  one.quality > best.quality ||
  (one.quality === best.quality && one.essence === best.essence && !best.parameters && one.parameters !== '');

function includes(range: string, essence: string): boolean {
  if (range === essence || range === '*/*') return true;
  const [type, subtype] = essence.split('/') as [string, string];
  if (range === `${type}/*`) return true;
  const suffix = range.startsWith(`${type}/*+`) && range.slice(type.length + 3);
  return suffix !== false && (subtype === suffix || subtype.endsWith(`+${suffix}`));
}

/** A malformed range counts as missing. */
function rangesOf(accept: string): MediaRange[] {
  const ranges = split(accept, ',').slice(0, MOST_RANGES).flatMap(rangeOf);
  return ranges.length || accept.trim() ? ranges : rangeOf('*/*');
}

function rangeOf(text: string): MediaRange[] {
  const [name, ...parts] = split(text, ';');
  // Java's own client sends a single star.
  const essence = name === '*' ? '*/*' : name!.toLowerCase();
  const slash = essence.indexOf('/');
  if (!TOKEN.test(essence.slice(0, slash)) || !TOKEN.test(essence.slice(slash + 1)) || slash < 0) return [];
  let quality = 1;
  let parameters = '';
  for (const part of parts) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (at >= 0 && key.toLowerCase() === 'q') {
      if (!QUALITY.test(value) || Number(value) > 1) return [];
      quality = Number(value);
    } else if (at >= 0 && isRepeated(key, value)) parameters += `;${key}=${value}`;
  }
  return [{ essence, parameters, quality }];
}

/** An answer is always in UTF-8, and claims no other charset. */
const isRepeated = (key: string, value: string) =>
  TOKEN.test(key) && SAFE_VALUE.test(value) && (key.toLowerCase() !== 'charset' || UTF_8.test(value));

/** The parts between separators that are not in quotes, without blanks around them. */
function split(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator).map((part) => part.trim());
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (quoted && text[i] === '\\') i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (text[i] === separator && !quoted) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

/** `type/subtype` of a `Content-Type`, in lower case, without parameters. */
export function essenceOf(contentType: string | undefined): string {
  if (contentType === undefined) return '';
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** In these charsets no byte means the same as in UTF-8; in all others JSON's own characters do. */
const WIDE = /;\s*charset\s*=\s*"?(?:utf-?(?:16|32|7)|ucs-?[24]|unicode)/i;

/** Whether this `Content-Type` is one of the types, with a charset that can be read as UTF-8. */
export const isOfType = (contentType: string | undefined, types: readonly string[]): boolean =>
  types.includes(essenceOf(contentType)) && !WIDE.test(contentType!);
