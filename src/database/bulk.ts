import { getTableColumns, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { arrayText } from './arrays.ts';

/** Rows in one statement: larger statements are not faster and need more memory. */
export const CHUNK = 5_000;

/**
 * `INSERT … SELECT … FROM unnest`: any number of rows with one parameter for each column, because PostgreSQL takes at
 * most 65,534 parameters. `each` has a list for every column that differs between rows, `all` has a value for the
 * others.
 */
export function insertFromArrays<T extends PgTable>(
  table: T,
  each: Partial<Record<keyof T['_']['columns'], readonly unknown[]>>,
  all: Partial<Record<keyof T['_']['columns'], unknown>>,
): SQL {
  const columns = getTableColumns(table);
  const lists = Object.entries<readonly unknown[] | undefined>(each);
  const values = Object.entries(all);
  const names = [...lists, ...values].map(([name]) => sql.identifier(columns[name]!.name));
  // An array of arrays would have to be as wide in each row.
  const isWritten = (name: string) => typeOf(columns[name]!).endsWith('[]');
  const arrays = lists.map(([name, list = []]) =>
    isWritten(name)
      ? sql`${arrayOf(list.map((item) => item && arrayText(item as unknown[])))}::text[]`
      : sql`${arrayOf(list)}::${sql.raw(typeOf(columns[name]!))}[]`,
  );
  const selected = [
    ...lists.map(([name]) => {
      const value = sql`rows.${sql.identifier(columns[name]!.name)}`;
      return isWritten(name) ? sql`${value}::${sql.raw(typeOf(columns[name]!))}` : value;
    }),
    ...values.map(
      ([name, value]) => sql`${sql.param(value, columns[name])}::${sql.raw(typeOf(columns[name]!))}`,
    ),
  ];
  const aliases = lists.map(([name]) => sql.identifier(columns[name]!.name));
  const comma = sql`, `;
  return sql`INSERT INTO ${table} (${sql.join(names, comma)})
    SELECT ${sql.join(selected, comma)}
    FROM unnest(${sql.join(arrays, comma)}) AS rows(${sql.join(aliases, comma)})`;
}

/**
 * A list as one parameter, to be cast to its type: `${arrayOf(ids)}::bigint[]`. As a literal, because the driver
 * guesses an array's type from its first item, wrongly for booleans.
 */
export const arrayOf = (list: readonly unknown[]): SQL => sql`${arrayText(list)}`;

/** Whether a column has one of the ids. Numbers that are not safe integers are left out: PostgreSQL may refuse them. */
export const isAmong = (column: SQLWrapper, ids: readonly number[]): SQL =>
  sql`${column} = ANY(${arrayOf(ids.filter(Number.isSafeInteger))}::bigint[])`;

/** The type to cast to, without its collation, which a cast can't have. */
const typeOf = (column: { getSQLType(): string }) => column.getSQLType().replace(/ COLLATE .*/, '');

/** Cuts a list into pieces of at most `size`. */
export function* chunks<T>(list: readonly T[], size = CHUNK): Generator<T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}
