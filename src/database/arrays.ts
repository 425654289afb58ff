/** An item is in quotes, with escapes, or without quotes; NULL without quotes is a null. */
const ITEM = /"([^"\\]*(?:\\.[^"\\]*)*)"|([^,]+)/gs;

/** Reads what PostgreSQL writes for an array of one dimension. */
const reader =
  <T>(itemOf: (text: string) => T) =>
  (text: string): (T | null)[] =>
    Array.from(text.slice(1, -1).matchAll(ITEM), ([, quoted, bare]) => {
      if (quoted !== undefined) return itemOf(quoted.replace(/\\(.)/gs, '$1'));
      return bare === 'NULL' ? null : itemOf(bare!);
    });

/** Writes an array of one dimension as PostgreSQL reads it. */
export const arrayText = (list: readonly unknown[]): string => `{${list.map(itemText).join(',')}}`;

function itemText(item: unknown): string {
  if (item === null || item === undefined) return 'NULL';
  if (typeof item === 'number') return `${item}`;
  const text = String(item);
  return `"${NEEDS_ESCAPES.test(text) ? text.replace(/[\\"]/g, '\\$&') : text}"`;
}
const NEEDS_ESCAPES = /[\\"]/;

const type = (ids: number[], parse: (text: string) => unknown) => ({
  to: ids[0]!,
  from: ids,
  parse,
  serialize: (value: unknown) => (Array.isArray(value) ? arrayText(value) : value),
});

/**
 * The array types of results, by PostgreSQL's numbers for them. The driver would ask for these on every new connection,
 * and if that connection is cut, the process would end: nobody waits for the answer.
 */
export const ARRAY_TYPES = {
  booleans: type(
    [1000],
    reader((text) => text === 't'),
  ),
  numbers: type([1005, 1007, 1021, 1022, 1028], reader(Number)),
  texts: type([1009, 1002, 1014, 1015, 1016, 2951], reader(String)),
};
