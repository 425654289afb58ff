import { tooManyRequests } from '../../errors.ts';
import { openBuckets, type SharedCounts } from '../shared/buckets.ts';
import { networkOf } from './attempts.ts';

/** Wrong codes that are free, and after how long there is another: of an account, a network, a tenant with all its accounts. */
const OF_ACCOUNT = { holds: 10, anotherAfterMs: 30_000 };
const OF_NETWORK = { holds: 30, anotherAfterMs: 10_000 };
const OF_TENANT = { holds: 100, anotherAfterMs: 10_000 };
const REMEMBERED = 100_000;

/** Who tries, and from which address. */
interface Guesser {
  tenantId: number;
  username: string;
  address: string | null;
}

/** Slows down the guessing of codes, in all processes together. */
export interface Guesses {
  /**
   * Lets a try count as wrong until it turns out not to be: many at the same time are no way around.
   * @param isWrong whether what `check` threw says that the code was wrong
   * @throws TOO_MANY_REQUESTS; what `check` throws
   */
  attempt<T>(by: Guesser, check: () => Promise<T>, isWrong: (error: unknown) => boolean): Promise<T>;
}

export function openGuesses(counts: SharedCounts, now: () => number = () => performance.now()): Guesses {
  const limitOf = (of: string, { holds, anotherAfterMs }: typeof OF_ACCOUNT) => ({
    anotherAfterMs,
    buckets: openBuckets({
      limit: `wrong codes of ${of}`,
      counts,
      holds,
      perMs: 1 / anotherAfterMs,
      remembered: REMEMBERED,
      now,
    }),
  });
  const limits = {
    account: limitOf('an account', OF_ACCOUNT),
    network: limitOf('a network', OF_NETWORK),
    tenant: limitOf('a tenant', OF_TENANT),
  };
  return {
    async attempt({ tenantId, username, address }, check, isWrong) {
      const names = [
        [limits.account, `${tenantId} ${username}`],
        [limits.network, networkOf(address)],
        [limits.tenant, String(tenantId)],
      ] as const;
      for (const [{ buckets, anotherAfterMs }, name] of names) {
        const missing = 1 - buckets.leftIn(name);
        if (missing > 0) throw tooManyRequests('wrong codes', (missing * anotherAfterMs) / 1000);
      }
      const spend = (much: number) => {
        for (const [{ buckets }, name] of names) buckets.spend(name, much);
      };
      spend(1);
      let wrong = false;
      try {
        return await check();
      } catch (error) {
        wrong = isWrong(error);
        throw error;
      } finally {
        if (!wrong) spend(-1);
      }
    },
  };
}
