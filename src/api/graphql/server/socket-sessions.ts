import type { IncomingMessage } from 'node:http';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { isUnauthenticated } from '../../../errors.ts';
import type { Authenticator, Credentials } from '../../../services/access/authenticate.ts';
import type { Live } from '../../../services/platform/live/live.ts';
import type { Caller, Platform } from '../../../services/shared/context.ts';
import { domainErrorOf } from '../../../services/shared/domain-error-of.ts';
import type { Proxies } from '../../http.ts';
import type { SubscriptionContext } from './context.ts';
import { graphqlOriginOf } from './context.ts';
import { closeFirmly, type Speaker } from './socket.ts';
import type { UnauthenticatedSocket } from './unauthenticated-sockets.ts';

/** Sign-in is checked again when a change is announced, and after this time in case an announcement was lost. */
const RECHECK_EVERY_MS = 300_000;
const RECHECK_RETRY_MS = 5_000;
/** The part of all connections that one account may have. */
const ACCOUNT_SHARE = 1 / 4;

/** One connection and its caller. */
export interface Session extends Speaker, UnauthenticatedSocket {
  socket: WebSocket;
  request: IncomingMessage;
  credentials?: Credentials;
  caller?: Caller;
  /** Whether the sign-in is being checked. */
  checking: boolean;
  /** Whether it must be checked again after that. */
  outdated: boolean;
  /** Whether it answered the last ping. */
  alive: boolean;
  /** Fires when the credential expires. */
  expiry?: NodeJS.Timeout;
  /** Its operations, by their id. */
  contexts: Map<string, SubscriptionContext>;
  /** The characters of each operation. */
  lengths: Map<string, number>;
}

export interface SignInOptions {
  platform: Platform;
  live: Live;
  /** @throws UNAUTHENTICATED */
  signIn: Authenticator;
  proxies: Pick<Proxies, 'addressOf'>;
  /** Gets unforeseen errors. */
  log: (error: unknown) => void;
}

export interface SignIns {
  /** Finds the caller of a connection's credentials. @throws UNAUTHENTICATED */
  signIn(session: Session): Promise<void>;
  close(): void;
}

/** Signs connections in, and checks them again when something may have changed. A refused one is closed. */
export function openSignIns(
  sessions: ReadonlySet<Session>,
  { platform, live, proxies, signIn: authenticate, log }: SignInOptions,
): SignIns {
  const signIn = async (session: Session) => {
    await check(session, (credentials) =>
      authenticate(credentials, graphqlOriginOf(proxies, session.request)),
    );
    clearTimeout(session.expiry);
    const left = (session.caller?.until?.getTime() ?? Number.POSITIVE_INFINITY) - platform.clock().getTime();
    // Before that it is checked in any case.
    if (left > RECHECK_EVERY_MS) return;
    session.expiry = setTimeout(() => recheck(session), left > 0 ? left : RECHECK_RETRY_MS).unref();
  };
  const recheck = async (session: Session) => {
    session.outdated = true;
    if (session.checking || !session.caller) return;
    await signIn(session).catch((error) => {
      if (isUnauthenticated(error))
        return closeFirmly(session.socket, CloseCode.Unauthorized, 'Unauthorized');
      if (!domainErrorOf(error)) log(error);
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
  const rechecks = setInterval(async () => {
    for (const session of [...sessions]) await recheck(session);
  }, RECHECK_EVERY_MS).unref();
  return { signIn, close: () => clearInterval(rechecks) };
}

/** Finds the caller, again if something changed during the check. @throws UNAUTHENTICATED */
async function check(
  session: Session,
  signIn: (credentials?: Credentials) => Promise<Caller>,
): Promise<void> {
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

/** How many connections are signed in: of all accounts, or of the account of a caller. */
export function countSignedIn(sessions: ReadonlySet<Session>, caller?: Caller): number {
  let count = 0;
  for (const session of sessions)
    if (session.caller && (!caller || isSameAccount(session.caller, caller))) count++;
  return count;
}

const isSameAccount = (one: Caller, other: Caller) =>
  one.tenantId === other.tenantId && one.kind === other.kind && one.username === other.username;

/** Why there is no room for a connection that has just signed in, if there is none. */
export function refusalOf(
  { caller }: Session,
  sessions: ReadonlySet<Session>,
  mostConnections: number,
): string | undefined {
  if (countSignedIn(sessions) > mostConnections) return 'There are as many connections as allowed.';
  const share = Math.max(1, Math.floor(mostConnections * ACCOUNT_SHARE));
  if (countSignedIn(sessions, caller) > share) return `An account has no more than ${share} connections.`;
  return undefined;
}
