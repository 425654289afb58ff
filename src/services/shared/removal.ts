import type { Transaction } from '../../database/connect.ts';
import { postgresErrorOf } from '../../database/postgres-error.ts';

const FOREIGN_KEY_VIOLATION = '23503';

/**
 * Deletes something, or hides it if another row refers to it. The foreign keys decide: a query before could be out of
 * date.
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
