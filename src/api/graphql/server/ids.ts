import { DomainError, isNotFoundCode, notFound } from '../../../domain-error.ts';
import { idOf } from '../../json.ts';

/** The number of an `ID`. A text that is no identifier becomes one that no row has, so that it isn't found. */
export function toId(text: string): number {
  const id = idOf(text);
  return id !== undefined && id > 0 ? id : Number.MIN_SAFE_INTEGER;
}

/** An error for an unknown id, with the id as it was sent; any other error stays as it is. */
export function asWritten<E>(error: E, id: string | null | undefined): E | DomainError {
  if (!(error instanceof DomainError) || !isNotFoundCode(error.code) || id == null) return error;
  return notFound(error.code, id, [...(error.details.path ?? [])]);
}

/** The same for an input with several ids: the path of the fault says which one it is. */
export function asInInput<E>(error: E, input: object): E | DomainError {
  const path = error instanceof DomainError ? (error.details.path ?? []) : [];
  const written = path.reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | undefined)?.[step],
    input,
  );
  return typeof written === 'string' ? asWritten(error, written) : error;
}
