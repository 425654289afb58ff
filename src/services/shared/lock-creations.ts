import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/connect.ts';

/** Makes creations of a tenant in a table wait for one another, so that nobody else creates what was found missing. */
export const lockCreations = (tx: Transaction, table: string, tenantId: number): Promise<unknown> =>
  tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${table} ${tenantId}`}, 0))`);
