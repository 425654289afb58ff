import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';
import { postgresErrorOf } from './change.ts';

const FOREIGN_KEY_VIOLATION = '23503';

/**
 * Deletes something, or, where another row refers to it, hides it. Which rows do is the foreign keys' to say: asked
 * before, the answer could be out of date.
 */
export async function removeOrHide(
  tx: Transaction,
  remove: (tx: Transaction) => Promise<unknown>,
  hide: () => Promise<unknown>,
): Promise<void> {
  try {
    // A savepoint: the transaction goes on when the deletion fails.
    await tx.transaction(remove);
  } catch (error) {
    if (postgresErrorOf(error)?.code !== FOREIGN_KEY_VIOLATION) throw error;
    await hide();
  }
}

/** Creations of a tenant in a table go one by one, so that what was found missing stays so. */
export const lockCreations = (tx: Transaction, table: string, tenantId: number): Promise<unknown> =>
  tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${table} ${tenantId}`}, 0))`);
