import { z } from 'zod';

/** What PostgreSQL can store and give back unchanged: no U+0000, no half of a surrogate pair. */
export const isStorableText = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

/** The same text, with what can't be stored replaced by U+FFFD. */
export const storableText = (value: string): string => value.toWellFormed().replaceAll('\0', '\uFFFD');

/**
 * hawkBit parses names and the like as XML and refuses what holds an element, a comment or a declaration. So
 * `<b>`, `<!--` and `<?` are refused, `a < b & c > d` is not.
 */
const MARK_UP = /<(?:[A-Za-z][^>]*>|[!?]|\/[^A-Za-z>])/;

/**
 * Lengths are in UTF-16 units, as hawkBit's: zod's own checks count an emoji, which is two of them, as one. What is too
 * long is looked at no further: other rules may cost more than they can for a text of a proper length.
 */
const measured = (text: z.ZodString, least: number, most: number) =>
  text
    .refine(({ length }) => length >= least, `must have at least ${least} character${least === 1 ? '' : 's'}`)
    .refine(({ length }) => length <= most, {
      message: `must have at most ${most} characters`,
      abort: true,
    })
    .refine(isStorableText, 'must hold no U+0000 and no unpaired surrogate');

const holdsNoMarkUp = (value: string) => !MARK_UP.test(value);
const NO_MARK_UP = 'must hold no mark-up';

/** A text as people enter it: its ends are cut before it is measured. */
export const enteredText = (least: number, most: number) =>
  measured(z.string().trim(), least, most).refine(holdsNoMarkUp, NO_MARK_UP);

/** A secret: kept as it is, measured all the same. */
export const plainText = (least: number, most: number) => measured(z.string(), least, most);

/** An address: its ends are cut, and anything may be in it. */
export const trimmedText = (least: number, most: number) => measured(z.string().trim(), least, most);

/** Whether a path can name it: clients resolve these two in a path, in every encoding. */
export const isPathSegment = (name: string): boolean => name !== '.' && name !== '..';
export const SEGMENT_RULE = 'must not be . or ..: no path could name it';

const CARRIED = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
/**
 * What a token must be to arrive unchanged: headers lose blanks at their ends, and other text than ASCII in some
 * places.
 */
export const isHeaderText = (value: string): boolean => value === '' || CARRIED.test(value);
export const HEADER_RULE = 'must be of printable ASCII, without blanks at its ends: a header has to carry it';

/** A token that is sent in a header; an empty one means no token. */
export const tokenText = (least: number, most: number) =>
  plainText(least, most).refine(isHeaderText, HEADER_RULE).refine(holdsNoMarkUp, NO_MARK_UP);

/** The beginning of a text, at most so many UTF-16 units of it. A character of two units is not cut in half. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const isHalved = /[\uD800-\uDBFF]/.test(text[most - 1] ?? '');
  return text.slice(0, isHalved ? most - 1 : most);
}
