import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLError, type GraphQLSchema, subscribe } from 'graphql';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { isUnauthenticated } from '../../errors.ts';
import type { Authenticator, Credentials } from '../../services/access/authenticate.ts';
import type { Caller, Platform } from '../../services/context.ts';
import { foreseen } from '../../services/foreseen.ts';
import type { Live } from '../../services/live/hub.ts';
import { type Peers, refuseUpgrade } from '../http.ts';
import { openContext, originOf } from './context.ts';
import { formatSocketError } from './errors.ts';
import { readSubscription } from './read-subscription.ts';
import { credentialsOf } from './session.ts';
import { closeFirmly, type Speaker, speakGraphqlWs } from './socket.ts';
import { openAnteroom, type Stranger } from './strangers.ts';
import type { SubscriptionContext } from './subscriptions.ts';

export interface SocketOptions {
  schema: GraphQLSchema;
  platform: Platform;
  live: Live;
  /** @throws UNAUTHENTICATED */
  signIn: Authenticator;
  peers: Pick<Peers, 'baseUrlOf' | 'addressOf'>;
  mostConnections: number;
  /** Gets what nobody foresaw. */
  log: (error: unknown) => void;
}

export interface SocketDoor {
  /** For the HTTP server's requests to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all connections with 1001, and those that don't go within a second without a word. */
  close(): Promise<void>;
}

const PATH = '/graphql';
const PAYLOAD_BYTES = 1 << 18;
/** Of all connections those that one account may have. */
const ACCOUNT_SHARE = 1 / 4;
/** A connection that doesn't answer a ping until the next is cut. */
const PING_EVERY_MS = 30_000;
/** Sign-in is checked again when it was announced to have changed, and for what may have been missed after this. */
const RECHECK_EVERY_MS = 300_000;
const RECHECK_RETRY_MS = 5_000;
/** A close code that clients don't take for final. */
const TRY_AGAIN_LATER = 1013;

/** One connection, and as whom it signed in. */
interface Session extends Speaker, Stranger {
  socket: WebSocket;
  request: IncomingMessage;
  credentials?: Credentials;
  caller?: Caller;
  /** Whether the sign-in is being checked, and whether it must be checked once more. */
  checking: boolean;
  outdated: boolean;
  /** Whether it answered the last ping. */
  alive: boolean;
  /** Goes off when the credential ends. */
  expiry?: NodeJS.Timeout;
  /** Of its operations, by their id. */
  contexts: Map<string, SubscriptionContext>;
  /** Characters of each of them. */
  lengths: Map<string, number>;
}

