import { getTableName, sql, type Table } from 'drizzle-orm';
import type { Transaction } from './connect.ts';

/** Fewer rows don't make a table grow so that it matters. */
const MANY = 1_000;

/**
 * Tells PostgreSQL of a table that has more than doubled by so many new rows: autovacuum does a minute later, and what is
 * planned until then for a few rows reads all of them. Does nothing where the account doesn't own the table, nor where its
 * rows are on other nodes: that would read those of all tenants.
 */
export async function analyzeGrown(tx: Transaction, table: Table, created: number): Promise<void> {
  if (created < MANY) return;
  const [known] = await tx.execute<{ count: number; is_here: boolean }>(
    sql`SELECT reltuples AS count, pg_relation_size(oid) > 0 AS is_here
        FROM pg_class WHERE oid = ${getTableName(table)}::regclass`,
  );
  if (known!.is_here && known!.count < created) await tx.execute(sql`ANALYZE ${table}`);
}
