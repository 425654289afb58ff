import { tooManyRequests } from '../../errors.ts';
import { lookOften } from './lateness.ts';

/** The process is overloaded when a timer comes so late. */
const LATE_MS = 250;
/** A tenant has too much from so many times the average on, where it isn't little anyway. */
const TOO_MUCH = 1.5;
const LITTLE = 50;

/** Sees to it that a busy tenant doesn't keep the others waiting. */
export interface FairShares {
  /** Counts a request of a tenant. @throws TOO_MANY_REQUESTS while the process is overloaded by that tenant */
  count(tenantId: number): void;
  /** Looks who has had how much since the last time; `lateMs` is how late that is. */
  look(lateMs: number): void;
}

/**
 * While the process is overloaded and several tenants ask, a tenant with far more requests than the average may have as
 * many as the average only. Otherwise there is no limit.
 */
export function openFairShares(): FairShares {
  let counts = new Map<number, number>();
  /** How many the greedy tenants may have until the next look. */
  let allowed = new Map<number, number>();
  const shares: FairShares = {
    count(tenantId) {
      const count = (counts.get(tenantId) ?? 0) + 1;
      if (count > (allowed.get(tenantId) ?? Number.POSITIVE_INFINITY))
        throw tooManyRequests('requests of this tenant while others wait', 1);
      counts.set(tenantId, count);
    },
    look(lateMs) {
      const had = counts;
      counts = new Map();
      allowed = new Map();
      if (lateMs < LATE_MS || had.size < 2) return;
      const average = [...had.values()].reduce((sum, count) => sum + count, 0) / had.size;
      for (const [tenantId, count] of had)
        if (count > TOO_MUCH * average && count > LITTLE)
          allowed.set(tenantId, Math.max(LITTLE, Math.floor(average)));
    },
  };
  lookOften(shares.look);
  return shares;
}
