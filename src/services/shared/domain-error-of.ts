import { isUnavailable } from '../../database/unavailable.ts';
import { DomainError, databaseUnavailable } from '../../errors.ts';

/**
 * The domain error that something thrown is, or stands for: any verb may fail for want of the database. Undefined for
 * what nobody foresaw.
 */
export function domainErrorOf(thrown: unknown): DomainError | undefined {
  if (thrown instanceof DomainError) return thrown;
  return isUnavailable(thrown) ? databaseUnavailable() : undefined;
}
