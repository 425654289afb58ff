import { isUnavailable } from '../../database/unavailable.ts';
import { DomainError, databaseUnavailable } from '../../errors.ts';

/**
 * The domain error that was thrown, or that means the same: any verb may fail because the database is away. Undefined
 * for an unexpected error.
 */
export function domainErrorOf(thrown: unknown): DomainError | undefined {
  if (thrown instanceof DomainError) return thrown;
  return isUnavailable(thrown) ? databaseUnavailable() : undefined;
}