/** Opens the door for subscriptions: graphql-ws on GraphQL's path. */
export function openSockets(options: SocketOptions): SocketDoor {
  const { schema, platform, live, peers, mostConnections, log } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: PAYLOAD_BYTES,
    handleProtocols,
    clientTracking: false,
    // One message a turn, so that others have theirs in between.
    allowSynchronousEvents: false,
  });
  const sessions = new Set<Session>();
  const strangers = openAnteroom();
  let closing = false;
  const isFull = () => countSignedIn(sessions) >= mostConnections;

  const signIn = async (session: Session) => {
    await check(session, (credentials) => options.signIn(credentials, originOf(peers, session.request)));
    clearTimeout(session.expiry);
    const left = (session.caller?.until?.getTime() ?? Number.POSITIVE_INFINITY) - platform.clock().getTime();
    // Before that it is checked anyway.
    if (left > RECHECK_EVERY_MS) return;
    session.expiry = setTimeout(() => recheck(session), left > 0 ? left : RECHECK_RETRY_MS).unref();
  };
  const recheck = async (session: Session) => {
    session.outdated = true;
    if (session.checking || !session.caller) return;
    await signIn(session).catch((error) => {
      if (isUnauthenticated(error))
        return closeFirmly(session.socket, CloseCode.Unauthorized, 'Unauthorized');
      if (!foreseen(error)) log(error);
      setTimeout(() => recheck(session), RECHECK_RETRY_MS).unref();
    });
    if (session.caller) live.recheck(session.caller.tenantId);
  };
  platform.announcements.subscribe({
    changed({ tenantId, controllerIds }) {
      if (controllerIds) return;
      for (const session of sessions)
        if (session.checking || session.caller?.tenantId === tenantId) void recheck(session);
    },
    everything() {
      for (const session of sessions) void recheck(session);
    },
  });
  const pings = setInterval(() => sessions.forEach(ping), PING_EVERY_MS);
  const rechecks = setInterval(async () => {
    for (const session of [...sessions]) await recheck(session);
  }, RECHECK_EVERY_MS);
  for (const timer of [pings, rechecks]) timer.unref();

  const speak = speakGraphqlWs<Session>(
    {
      async onConnect({ extra: session, connectionParams }) {
        session.credentials = authorizationOf(connectionParams) ?? credentialsOf(session.request);
        try {
          await signIn(session);
          const full = refusalOf(session, sessions, mostConnections);
          if (full) {
            session.caller = undefined;
            closeFirmly(session.socket, TRY_AGAIN_LATER, full);
          } else strangers.leave(session);
          return !full;
        } catch (error) {
          const known = foreseen(error);
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
          openContext(platform, caller!, originOf(peers, request), peers.baseUrlOf(request)),
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
      onNext: (_connection, _id, _payload, _args, result) =>
        result.errors && ({ ...result, errors: result.errors.map(formatSocketError(log)) } as never),
    },
    log,
  );

  const begin = (socket: WebSocket, request: IncomingMessage) => {
    const session: Session = {
      socket,
      request,
      address: peers.addressOf(request),
      checking: false,
      outdated: false,
      alive: true,
      contexts: new Map(),
      lengths: new Map(),
    };
    sessions.add(session);
    strangers.enter(session);
    socket.on('pong', () => {
      session.alive = true;
    });
    socket.once('close', () => {
      clearTimeout(session.expiry);
      strangers.leave(session);
      sessions.delete(session);
    });
    speak(socket, session);
  };

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      if (request.url?.split('?', 1)[0] !== PATH) return refuseUpgrade(socket, '404 Not Found');
      if (isForeign(request, peers)) return refuseUpgrade(socket, '403 Forbidden');
      if (closing || isFull() || !strangers.hasRoom(peers.addressOf(request)))
        return refuseUpgrade(socket, '503 Service Unavailable');
      server.handleUpgrade(request, socket, head, begin);
    },
    async close() {
      closing = true;
      for (const timer of [pings, rechecks]) clearInterval(timer);
      await Promise.all([...sessions].map(goodbye));
    },
  };
}

/** Finds out who it is, again where that changed meanwhile. @throws UNAUTHENTICATED */
async function check(session: Session, signIn: SocketOptions['signIn']): Promise<void> {
  session.checking = true;
  try {
    do {
      session.outdated = false;
      session.caller = await signIn(session.credentials);
    } while (session.outdated);
  } finally {
    session.checking = false;
  }
  for (const context of session.contexts.values()) context.caller = session.caller;
}

/** Clients write it either way. */
function authorizationOf(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  if (given == null) return undefined;
  // What is no text is no credential either.
  return typeof given === 'string' ? given : '';
}

/** Why a subscription never began. */
class Refused extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('refused');
  }
}

/** Ends the operation by its errors, instead of a result that would look like an event. */
// biome-ignore lint/correctness/useYield: it has nothing to tell but why
async function* refusal(errors: readonly GraphQLError[]): AsyncGenerator<never> {
  throw new Refused(errors);
}

/** A page of another site can open a WebSocket here, and its browser would sign it in: the browser tells whose it is. */
function isForeign(request: IncomingMessage, peers: Pick<Peers, 'baseUrlOf'>): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  const own = [`http://${host}`, peers.baseUrlOf(request)].map(hostOf);
  return !own.includes(hostOf(origin) ?? 'none');
}

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined);

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

function countSignedIn(sessions: ReadonlySet<Session>, caller?: Caller): number {
  let count = 0;
  for (const session of sessions)
    if (session.caller && (!caller || isSameAccount(session.caller, caller))) count++;
  return count;
}

const isSameAccount = (one: Caller, other: Caller) =>
  one.tenantId === other.tenantId && one.kind === other.kind && one.username === other.username;

/** Why there is no place for one that just signed in, if there is none. */
function refusalOf(
  { caller }: Session,
  sessions: ReadonlySet<Session>,
  mostConnections: number,
): string | undefined {
  if (countSignedIn(sessions) > mostConnections) return 'There are as many connections as are allowed.';
  const share = Math.max(1, Math.floor(mostConnections * ACCOUNT_SHARE));
  if (countSignedIn(sessions, caller) > share) return `An account has no more than ${share} connections.`;
  return undefined;
}
