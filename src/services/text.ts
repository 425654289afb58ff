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

/** A text as people enter it: its ends are cut before it is measured. Lengths are in UTF-16 units, as hawkBit's. */
export const enteredText = (least: number, most: number) =>
  z
    .string()
    .trim()
    .min(least, `must have ${least} character${least === 1 ? '' : 's'} at the least`)
    .max(most, `must have ${most} characters at the most`)
    .refine(isStorableText, 'must hold no U+0000 and no unpaired surrogate')
    .refine((value) => !MARK_UP.test(value), 'must hold no mark-up');

/** A secret or an address: kept as it is, measured all the same. */
export const plainText = (least: number, most: number) =>
  z
    .string()
    .min(least, `must have ${least} character${least === 1 ? '' : 's'} at the least`)
    .max(most, `must have ${most} characters at the most`)
    .refine(isStorableText, 'must hold no U+0000 and no unpaired surrogate');
