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
import { originOf } from './context.ts';
import { closeFirmly, type Speaker } from './socket.ts';
import type { UnauthenticatedSocket } from './unauthenticated-sockets.ts';

/** Sign-in is checked again when it was announced to have changed, and for what may have been missed after this. */
const RECHECK_EVERY_MS = 300_000;
const RECHECK_RETRY_MS = 5_000;
/** Of all connections those that one account may have. */
const ACCOUNT_SHARE = 1 / 4;

/** One connection, and as whom it signed in. */
export interface Session extends Speaker, UnauthenticatedSocket {
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

export interface SignInOptions {
  platform: Platform;
  live: Live;
  /** @throws UNAUTHENTICATED */
  signIn: Authenticator;
  proxies: Pick<Proxies, 'addressOf'>;
  /** Gets what nobody foresaw. */
  log: (error: unknown) => void;
}

export interface SignIns {
  /** Finds out whose the credentials of a connection are. @throws UNAUTHENTICATED */
  signIn(session: Session): Promise<void>;
  close(): void;
}

/** Signs connections in, and does so again whenever what it found may have changed: who may not any more is sent away. */
export function openSignIns(
  sessions: ReadonlySet<Session>,
  { platform, live, proxies, signIn: authenticate, log }: SignInOptions,
): SignIns {
  const signIn = async (session: Session) => {
    await check(session, (credentials) => authenticate(credentials, originOf(proxies, session.request)));
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

/** Finds out who it is, again where that changed meanwhile. @throws UNAUTHENTICATED */
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

/** How many are signed in: of all, or of the account of a caller. */
export function countSignedIn(sessions: ReadonlySet<Session>, caller?: Caller): number {
  let count = 0;
  for (const session of sessions)
    if (session.caller && (!caller || isSameAccount(session.caller, caller))) count++;
  return count;
}

const isSameAccount = (one: Caller, other: Caller) =>
  one.tenantId === other.tenantId && one.kind === other.kind && one.username === other.username;

/** Why there is no place for one that just signed in, if there is none. */
export function refusalOf(
  { caller }: Session,
  sessions: ReadonlySet<Session>,
  mostConnections: number,
): string | undefined {
  if (countSignedIn(sessions) > mostConnections) return 'There are as many connections as are allowed.';
  const share = Math.max(1, Math.floor(mostConnections * ACCOUNT_SHARE));
  if (countSignedIn(sessions, caller) > share) return `An account has no more than ${share} connections.`;
  return undefined;
}
