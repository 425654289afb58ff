import { type LookupAddress, lookup as lookUpName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The only part of IPv6 that is handed out for the public internet (RFC 4291, 2.4, and IANA's registry). */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address belongs to the public internet: none that is loopback, link-local, private or reserved, and
 * none of IPv6 that leads to an IPv4 address inside of it, such as `::127.0.0.1`, `64:ff9b::` and `2002::`.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(PUBLIC_IPV6);
}

/** The host of a URL, an IPv6 address without its brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * A name leads nowhere, or to an address that may not be sent to. Both are told in the same words: the difference
 * would tell which names there are in our network.
 */
export class ForbiddenAddressError extends Error {
  constructor() {
    super('the name or address of the URL does not lead to a public address');
  }
}

/** Resolves names to public addresses only: where one of a name's addresses isn't, to none. */
export const publicLookup =
  (lookup: LookupFunction = lookUpName): LookupFunction =>
  (hostname, options, answer) =>
    lookup(hostname, options, (error, found, family) => {
      const addresses: LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : (found ?? []);
      if (error || !addresses.every(({ address }) => isPublicAddress(address)))
        answer(new ForbiddenAddressError(), [], 0);
      else answer(null, found, family);
    });
