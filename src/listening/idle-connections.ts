import { isIdle, type TrackedConnection } from './timeouts.ts';

/** A search looks at all connections, so it runs at most this often. */
const SEARCH_EVERY_MS = 100;
/** A search keeps so many connections for the next calls. */
const SPARE = 256;
/** A new connection needs some time to send anything. */
const SILENT_MS = 1_000;

const isSilent = ({ response, upgraded }: TrackedConnection) => response === undefined && !upgraded;

/**
 * Finds connections that nobody uses: first those that have waited longest for another request, then those that have
 * sent nothing yet.
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
    const found = idle.length
      ? idle
      : connections.filter((connection) => isSilent(connection) && now - connection.openedAt > SILENT_MS);
    spare = found.slice(0, SPARE).reverse();
  };
  const next = () => {
    for (let connection = spare.pop(); connection; connection = spare.pop())
      if (!connection.socket.destroyed && (isIdle(connection) || isSilent(connection))) return connection;
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
