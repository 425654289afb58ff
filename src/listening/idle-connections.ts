import { isIdle, type TrackedConnection } from './timeouts.ts';

/** A search looks at all connections, so it runs at most this often. */
const SEARCH_EVERY_MS = 100;
/** A search keeps so many connections for the next calls. */
const SPARE = 256;
/** A new connection needs some time to send anything, and its client may be about to use one that it has just used. */
const RECENT_MS = 1_000;

const isSilent = ({ response, upgraded }: TrackedConnection) => response === undefined && !upgraded;

/**
 * Finds connections that nobody uses: first those that have waited longest for another request, then those that have
 * sent nothing yet, and last those that were used a moment ago.
 */
export function idleConnectionFinder(
  among: () => Iterable<TrackedConnection>,
): () => TrackedConnection | undefined {
  let spare: TrackedConnection[] = [];
  let searchedAt = Number.NEGATIVE_INFINITY;
  const search = (now: number) => {
    searchedAt = now;
    const connections = [...among()];
    const idle = connections.filter(isIdle).sort((one, other) => one.usedAt - other.usedAt);
    const isRested = ({ usedAt }: TrackedConnection) => now - usedAt > RECENT_MS;
    const silent = connections.filter(
      (connection) => isSilent(connection) && now - connection.openedAt > RECENT_MS,
    );
    const recent = idle.filter((connection) => !isRested(connection));
    spare = [...idle.filter(isRested), ...silent, ...recent].slice(0, SPARE).reverse();
  };
  const isUnused = (connection: TrackedConnection) =>
    !connection.socket.destroyed &&
    connection.usedAt <= searchedAt &&
    (isIdle(connection) || isSilent(connection));
  const next = () => {
    for (let connection = spare.pop(); connection; connection = spare.pop())
      if (isUnused(connection)) return connection;
    return undefined;
  };
  return () => {
    const connection = next();
    const now = performance.now();
    if (connection || now - searchedAt < SEARCH_EVERY_MS) return connection;
    search(now);
    return next();
  };
}
