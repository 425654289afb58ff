import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { isUnauthenticated, tooManyAttempts, tooManyRequests } from '../../errors.ts';
import { openBuckets } from '../shared/buckets.ts';

/** Wrong passwords for one account from one network that cost nothing but themselves. */
const FREE_FOR_ACCOUNT = 5;
/** After these each doubles the wait, up to this. */
const LONGEST_WAIT_MS = 60_000;
/** Wrong passwords from one network, for any accounts: so many at once, and one more in each of these. */
const FREE_FROM_NETWORK = 50;
const ANOTHER_EVERY_MS = 2_000;

/**
 * Wrong passwords for one account from all networks that it has not signed in from: so many at once, as NIST SP 800-63B
 * allows, and one more in each of these. It is for guesses that are spread over many addresses.
 */
const FREE_FROM_ELSEWHERE = 100;
const ANOTHER_FROM_ELSEWHERE_MS = 60_000;

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
 * Slows down the guessing of passwords, by network and account. An account is slowed down in the networks that the wrong
 * passwords come from, and after very many in all networks that it has not signed in from: nobody can lock it where it is
 * used. `now` is in milliseconds.
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

  const fromElsewhere = openBuckets({
    holds: FREE_FROM_ELSEWHERE,
    perMs: 1 / ANOTHER_FROM_ELSEWHERE_MS,
    remembered: REMEMBERED_AT_MOST,
    now,
  });
  /** Where accounts have signed in from. */
  const known = new LRUCache<string, true>({ max: REMEMBERED_AT_MOST });

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
      const isKnown = known.has(place);
      if (!isKnown) requirePatience(now() + (1 - fromElsewhere.leftIn(account)) * ANOTHER_FROM_ELSEWHERE_MS);
      const spend = (much: number) => {
        ofNetworks.spend(network, much);
        if (!isKnown) fromElsewhere.spend(account, much);
      };
      spend(1);
      const failures = (before?.failures ?? 0) + 1;
      ofAccounts.set(place, { failures, until: now() + waitAfter(failures) });
      try {
        const result = await check();
        ofAccounts.delete(place);
        spend(-1);
        known.set(place, true);
        return result;
      } catch (error) {
        if (!isUnauthenticated(error)) {
          if (before) ofAccounts.set(place, before);
          else ofAccounts.delete(place);
          spend(-1);
        }
        throw error;
      }
    },
  };
}

/** Wrong credentials that nobody can guess, from one network: each costs a look-up. */
export interface FailureRates {
  atOnce: number;
  perSecond: number;
}

/** Holds up networks that show wrong credentials again and again. */
export function openFailures(
  { atOnce, perSecond }: FailureRates,
  now: () => number = () => performance.now(),
) {
  const perMs = perSecond / 1_000;
  const ofNetworks = openBuckets({ holds: atOnce, perMs, remembered: REMEMBERED_AT_MOST, now });
  return {
    /** @throws TOO_MANY_REQUESTS */
    requireFew(address: string | null): void {
      const missing = 1 - ofNetworks.leftIn(networkOf(address));
      if (missing > 0) throw tooManyRequests('wrong credentials from this address', missing / perSecond);
    },
    count: (address: string | null): void => ofNetworks.spend(networkOf(address), 1),
  };
}
export type Failures = ReturnType<typeof openFailures>;

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
