import { type SQL, sql } from 'drizzle-orm';

/** The flags of all tests of a row, as one column. */
export const flagsOf = (tests: readonly SQL[]): SQL<string> => {
  const flags = tests.map((test) => sql`(${test}) IS TRUE`);
  return sql<string>`array_to_string(ARRAY[${sql.join(flags, sql`, `)}]::boolean[], '')`;
};
export const readFlags = (flags: string): boolean[] => Array.from(flags, (flag) => flag === 't');
