import { registerEnumType } from 'type-graphql';

/** `inSync`, `in_sync` and `in.sync` are all `IN_SYNC`. */
const constantCase = (text: string) =>
  text
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase();

/** Makes an enum of the domain's words: each becomes a value in GraphQL's spelling, with its description. */
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

export const OrderDirection = enumOf('OrderDirection', 'Which way a list is ordered.', {
  asc: 'From the smallest to the largest; what has no value comes last.',
  desc: 'From the largest to the smallest; what has no value comes first.',
});
export type OrderDirection = 'asc' | 'desc';

export const BulkErrorPolicy = enumOf(
  'BulkErrorPolicy',
  'What becomes of the good rows when others are bad.',
  {
    REJECT_ALL: 'One bad row, and nothing is written.',
    REJECT_FAILED_ROWS: 'The good rows are written, the bad ones are left out.',
  },
);
export type BulkErrorPolicy = 'REJECT_ALL' | 'REJECT_FAILED_ROWS';
