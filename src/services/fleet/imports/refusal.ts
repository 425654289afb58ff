import type { DomainError } from '../../../errors.ts';
import type { RefusedRow } from './check.ts';

/** A staged row. */
export type Row = { n: number; controller_id: string };

/** Refuses a row for what the database knows. `lines` are those of all rows. */
export function refusal(lines: readonly number[], row: Row, error: DomainError): RefusedRow {
  const { code, message, details } = error;
  const fault = { field: details.path?.join('.') ?? '', code, message };
  return { line: lines[row.n]!, controllerId: row.controller_id, faults: [fault] };
}
