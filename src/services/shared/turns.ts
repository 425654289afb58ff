/** So long one request works before all others have their turn. */
const TURN_MS = 10;

/** Cuts long work in turns. */
export interface Turns {
  /** Whether the others should have theirs. */
  isOver(): boolean;
  /** Lets all run that wait, and begins anew. */
  next(): Promise<void>;
}

export function takeTurns(): Turns {
  let began = performance.now();
  return {
    isOver: () => performance.now() - began >= TURN_MS,
    async next() {
      await new Promise(setImmediate);
      began = performance.now();
    },
  };
}

/** A list's `map` for lists that may be long: others are served meanwhile. */
export async function mapInTurns<T, R>(list: readonly T[], map: (item: T, index: number) => R): Promise<R[]> {
  const turns = takeTurns();
  const mapped: R[] = [];
  for (const [index, item] of list.entries()) {
    if (turns.isOver()) await turns.next();
    mapped.push(map(item, index));
  }
  return mapped;
}
