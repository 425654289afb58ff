import { getTableName, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { arrayOf } from '../../database/bulk.ts';
import type { Transaction } from '../../database/connect.ts';
import type { DomainError } from '../../errors.ts';
import { type Batch, refuseTaken, standing } from './batch.ts';
import { lockCreations } from './lock-creations.ts';

/** Columns by which the rows of a tenant differ. They have texts. */
interface DiffersBy<T> {
  columns: readonly PgColumn[];
  of: (row: T) => readonly string[];
  fault: (row: T) => DomainError;
}

/** Rows that differ by one column, whose name is their field's. */
export const differsBy = <F extends string>(
  table: Record<F, PgColumn>,
  field: F,
  fault: (value: string, path: string[]) => DomainError,
): DiffersBy<Record<F, string>> => ({
  columns: [table[field]],
  of: (row) => [row[field]],
  fault: (row) => fault(row[field], [field]),
});

/** Where the rows of a kind are. */
interface Kept {
  table: PgTable & { tenantId: PgColumn };
  /** With the tables whose columns are named, too; by default the table alone. */
  from?: SQL;
}

/**
 * Refuses rows that are stored already, or stand before in the same batch. Creations of the tenant in that table wait
 * for one another. Only what the rows ask for is read: a tenant may have a million of a kind.
 */
export async function refuseExisting<T>(
  tx: Transaction,
  batch: Batch<T>,
  { tenantId, table, from = sql`${table}` }: Kept & { tenantId: number },
  identities: readonly DiffersBy<T>[],
): Promise<void> {
  await lockCreations(tx, getTableName(table), tenantId);
  const rows = standing(batch);
  const isOfTenant = sql`${table.tenantId} = ${tenantId}`;
  const known = await Promise.all(
    identities.map(({ columns, of }) =>
      storedOf(tx, sql`${from} WHERE ${isOfTenant}`, columns, rows.map(of)),
    ),
  );
  refuseTaken(
    batch,
    identities.map(({ of, fault }, index) => ({
      of: (row: T) => keyOf(of(row)),
      taken: known[index]!,
      fault,
    })),
  );
}

/** Those of the identities that are stored. */
async function storedOf(
  tx: Transaction,
  ofTenant: SQL,
  columns: readonly PgColumn[],
  wanted: readonly (readonly string[])[],
): Promise<string[]> {
  const comma = sql`, `;
  const names = sql.join([...columns], comma);
  const lists = columns.map((_, at) => sql`${arrayOf(wanted.map((one) => one[at]))}::text[]`);
  const stored = await tx.execute<Record<string, string>>(
    sql`SELECT ${names} FROM ${ofTenant} AND (${names}) IN (SELECT * FROM unnest(${sql.join(lists, comma)}))`,
  );
  return stored.map((row) => keyOf(columns.map(({ name }) => row[name]!)));
}

const keyOf = (identity: readonly string[]) => JSON.stringify(identity);
