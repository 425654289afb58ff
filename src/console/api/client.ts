import { Client, type ExecutionResult, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core';
import type { Client as SocketClient } from 'graphql-ws';
import { addressOf, SCRIPT_HEADERS } from './base.ts';
import { cache } from './cache.ts';
import { serverIsGone } from './connection.ts';
import { signedIn, signedOut } from './session.ts';

/** A client with an empty cache. */
export function createClient(): Client {
  return new Client({
    url: addressOf('graphql'),
    preferGetMethod: false,
    fetchOptions: { credentials: 'same-origin', headers: SCRIPT_HEADERS },
    requestPolicy: 'cache-and-network',
    exchanges: [
      mapExchange({
        onResult({ error, data }) {
          if (isSignedOut(error)) signedOut();
          else if (error?.networkError && isGone(error.response)) serverIsGone();
          else if (data?.viewer) signedIn();
        },
      }),
      cache(),
      fetchExchange,
      live(),
    ],
  });
}

type MaybeError =
  | { graphQLErrors: { extensions?: Record<string, unknown> }[]; response?: Response }
  | undefined;

const isSignedOut = (error: MaybeError): boolean =>
  error?.response?.status === 401 ||
  (error?.graphQLErrors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED') ?? false);

/** Without a status nothing was answered; a proxy, or the server without its database, answers one of these. */
const isGone = (response: Response | undefined): boolean =>
  response?.status === undefined || [502, 503, 504].includes(response.status);

/** Subscriptions. Their protocol is loaded with the first of them. */
function live() {
  let socket: Promise<SocketClient> | undefined;
  const open = () =>
    (socket ??= import('graphql-ws').then(({ createClient }) =>
      createClient({
        url: addressOf('graphql').replace(/^http/, 'ws'),
        lazy: true,
        retryAttempts: Number.POSITIVE_INFINITY,
        shouldRetry: () => true,
      }),
    ));
  return subscriptionExchange({
    forwardSubscription: ({ query, variables }) => ({
      subscribe(sink) {
        let stop = (): void => {};
        let stopped = false;
        void open().then((client) => {
          if (stopped) return;
          stop = client.subscribe<Record<string, unknown>, unknown>(
            { query: query ?? '', variables: variables as Record<string, unknown> },
            {
              next: (result) => sink.next(result as ExecutionResult),
              error: (error) => sink.error(error),
              complete: () => sink.complete(),
            },
          );
        });
        return {
          unsubscribe() {
            stopped = true;
            stop();
          },
        };
      },
    }),
  });
}
