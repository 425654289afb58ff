/** Texts that pages share. All texts are in this folder: a file for each area, one for what all of them use. */

const plural = new Intl.PluralRules('en');
const number = new Intl.NumberFormat('en');

export const numberText = (count: number): string => number.format(count);

/** `1 target`, `2,000 targets`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${numberText(count)} ${suiting(count, one, many)}`;

/** The form of a word that suits a number: `1 target gets`, `2 targets get`. */
export const suiting = (count: number, one: string, many: string): string =>
  plural.select(count) === 'one' ? one : many;

/** As a sentence begins. */
export const capitalized = (text: string): string =>
  text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

const UNITS = ['hour', 'minute', 'second'] as const;
const unitTexts = UNITS.map(
  (unit) => new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }),
);

/** Of hh:mm:ss, as polling times are told: `5 minutes`, `1 hour 30 minutes`. */
export const durationText = (time: string): string =>
  time
    .split(':')
    .flatMap((part, at) => (Number(part) > 0 ? [unitTexts[at]!.format(Number(part))] : []))
    .join(' ') || unitTexts[2]!.format(0);

export const common = {
  product: 'Muster',
  cancel: 'Cancel',
  save: 'Save',
  close: 'Close',
  back: 'Back to the list',
  delete: 'Delete',
  edit: 'Edit',
  add: 'Add',
  remove: 'Remove',
  undo: 'Undo',
  retry: 'Try again',
  reload: 'Load again',
  more: 'Load more',
  copy: 'Copy',
  copied: 'Copied',
  none: '–',
  never: 'never',
  loading: 'Loading …',
  notFoundTitle: 'Not found',
  notFound: 'This page does not exist.',
  notFoundHint: 'The address may be misspelt, or of another version.',
  toStart: 'To the fleet',
  optional: 'optional',
  remark: 'Remark',
  search: 'Search',
  actions: 'Actions',
  yes: 'yes',
  no: 'no',
  typeToConfirm: (count: string) => `Type ${count} to confirm`,
};

/** Where a whole page or a part of it can't be shown. */
export const failures = {
  title: 'This could not be loaded',
  gone: 'The server does not answer. It is asked again by itself.',
  forbiddenTitle: 'Not for this account',
  forbidden: 'Your account may not do this. Ask an administrator for the permission.',
  throttled: 'Too many attempts. Wait a moment and try again.',
  other: 'Something went wrong.',
  changeTitle: 'Nothing was changed',
};

export const time = {
  now: 'just now',
};

/** What was changed, field by field. */
export const changesTexts = {
  was: (before: string, after: string) => `${before} → ${after}`,
  empty: '–',
};
