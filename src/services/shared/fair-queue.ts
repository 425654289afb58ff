interface Bounds {
  /** How much of one name may wait, and how much of all. */
  ofOne: number;
  ofAll: number;
  /** What is thrown where too much waits already. */
  refusal: () => Error;
}

export interface Turn {
  /** Those of one name wait for one another; the names take turns. */
  name: string;
  /** Comes before all that isn't urgent. */
  urgent?: boolean;
}

/**
 * Lets work of many senders take turns, `atOnce` at the same time, so that however much one of them brings, each of the
 * others waits for no more than one piece of it. Without bounds as much may wait as comes.
 */
export function openFairQueue(atOnce: number, bounds?: Bounds) {
  let running = 0;
  const lines = { urgent: openLine(), others: openLine() };

  const wait = ({ name, urgent }: Turn) => {
    const line = urgent ? lines.urgent : lines.others;
    if (bounds && (line.size() >= bounds.ofAll || line.sizeOf(name) >= bounds.ofOne)) throw bounds.refusal();
    return new Promise<void>((go) => line.add(name, go));
  };

  /** @throws what `refusal` makes, where too much waits already; what `work` throws */
  return async function inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    if (running === atOnce) await wait(turn);
    else running++;
    try {
      return await work();
    } finally {
      const next = lines.urgent.next() ?? lines.others.next();
      if (next) next();
      else running--;
    }
  };
}

/** Runs at most `atOnce` pieces of work of each name at the same time; the rest of that name waits. */
export function openQueueOfEach(atOnce: number) {
  const queues = new Map<string, { inTurn: ReturnType<typeof openFairQueue>; users: number }>();
  return async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const queue = queues.get(name) ?? { inTurn: openFairQueue(atOnce), users: 0 };
    queues.set(name, queue);
    queue.users++;
    try {
      return await queue.inTurn({ name }, work);
    } finally {
      if (--queue.users === 0) queues.delete(name);
    }
  };
}

/** Waiting lines by name, of which one after another gives its first. */
export function openLine() {
  const waiting = new Map<string, (() => void)[]>();
  let size = 0;
  return {
    size: () => size,
    sizeOf: (name: string) => waiting.get(name)?.length ?? 0,
    add(name: string, go: () => void) {
      size++;
      const line = waiting.get(name);
      if (line) line.push(go);
      else waiting.set(name, [go]);
    },
    next(): (() => void) | undefined {
      const [first] = waiting;
      if (!first) return undefined;
      const [name, line] = first;
      size--;
      waiting.delete(name);
      const go = line.shift();
      // Behind the others.
      if (line.length) waiting.set(name, line);
      return go;
    },
  };
}
