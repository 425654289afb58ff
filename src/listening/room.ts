import { isIdle, type Line } from './patience.ts';

/** Looking at all is not for free: this often at most. */
const SEARCH_EVERY_MS = 100;
/** So many are found at once and kept in mind, for the next who come. */
const SPARE = 256;
/** Who has just come hasn't had the time to say anything. */
const SILENT_MS = 1_000;

const isSilent = ({ response, upgraded }: Line) => response === undefined && !upgraded;

/**
 * Finds connections that are of no use to anybody: first those that have waited the longest for another request, and
 * where there are none, those that have said nothing so far.
 */
export function roomFinder(among: () => Iterable<Line>): () => Line | undefined {
  let spare: Line[] = [];
  let searchedAt = Number.NEGATIVE_INFINITY;
  const search = (now: number) => {
    searchedAt = now;
    const lines = [...among()];
    const idle = lines.filter(isIdle).sort((one, other) => one.usedAt - other.usedAt);
    const found = idle.length
      ? idle
      : lines.filter((line) => isSilent(line) && now - line.openedAt > SILENT_MS);
    spare = found.slice(0, SPARE).reverse();
  };
  const next = () => {
    for (let line = spare.pop(); line; line = spare.pop())
      if (!line.socket.destroyed && (isIdle(line) || isSilent(line))) return line;
    return undefined;
  };
  return () => {
    const line = next();
    const now = performance.now();
    if (line || now - searchedAt < SEARCH_EVERY_MS) return line;
    search(now);
    return next();
  };
}
