import type { WebSocket } from 'ws';

/** A connection that has not signed in yet. */
export interface UnauthenticatedSocket {
  socket: Pick<WebSocket, 'terminate'>;
  address: string;
  /** Whether its sign-in is being checked. */
  checking: boolean;
}

/** How many there may be at a time, in all and from one address. A client signs in as soon as it has connected. */
const UNAUTHENTICATED_LIMITS = { inAll: 100, ofAddress: 20 };
/** How long a connection may stay without signing in. */
const SIGN_IN_WITHIN_MS = 5_000;

/**
 * Counts connections that have not signed in apart from the others, so that clients that only connect can't shut out
 * those that sign in. If there are too many, the one that has been silent longest is closed.
 */
export function limitUnauthenticated() {
  const waiting = new Map<UnauthenticatedSocket, NodeJS.Timeout>(); // the oldest first

  const leave = (connection: UnauthenticatedSocket) => {
    clearTimeout(waiting.get(connection));
    waiting.delete(connection);
  };
  const dismiss = (connection: UnauthenticatedSocket) => {
    leave(connection);
    connection.socket.terminate();
  };
  const wait = (connection: UnauthenticatedSocket) => {
    const end = () => (connection.checking ? wait(connection) : dismiss(connection));
    waiting.set(connection, setTimeout(end, SIGN_IN_WITHIN_MS).unref());
  };
  const makeRoom = (most: number, counts: (connection: UnauthenticatedSocket) => boolean) => {
    const those = [...waiting.keys()].filter(counts);
    if (those.length < most) return true;
    const silent = those.find(({ checking }) => !checking);
    if (silent) dismiss(silent);
    return silent !== undefined;
  };
  return {
    /** Whether there is room for one more from that address. */
    hasRoom: (address: string): boolean =>
      makeRoom(UNAUTHENTICATED_LIMITS.ofAddress, (one) => one.address === address) &&
      makeRoom(UNAUTHENTICATED_LIMITS.inAll, () => true),
    enter: wait,
    /** The connection has signed in or is closed. */
    leave,
  };
}
