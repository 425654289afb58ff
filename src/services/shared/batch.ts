import type { z } from 'zod';
import { chunks, isAmong } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import { type DomainError, outOfScope, standsTwice } from '../../errors.ts';
import { asItWouldBe, findOutOfScope, type RowOutOfScope, type ScopedRows } from '../access/in-scope.ts';
import { type ChangeRecord, creationRecord } from '../platform/audit/record.ts';
import { type Changes, change } from './change.ts';
import type { Context } from './context.ts';
import { faultOf } from './parse.ts';
import { requireFewRows } from './rows.ts';
import { takeTurns, turnBefore } from './turns.ts';

/** What a bulk verb does with rows that break a rule: refuse all, or create the others. */
export type ErrorPolicy = 'REJECT_ALL' | 'REJECT_FAILED_ROWS';

/** The rows of a bulk input that still stand, each at its place, and what was found wrong with the others. */
export interface Batch<T> {
  /** The input's name: faults say `[list, index, field]`. */
  list: string;
  rows: (T | undefined)[];
  faults: DomainError[];
}

/** Checks each row on its own. @throws INVALID_INPUT where they are too many */
export async function readBatch<T>(
  schema: z.ZodType<T, unknown>,
  inputs: readonly unknown[],
  list: string,
): Promise<Batch<T>> {
  requireFewRows(inputs, list);
  const batch: Batch<T> = { list, rows: [], faults: [] };
  // They were read from the request in one go.
  await turnBefore(inputs);
  const turns = takeTurns();
  for (const [index, input] of inputs.entries()) {
    if (turns.isOver()) await turns.next();
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

/** How rows must differ, and what to say of one that doesn't. */
export interface Identity<T> {
  of: (row: T) => string;
  /** What is stored already, where that is known. */
  taken?: Iterable<string>;
  fault: (row: T) => DomainError;
}

/** Refuses rows that are stored already, or stand before in the same batch. */
export function refuseTaken<T>(batch: Batch<T>, identities: readonly Identity<T>[]): void {
  const known = identities.map(({ of, taken, fault }) => ({
    of,
    fault,
    stored: new Set(taken),
    before: new Set<string>(),
  }));
  for (const [index, row] of batch.rows.entries()) {
    if (!row) continue;
    const clash = known.find(({ of, stored, before }) => stored.has(of(row)) || before.has(of(row)));
    if (!clash) for (const { of, before } of known) before.add(of(row));
    else if (clash.stored.has(clash.of(row))) refuse(batch, index, clash.fault(row));
    else refuse(batch, index, standsTwice(clash.fault(row)));
  }
}

export interface BulkOptions {
  /** REJECT_ALL (the default): one bad row and none is created. REJECT_FAILED_ROWS: the good ones are. */
  errorPolicy?: ErrorPolicy;
  /** Checks everything, the stored rows included, and creates nothing. */
  dryRun?: boolean;
}

/** What was created, in the order of the input, and what is wrong with which row, in that order too. */
export interface Created<T> {
  created: T[];
  faults: DomainError[];
}

/** How the rows of a bulk creation are checked against what is stored, written, and named in the audit trail. */
export interface Creation<T, R> {
  check: (tx: Transaction, batch: Batch<T>) => Promise<void>;
  /** Writes the rows. Those that turn out to exist may be refused in `batch`; they are not in the result. */
  insert: (tx: Transaction, rows: T[], batch: Batch<T>) => Promise<R[]>;
  /** What is created must be in the scope of the verb's permission; null if no scope is about such things. */
  scope: ScopedRows | null;
  /** What else changes with those created, if any are: counts, and whom to tell. */
  finish?: (tx: Transaction, created: NoInfer<R>[], changes: Changes) => Promise<void>;
  event: ChangeRecord['type'];
  nameOf: (created: NoInfer<R>) => string;
  /** What the audit trail may show of a row, where that isn't all. */
  audited?: (row: NoInfer<T>) => object;
}

/** The second half of every bulk creation: in one transaction, refuse what doesn't fit and write what stands. */
export async function createBatch<T extends object, R extends { id: number }>(
  context: Context,
  checked: Batch<T>,
  { errorPolicy = 'REJECT_ALL', dryRun }: BulkOptions,
  how: Creation<T, R>,
): Promise<Created<R>> {
  // What each row says of itself comes first.
  const rejected = (batch: Batch<T>) => {
    const further = batch.faults.slice(checked.faults.length);
    return { created: [], faults: [...faultsOf(checked), ...faultsOf({ ...batch, faults: further })] };
  };
  if (isRejected(checked, errorPolicy) && !standing(checked).length) return rejected(checked);
  return change(
    context,
    async (tx, changes) => {
      const batch = copyOf(checked);
      await how.check(tx, batch);
      // What is rejected is inserted, too, and undone: only then all faults are known.
      if (isRejected(batch, errorPolicy) && !standing(batch).length) return changes.undo(rejected(batch));
      const created = await insertInScope(tx, context, batch, how);
      if (isRejected(batch, errorPolicy)) return changes.undo(rejected(batch));
      if (created.length) await how.finish?.(tx, created, changes);
      const rows = how.audited ? standing(batch).map(how.audited) : standing(batch);
      changes.record(creationRecord(how.event, created.map(how.nameOf), rows));
      return { created, faults: faultsOf(batch) };
    },
    { dryRun },
  );
}

/** Carries out of a savepoint which of the created rows are out of the caller's scope. */
class RowsOutOfScope extends Error {
  constructor(readonly rows: readonly RowOutOfScope[]) {
    super('rows out of scope');
  }
}

/** Inserts what stands. Rows that the caller may not create are known only then: they are refused, the others inserted. */
async function insertInScope<T, R extends { id: number }>(
  tx: Transaction,
  context: Context,
  batch: Batch<T>,
  { insert, scope }: Creation<T, R>,
): Promise<R[]> {
  if (!scope || context.caller.permissions.get(scope.permission) === null)
    return insert(tx, standing(batch), batch);
  let ids: number[] = [];
  const attempt = async (inner: Transaction) => {
    const created = await insert(inner, standing(batch), batch);
    ids = created.map(({ id }) => id);
    const notInScope = await findOutOfScope(inner, context, scope, isAmong(scope.table.id, ids));
    if (notInScope.length) throw new RowsOutOfScope(notInScope);
    return created;
  };
  try {
    return await tx.transaction(attempt);
  } catch (error) {
    if (!(error instanceof RowsOutOfScope)) throw error;
    const places = [...batch.rows.keys()].filter((index) => batch.rows[index] !== undefined);
    for (const { id, title } of error.rows)
      refuse(batch, places[ids.indexOf(id)]!, outOfScope(scope.permission, asItWouldBe(title)));
    return insert(tx, standing(batch), batch);
  }
}

/** Rows in one plain INSERT: each column of each is a parameter, and PostgreSQL takes 65,534. */
const INSERTED_AT_ONCE = 1_000;

/** Inserts rows by as many statements as they need. @returns what each says, in order */
export async function insertInPieces<T, R>(
  rows: readonly T[],
  insert: (piece: T[]) => Promise<R[]>,
): Promise<R[]> {
  const inserted: R[] = [];
  for (const piece of chunks(rows, INSERTED_AT_ONCE)) inserted.push(...(await insert(piece)));
  return inserted;
}
