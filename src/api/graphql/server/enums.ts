import { registerEnumType } from 'type-graphql';

/** Words that hawkBit runs together. */
const APART: Readonly<Record<string, string>> = {
  timeforced: 'timeForced',
  downloadonly: 'downloadOnly',
  NEXTGROUP: 'nextGroup',
};

/** `inSync`, `in_sync`, `in-sync` and `in.sync` are all `IN_SYNC`. */
const constantCase = (text: string) =>
  (APART[text] ?? text)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\.\*$/, '')
    .replace(/[.-]/g, '_')
    .toUpperCase();

/** Makes an enum from the domain's words: each becomes a value in GraphQL's spelling, with its description. */
export function enumOf<T extends string>(
  name: string,
  description: string,
  words: Readonly<Record<T, string>>,
): Record<string, T> {
  const entries = (Object.entries(words) as [T, string][]).map(
    ([word, about]) => [constantCase(word), word, about] as const,
  );
  const values = Object.fromEntries(entries.map(([value, word]) => [value, word]));
  const valuesConfig = Object.fromEntries(entries.map(([value, , about]) => [value, { description: about }]));
  registerEnumType(values, { name, description, valuesConfig });
  return values;
}

export const OrderDirection = enumOf('OrderDirection', 'The direction in which a list is ordered.', {
  asc: 'From the smallest to the largest; items without a value come last.',
  desc: 'From the largest to the smallest; items without a value come first.',
});
export type OrderDirection = 'asc' | 'desc';

export const BulkErrorPolicy = enumOf('BulkErrorPolicy', 'What happens to the good rows if others are bad.', {
  REJECT_ALL: 'If a row is bad, nothing is written.',
  REJECT_FAILED_ROWS: 'The good rows are written, and the bad ones are left out.',
});
export type BulkErrorPolicy = 'REJECT_ALL' | 'REJECT_FAILED_ROWS';
