import { tooManyRequests } from '../../errors.ts';
import { openBuckets, type SharedCounts } from '../shared/buckets.ts';
import type { Caller } from '../shared/context.ts';
import { networkOf } from './attempts.ts';
import { openFairShares } from './fair-shares.ts';

/** Requests a second of each address, credential and tenant; 0 is no limit. */
export interface RequestRates {
  address: number;
  credential: number;
  tenant: number;
}

/** Limits the requests of people and programs, in all processes together; devices are not counted. */
export interface RequestLimits {
  /** Before anything is known of the caller. @throws TOO_MANY_REQUESTS */
  countAddress(address: string | null): void;
  /** @throws TOO_MANY_REQUESTS */
  countCaller(caller: Caller): void;
}

/** So many seconds' worth may come at once. */
const SECONDS_AT_ONCE = 10;
const REMEMBERED = 100_000;

export function openRequestLimits(
  counts: SharedCounts,
  rates: RequestRates,
  now: () => number = () => performance.now(),
  shares = openFairShares(),
): RequestLimits {
  const limit = (rate: number, whose: string) => {
    if (!rate) return () => {};
    const buckets = openBuckets({
      limit: `requests ${whose}`,
      counts,
      holds: rate * SECONDS_AT_ONCE,
      perMs: rate / 1_000,
      remembered: REMEMBERED,
      now,
    });
    return (name: string) => {
      const missing = 1 - buckets.leftIn(name);
      if (missing > 0) throw tooManyRequests(`requests ${whose}`, missing / rate);
      buckets.spend(name, 1);
    };
  };
  const ofAddress = limit(rates.address, 'from this address');
  const ofCredential = limit(rates.credential, 'with this credential');
  const ofTenant = limit(rates.tenant, 'of this tenant');
  return {
    countAddress: rates.address ? (address) => ofAddress(networkOf(address)) : () => {},
    countCaller({ tenantId, username, kind, apiKeyId }) {
      shares.count(tenantId);
      if (rates.credential) ofCredential(`${tenantId} ${kind} ${apiKeyId ?? username}`);
      ofTenant(String(tenantId));
    },
  };
}
