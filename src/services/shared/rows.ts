import { z } from 'zod';
import { invalid } from '../../errors.ts';

/** Rows of one call, and things that it names one by one. For more there are filters, and files. */
export const MOST_ROWS = 10_000;

const RULE = `must be ${MOST_ROWS} at the most`;

/** A list as callers give it. */
export const listOf = <T extends z.ZodType>(item: T) => z.array(item).max(MOST_ROWS, RULE);

/** Before anything is done with what may be many. @throws INVALID_INPUT */
export function requireFewRows(list: readonly unknown[], name = ''): void {
  if (list.length > MOST_ROWS)
    throw invalid(name ? `${name}: ${RULE}` : `the rows ${RULE}`, name ? [name] : []);
}
