import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export const socketUrlOf = ({ url }: { url: string }): string => `${url.replace('http', 'ws')}/graphql`;

/** A client of subscriptions that sends these headers and never tries again. */
export const openSocketClient = (
  server: { url: string },
  { headers, ...options }: Partial<ClientOptions> & { headers?: Record<string, string> },
): Client =>
  createClient({
    url: socketUrlOf(server),
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers });
      }
    },
    retryAttempts: 0,
    ...options,
  });
