/** How long one request works before all others have their turn. */
const TURN_MS = 10;

/** Cuts long work into turns. */
export interface Turns {
  /** Whether it is the others' turn. */
  isOver(): boolean;
  /** Lets everything else run, and starts the next turn. */
  next(): Promise<void>;
}

const othersTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function takeTurns(): Turns {
  let began = performance.now();
  return {
    isOver: () => performance.now() - began >= TURN_MS,
    async next() {
      await othersTurn();
      began = performance.now();
    },
  };
}

/** Lets pieces of work of some tenths of a millisecond begin one in each turn of the event loop, in their order. */
export function oneATurn(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(othersTurn);
    return last;
  };
}

/** So few things are worked on within a turn that has begun already. */
const FEW = 500;

/** Lets everything else run before work on a long list. */
export async function turnBefore(list: readonly unknown[]): Promise<void> {
  if (list.length > FEW) await othersTurn();
}

/** `map` for lists that may be long: it lets other requests run in between. */
export async function mapInTurns<T, R>(list: readonly T[], map: (item: T, index: number) => R): Promise<R[]> {
  const turns = takeTurns();
  const mapped: R[] = [];
  for (const [index, item] of list.entries()) {
    if (turns.isOver()) await turns.next();
    mapped.push(map(item, index));
  }
  return mapped;
}

/** The items of a long list, most of them as promises, so that who works on each lets other requests run in between. */
export function inTurns<T>(list: readonly T[]): readonly (T | Promise<T>)[] {
  if (list.length <= FEW) return list;
  let turn = Promise.resolve();
  return list.map((item, index) => {
    if (index < FEW) return item;
    if (index % FEW === 0) turn = turn.then(othersTurn);
    return turn.then(() => item);
  });
}
