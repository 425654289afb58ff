import { DomainError, type ErrorCode } from '../../errors.ts';

/**
 * What requests call the fields of a service, where that is something else, by a step of the path: `{ filter:
 * 'targetFilterQuery' }`. `*` stands for a place in a list. An empty name is for a step that requests don't have: the
 * list that is the whole body.
 */
export type FieldNames = Readonly<Record<string, string>>;

/** Their messages say what is wrong with a value, but not in which field. */
const NAMELESS = new Set<ErrorCode>([
  'QUOTA_EXCEEDED',
  'FILTER_SYNTAX',
  'FILTER_FIELD_UNKNOWN',
  'FILTER_VALUE_INVALID',
]);

/** A service's error in the words of the request. Errors of unreadable input have the request's words already. */
export function inWordsOf(names: FieldNames, error: DomainError): DomainError {
  if (error.code === 'MALFORMED_INPUT') return error;
  const { path: own = [] } = error.details;
  const nameOf = (step: string) => (/^\d+$/.test(step) ? names['*'] : names[step]) ?? step;
  const path = own.map(nameOf).filter((step) => step !== '');
  const renamed = error.at(path.length || !own.length ? path : ['body']);
  if (!NAMELESS.has(error.code) || !path.length) return renamed;
  return new DomainError(error.code, `${path.join('.')}: ${renamed.message}`, renamed.details);
}

/**
 * Throws the fault of the first refused row, if there is one. A single row gets no number.
 * @throws DomainError
 */
export function throwFirst(faults: readonly DomainError[], list: string, rows: readonly unknown[]): void {
  const [fault] = faults;
  if (fault) throw rows.length > 1 ? fault.below(list) : fault.below(list, '0');
}
