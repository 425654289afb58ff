import { DomainError, firstOf } from '../errors.ts';

/** As many faults are told of one filter. */
export const MOST_FAULTS = 20;

/**
 * Does `work` with each in order. What is wrong with any of them is told together; after so many faults the others are
 * not looked at. @throws the first error of the domain, with it the others
 */
export function withEach<T, R>(items: readonly T[], work: (item: T) => R): R[] {
  const results: R[] = [];
  const faults: DomainError[] = [];
  for (const item of items) {
    try {
      results.push(work(item));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      faults.push(...error.all);
    }
    if (faults.length >= MOST_FAULTS) break;
  }
  if (faults.length) throw firstOf(faults.slice(0, MOST_FAULTS));
  return results;
}
