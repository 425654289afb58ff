import { isUnavailable, isUnstorable } from '../../database/unavailable.ts';
import { DomainError, databaseUnavailable, invalid } from '../../errors.ts';

/**
 * The domain error that was thrown, or that means the same: any verb may fail because the database is away, or because
 * a text that it is given can't be stored. Undefined for an unexpected error.
 */
export function domainErrorOf(thrown: unknown): DomainError | undefined {
  if (thrown instanceof DomainError) return thrown;
  if (isUnstorable(thrown)) return invalid('a text must hold no U+0000');
  return isUnavailable(thrown) ? databaseUnavailable() : undefined;
}
