import type { IncomingMessage } from 'node:http';
import type { Live } from '../../../services/platform/live/live.ts';
import type { Caller, Context, Origin, Platform } from '../../../services/shared/context.ts';
import type { Proxies } from '../../http.ts';

/** What every resolver gets: what the services work with, and where this server is. */
export interface GraphqlContext extends Context {
  /** Of links to this server, without a slash at its end. */
  baseUrl: string;
}

/** What resolvers of subscriptions get. */
export interface SubscriptionContext extends GraphqlContext {
  live: Live;
}

export const openContext = (
  platform: Platform,
  caller: Caller,
  origin: Origin,
  baseUrl: string,
): GraphqlContext => ({ ...platform, caller, origin, baseUrl });

/** Where a call of this door came from. */
export const originOf = (proxies: Pick<Proxies, 'addressOf'>, request: IncomingMessage): Origin => ({
  channel: 'GRAPHQL',
  address: proxies.addressOf(request),
});
