import { z } from 'zod';
import { invalid } from '../../errors.ts';

/** How many rows a call has, or entities it names one by one. For more there are filters and files. */
export const MOST_ROWS = 10_000;

const RULE = `must be at most ${MOST_ROWS}`;

/** A list as callers give it. */
export const listOf = <T extends z.ZodType>(item: T) => z.array(item).max(MOST_ROWS, RULE);

/** To be called before any work on the rows. @throws INVALID_INPUT */
export function requireFewRows(list: readonly unknown[], name = ''): void {
  if (list.length > MOST_ROWS)
    throw invalid(name ? `${name}: ${RULE}` : `the rows ${RULE}`, name ? [name] : []);
}
