import type { SQL, SQLWrapper } from 'drizzle-orm';

/** The moments that `${now_ts}` and `${overdue_ts}` stand for, what is late by them, and of which tenant. */
export interface Moments {
  /** Whose rows are asked: sub-queries name it, so that PostgreSQL knows it there too. */
  tenantId: number;
  now: Date;
  /** A target whose last poll was before this moment is overdue. */
  overdueBefore: Date;
  /**
   * A term that depends on how often a target polls: the term of its own interval, where the interval differs by target.
   * Missing where nothing is known of intervals.
   */
  byInterval?: (term: (interval: PollInterval) => SQL) => SQL;
}

export interface PollInterval {
  seconds: number;
  overdueBefore: Date;
}

/** SQL that depends on the tenant, on the time, or on settings of the tenant that say when something is late. */
export type ByMoment = (moments: Moments) => SQLWrapper;

/** A column as it is at these moments. */
export const columnAt = (column: SQLWrapper | ByMoment, moments: Moments): SQLWrapper =>
  typeof column === 'function' ? column(moments) : column;
