import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { isUnauthenticated, tooManyAttempts } from '../../errors.ts';
import { openBuckets } from '../shared/buckets.ts';

/** Wrong passwords for one account from one network that cost nothing but themselves. */
const FREE_FOR_ACCOUNT = 5;
/** After these each doubles the wait, up to this. */
const LONGEST_WAIT_MS = 60_000;
/** Wrong passwords from one network, for any accounts: so many at once, and one more in each of these. */
const FREE_FROM_NETWORK = 50;
const ANOTHER_EVERY_MS = 2_000;

/** What was wrong is forgotten after this. */
const FORGOTTEN_MS = 15 * 60_000;
const REMEMBERED_AT_MOST = 100_000;

export interface Attempted {
  /** With its tenant. */
  account: string;
  /** The client's address; null where there is none. */
  address: string | null;
}

/**
 * Slows down the guessing of passwords, by network and account. An account is slowed down only in the networks that the
 * wrong passwords come from, so nobody can lock it for others. `now` is in milliseconds.
 */
export function openAttempts(now: () => number = () => performance.now()) {
  const ofAccounts = new LRUCache<string, { failures: number; until: number }>({
    max: REMEMBERED_AT_MOST,
    ttl: FORGOTTEN_MS,
    perf: { now },
  });
  const ofNetworks = openBuckets({
    holds: FREE_FROM_NETWORK,
    perMs: 1 / ANOTHER_EVERY_MS,
    remembered: REMEMBERED_AT_MOST,
    now,
  });

  const requirePatience = (until: number) => {
    const wait = until - now();
    if (wait > 0) throw tooManyAttempts(Math.ceil(wait / 1000));
  };

  return {
    /**
     * Lets an attempt count as failed until it turns out not to be: many at the same time are no way around.
     * @throws SIGN_IN_THROTTLED; what `check` throws
     */
    async attempt<T>({ account, address }: Attempted, check: () => Promise<T>): Promise<T> {
      const network = networkOf(address);
      const place = `${network} ${account}`;
      const before = ofAccounts.get(place);
      requirePatience(before?.until ?? 0);
      requirePatience(now() + (1 - ofNetworks.leftIn(network)) * ANOTHER_EVERY_MS);
      ofNetworks.spend(network, 1);
      const failures = (before?.failures ?? 0) + 1;
      ofAccounts.set(place, { failures, until: now() + waitAfter(failures) });
      try {
        const result = await check();
        ofAccounts.delete(place);
        ofNetworks.spend(network, -1);
        return result;
      } catch (error) {
        if (!isUnauthenticated(error)) {
          if (before) ofAccounts.set(place, before);
          else ofAccounts.delete(place);
          ofNetworks.spend(network, -1);
        }
        throw error;
      }
    },
  };
}

function waitAfter(failures: number): number {
  const beyond = failures - FREE_FOR_ACCOUNT;
  return beyond < 0 ? 0 : Math.min(1_000 * 2 ** beyond, LONGEST_WAIT_MS);
}

/** For IPv6 the first half of the address: a client usually has all addresses behind it. */
export function networkOf(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return address ?? '';
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`).toString()
    : parsed.toString();
}
