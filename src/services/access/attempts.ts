import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isUnauthenticated, tooManyAttempts, tooManyRequests } from '../../errors.ts';
import { boundedCache } from '../shared/bounded-cache.ts';
import { countedName, openBuckets, type SharedCounts } from '../shared/buckets.ts';
import { openAccountFailures } from './account-failures.ts';

/** Wrong passwords from one network, for any accounts: so many at once, and one more in each of these. */
const FREE_FROM_NETWORK = 50;
const ANOTHER_EVERY_MS = 2_000;

/**
 * Wrong passwords for one account from all networks that it has not signed in from: so many at once, as NIST SP 800-63B
 * allows, and one more in each of these. It is for guesses that are spread over many addresses.
 */
const FREE_FROM_ELSEWHERE = 100;
const ANOTHER_FROM_ELSEWHERE_MS = 60_000;

const REMEMBERED_AT_MOST = 100_000;

export interface Attempted {
  /** With its tenant. */
  account: string;
  /** The client's address; null where there is none. */
  address: string | null;
}

/** What it is called between processes. */
const KNOWN = 'networks that an account has signed in from';

/**
 * Slows down the guessing of passwords, by network and account, in all processes together. An account is slowed down in
 * the networks that the wrong passwords come from, and after very many in all networks that it has not signed in from:
 * nobody can lock it where it is used. `now` is in milliseconds.
 */
export function openAttempts(counts: SharedCounts, now: () => number = () => performance.now()) {
  const ofAccounts = openAccountFailures(counts, REMEMBERED_AT_MOST, now);
  const common = { counts, remembered: REMEMBERED_AT_MOST, now };
  const ofNetworks = openBuckets({
    ...common,
    limit: 'passwords from a network',
    holds: FREE_FROM_NETWORK,
    perMs: 1 / ANOTHER_EVERY_MS,
  });
  const fromElsewhere = openBuckets({
    ...common,
    limit: 'passwords of an account from elsewhere',
    holds: FREE_FROM_ELSEWHERE,
    perMs: 1 / ANOTHER_FROM_ELSEWHERE_MS,
  });
  /** Where accounts have signed in from. */
  const known = boundedCache<string, true>(REMEMBERED_AT_MOST);

  const requirePatience = (until: number) => {
    const wait = until - now();
    if (wait > 0) throw tooManyAttempts(Math.ceil(wait / 1000));
  };
  counts.onCounted(KNOWN, (place) => void known.set(place, true));
  const know = (place: string) => {
    if (!known.has(place)) counts.announceCounted({ limit: KNOWN, name: place, much: 1 });
    known.set(place, true);
  };

  return {
    /**
     * Lets an attempt count as failed until it turns out not to be: many at the same time are no way around.
     * @throws SIGN_IN_THROTTLED; what `check` throws
     */
    async attempt<T>({ account, address }: Attempted, check: () => Promise<T>): Promise<T> {
      const network = networkOf(address);
      const place = countedName(`${network} ${account}`);
      requirePatience(ofAccounts.untilOf(place));
      requirePatience(now() + (1 - ofNetworks.leftIn(network)) * ANOTHER_EVERY_MS);
      const isKnown = known.has(place);
      if (!isKnown) requirePatience(now() + (1 - fromElsewhere.leftIn(account)) * ANOTHER_FROM_ELSEWHERE_MS);
      const spend = (much: number) => {
        ofNetworks.spend(network, much);
        if (!isKnown) fromElsewhere.spend(account, much);
      };
      spend(1);
      const takeBack = ofAccounts.fail(place);
      try {
        const result = await check();
        ofAccounts.forget(place);
        spend(-1);
        know(place);
        return result;
      } catch (error) {
        if (!isUnauthenticated(error)) {
          takeBack();
          spend(-1);
        }
        throw error;
      }
    },
  };
}

/** Wrong credentials that nobody can guess, from one network: each costs a look-up. */
export interface FailureRates {
  /** Of what, between processes. */
  of: string;
  atOnce: number;
  perSecond: number;
}

/** Holds up networks that show wrong credentials again and again, in all processes together. */
export function openFailures(
  counts: SharedCounts,
  { of, atOnce, perSecond }: FailureRates,
  now: () => number = () => performance.now(),
) {
  const ofNetworks = openBuckets({
    limit: `wrong ${of} from a network`,
    counts,
    holds: atOnce,
    perMs: perSecond / 1_000,
    remembered: REMEMBERED_AT_MOST,
    now,
  });
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

/** For IPv6 the first half of the address: a client usually has all addresses behind it. */
export function networkOf(address: string | null): string {
  // Most are IPv4, and asked for at every request.
  if (address === null || isIPv4(address) || !ipaddr.isValid(address)) return address ?? '';
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`).toString()
    : parsed.toString();
}
