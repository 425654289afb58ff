import type { IncomingMessage } from 'node:http';
import type { Live } from '../../../services/platform/live/live.ts';
import {
  type Caller,
  type Context,
  contextFor,
  type Origin,
  type Platform,
} from '../../../services/shared/context.ts';
import { originOf, type Proxies } from '../../http.ts';

/** The context of every resolver: that of the services, and the address of this server. */
export interface GraphqlContext extends Context {
  /** The base of links to this server, without a slash at its end. */
  baseUrl: string;
  signInWays: SignInWays;
}

/** The ways in which people can sign in with a browser. */
export interface SignInWays {
  password: boolean;
  /** What a page calls the issuer; null without one. */
  openIdConnect: string | null;
}

/** The context of resolvers of subscriptions. */
export interface SubscriptionContext extends GraphqlContext {
  live: Live;
}

export const openContext = (
  platform: Platform,
  caller: Caller,
  origin: Origin,
  here: Pick<GraphqlContext, 'baseUrl' | 'signInWays'>,
): GraphqlContext => Object.assign(contextFor(platform, caller, origin), here);

/** Where a GraphQL call came from. */
export const graphqlOriginOf = (proxies: Pick<Proxies, 'addressOf'>, request: IncomingMessage): Origin =>
  originOf(proxies, request, 'GRAPHQL');
