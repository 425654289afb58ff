import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLError, type GraphQLSchema, subscribe } from 'graphql';
import { CloseCode, handleProtocols, type ServerOptions } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { isUnauthenticated } from '../../../errors.ts';
import { domainErrorOf } from '../../../services/shared/domain-error-of.ts';
import type { Browsers } from '../../browsers.ts';
import { type Proxies, refuseUpgrade } from '../../http.ts';
import type { SignInWays, SubscriptionContext } from './context.ts';
import { graphqlOriginOf, openContext } from './context.ts';
import { formatSocketError } from './errors.ts';
import { onePerField } from './needs.ts';
import { readSubscription } from './read-subscription.ts';
import { closeFirmly, speakGraphqlWs } from './socket.ts';
import {
  countSignedIn,
  openSignIns,
  refusalOf,
  type Session,
  type SignInOptions,
  type SignIns,
} from './socket-sessions.ts';
import { limitUnauthenticated } from './unauthenticated-sockets.ts';

export interface SocketOptions extends SignInOptions {
  schema: GraphQLSchema;
  proxies: Pick<Proxies, 'baseUrlOf' | 'addressOf'>;
  browsers: Browsers;
  signInWays: SignInWays;
  mostConnections: number;
}

export interface SocketDoor {
  /** Takes the HTTP server's requests for a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes all connections with 1001, and cuts those that don't close within a second. */
  close(): Promise<void>;
}

const PATH = '/graphql';
const PAYLOAD_BYTES = 1 << 18;
/** A connection that doesn't answer a ping until the next is cut. */
const PING_EVERY_MS = 30_000;
/** A close code after which clients connect again. */
const TRY_AGAIN_LATER = 1013;

/** Opens the door for subscriptions: graphql-ws on the path of GraphQL. */
export function openSockets(options: SocketOptions): SocketDoor {
  const { proxies, browsers, mostConnections, log } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: PAYLOAD_BYTES,
    handleProtocols,
    clientTracking: false,
    // One message at a time, so that other work runs in between.
    allowSynchronousEvents: false,
  });
  const sessions = new Set<Session>();
  const unauthenticated = limitUnauthenticated();
  let closing = false;
  const signIns = openSignIns(sessions, options);
  const isFull = () => countSignedIn(sessions) >= mostConnections;

  const pings = setInterval(() => sessions.forEach(ping), PING_EVERY_MS).unref();
  const speak = speakGraphqlWs(handlersOf(options, { sessions, unauthenticated, signIns }), log);
  const begin = (socket: WebSocket, request: IncomingMessage) => {
    const session: Session = {
      socket,
      request,
      address: proxies.addressOf(request),
      checking: false,
      outdated: false,
      alive: true,
      contexts: new Map(),
      lengths: new Map(),
    };
    sessions.add(session);
    unauthenticated.enter(session);
    socket.on('pong', () => {
      session.alive = true;
    });
    socket.once('close', () => {
      clearTimeout(session.expiry);
      unauthenticated.leave(session);
      sessions.delete(session);
    });
    speak(socket, session);
  };

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      if (request.url?.split('?', 1)[0] !== PATH) return refuseUpgrade(socket, '404 Not Found');
      if (!browsers.mayRead(request)) return refuseUpgrade(socket, '403 Forbidden');
      if (closing || isFull() || !unauthenticated.hasRoom(proxies.addressOf(request)))
        return refuseUpgrade(socket, '503 Service Unavailable');
      server.handleUpgrade(request, socket, head, begin);
    },
    async close() {
      closing = true;
      clearInterval(pings);
      signIns.close();
      await Promise.all([...sessions].map(goodbye));
    },
  };
}

interface Handlers {
  sessions: ReadonlySet<Session>;
  unauthenticated: ReturnType<typeof limitUnauthenticated>;
  signIns: SignIns;
}

/** The handlers of graphql-ws. */
function handlersOf(
  { schema, platform, live, proxies, browsers, signInWays, mostConnections, log }: SocketOptions,
  { sessions, unauthenticated, signIns }: Handlers,
): ServerOptions<Record<string, unknown>, Session> {
  return {
    async onConnect({ extra: session, connectionParams }) {
      const { request } = session;
      session.credentials =
        authorizationOf(connectionParams) ??
        (browsers.isForeign(request) ? undefined : browsers.credentialsOf(request));
      try {
        await signIns.signIn(session);
        const full = refusalOf(session, sessions, mostConnections);
        if (full) {
          session.caller = undefined;
          closeFirmly(session.socket, TRY_AGAIN_LATER, full);
        } else unauthenticated.leave(session);
        return !full;
      } catch (error) {
        const known = domainErrorOf(error);
        if (!known) throw error;
        if (isUnauthenticated(known)) closeFirmly(session.socket, CloseCode.Unauthorized, 'Unauthorized');
        else closeFirmly(session.socket, TRY_AGAIN_LATER, known.message);
        return false;
      }
    },
    onSubscribe(connection, id, payload) {
      const { request, caller, contexts, lengths } = connection.extra;
      const open = { count: Object.keys(connection.subscriptions).length, lengths: [...lengths.values()] };
      const read = readSubscription(schema, open, id, payload);
      if ('errors' in read) return read.errors;
      const contextValue: SubscriptionContext = Object.assign(
        openContext(platform, caller!, graphqlOriginOf(proxies, request), {
          baseUrl: proxies.baseUrlOf(request),
          signInWays,
        }),
        { live },
      );
      contexts.set(id, contextValue);
      lengths.set(id, read.length);
      return { schema, ...read.args, contextValue };
    },
    async subscribe(args) {
      const result = await subscribe(args);
      return Symbol.asyncIterator in result ? result : refusal(result.errors ?? []);
    },
    onComplete({ extra: { contexts, lengths } }, id) {
      contexts.delete(id);
      lengths.delete(id);
    },
    onError: (_connection, _id, _payload, errors) =>
      errors
        .flatMap((error) => (error.originalError instanceof Refused ? error.originalError.errors : error))
        .map(formatSocketError(log)),
    // biome-ignore lint/complexity/useMaxParams: graphql-ws calls it with five
    onNext: (_connection, _id, _payload, _args, result) =>
      result.errors &&
      ({ ...result, errors: onePerField(result.errors.map(formatSocketError(log))) } as never),
  };
}

/** Clients use either spelling. */
function authorizationOf(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  if (given == null) return undefined;
  // A value that is not a text is no credential.
  return typeof given === 'string' ? given : '';
}

/** The errors of a subscription that didn't start. */
class Refused extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('refused');
  }
}

/** Ends the operation with its errors, because a result would look like an event. */
// biome-ignore lint/correctness/useYield: it only throws
async function* refusal(errors: readonly GraphQLError[]): AsyncGenerator<never> {
  throw new Refused(errors);
}

function ping(session: Session): void {
  if (session.alive) session.socket.ping();
  else session.socket.terminate();
  session.alive = false;
}

function goodbye({ socket }: Session): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    closeFirmly(socket, 1001, 'Going away');
  });
}
