import { isIdle, type TrackedConnection } from './timeouts.ts';

/** Looking at all is not for free: this often at most. */
const SEARCH_EVERY_MS = 100;
/** So many are found at once and kept in mind, for the next who come. */
const SPARE = 256;
/** Who has just come hasn't had the time to say anything. */
const SILENT_MS = 1_000;

const isSilent = ({ response, upgraded }: TrackedConnection) => response === undefined && !upgraded;

/**
 * Finds connections that are of no use to anybody: first those that have waited the longest for another request, and
 * where there are none, those that have said nothing so far.
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
