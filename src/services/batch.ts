import type { z } from 'zod';
import type { DomainError } from '../errors.ts';
import { faultOf } from './parse.ts';

/** What a bulk verb does with rows that break a rule: refuse all, or create the others. */
export type ErrorPolicy = 'REJECT_ALL' | 'REJECT_FAILED_ROWS';

/** The rows of a bulk input that still stand, each at its place, and what was found wrong with the others. */
export interface Batch<T> {
  /** The input's name: faults say `[list, index, field]`. */
  list: string;
  rows: (T | undefined)[];
  faults: DomainError[];
}

/** Checks each row on its own. */
export function readBatch<T>(
  schema: z.ZodType<T, unknown>,
  inputs: readonly unknown[],
  list: string,
): Batch<T> {
  const batch: Batch<T> = { list, rows: [], faults: [] };
  for (const [index, input] of inputs.entries()) {
    const { data, error } = schema.safeParse(input);
    batch.rows.push(data);
    if (error) refuse(batch, index, faultOf(error));
  }
  return batch;
}

/** Takes a row out because of a fault, whose path begins at the row. */
export function refuse<T>(batch: Batch<T>, index: number, fault: DomainError): void {
  batch.rows[index] = undefined;
  batch.faults.push(fault.within(batch.list, String(index)));
}

/** A batch to go on with, which may be thrown away: a transaction that is run again begins from the same rows. */
export const copyOf = <T>({ list, rows, faults }: Batch<T>): Batch<T> => ({
  list,
  rows: [...rows],
  faults: [...faults],
});

export const isRejected = ({ faults }: Batch<unknown>, policy: ErrorPolicy): boolean =>
  faults.length > 0 && policy === 'REJECT_ALL';

/** The faults in the order of the input. */
export const faultsOf = ({ faults }: Batch<unknown>): DomainError[] =>
  faults.toSorted((a, b) => Number(a.details.path?.[1]) - Number(b.details.path?.[1]));

export const standing = <T>({ rows }: Batch<T>): T[] => rows.filter((row) => row !== undefined) as T[];
