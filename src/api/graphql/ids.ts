import { DomainError, targetTypeNotFound } from '../../errors.ts';
import { idOf } from '../json.ts';

/** The number of an `ID`; what is no identifier becomes one that no row has, so that it is simply unknown. */
export function toId(text: string): number {
  const id = idOf(text);
  return id !== undefined && id > 0 ? id : Number.MIN_SAFE_INTEGER;
}

/** A target type that wasn't found, in the words of who asked for it; any other error as it is. */
export function asWritten<E>(error: E, id: string | null | undefined): E | DomainError {
  if (!(error instanceof DomainError) || error.code !== 'TARGET_TYPE_NOT_FOUND' || id == null) return error;
  return targetTypeNotFound(id, [...(error.details.path ?? [])]);
}
