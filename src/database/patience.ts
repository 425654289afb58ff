import { sql } from 'drizzle-orm';
import type { Transaction } from './connect.ts';
import { postgresErrorOf } from './postgres-error.ts';

/** Lets a transaction wait no longer than this, such as `5s`, for what others have locked. */
export const waitForLocks = (tx: Transaction, atMost: string) =>
  tx.execute(sql`SELECT set_config('lock_timeout', ${atMost}, TRUE)`);

/** lock_not_available */
export const STAYED_LOCKED = '55P03';

/** Whether a transaction failed as it had waited that long. */
export const hasStayedLocked = (error: unknown): boolean => postgresErrorOf(error)?.code === STAYED_LOCKED;
