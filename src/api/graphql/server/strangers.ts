import type { WebSocket } from 'ws';

/** A connection that has not signed in yet. */
export interface Stranger {
  socket: Pick<WebSocket, 'terminate'>;
  address: string;
  /** Whether its sign-in is being checked. */
  checking: boolean;
}

/** So many at a time, in all and of one address: who signs in does so at once. */
export const STRANGERS = { inAll: 100, ofAddress: 20 };
/** For which a stranger may stay. */
const PATIENCE_MS = 5_000;

/**
 * Counts strangers apart, so that those who only connect can't shut out those who sign in: where there are too many,
 * the one that has been silent longest goes.
 */
export function openAnteroom() {
  const waiting = new Map<Stranger, NodeJS.Timeout>(); // the oldest first

  const leave = (stranger: Stranger) => {
    clearTimeout(waiting.get(stranger));
    waiting.delete(stranger);
  };
  const dismiss = (stranger: Stranger) => {
    leave(stranger);
    stranger.socket.terminate();
  };
  const wait = (stranger: Stranger) => {
    const end = () => (stranger.checking ? wait(stranger) : dismiss(stranger));
    waiting.set(stranger, setTimeout(end, PATIENCE_MS).unref());
  };
  const makeRoom = (most: number, counts: (stranger: Stranger) => boolean) => {
    const those = [...waiting.keys()].filter(counts);
    if (those.length < most) return true;
    const silent = those.find(({ checking }) => !checking);
    if (silent) dismiss(silent);
    return silent !== undefined;
  };
  return {
    /** Whether one more of that address may come. */
    hasRoom: (address: string): boolean =>
      makeRoom(STRANGERS.ofAddress, (one) => one.address === address) &&
      makeRoom(STRANGERS.inAll, () => true),
    enter: wait,
    /** It signed in, or is gone. */
    leave,
  };
}
