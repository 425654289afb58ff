import { isUnavailable } from '../../database/unavailable.ts';
import { openFairQueue, openQueueOfEach } from './fair-queue.ts';

/** Pieces of work that are done in one go, and how many such goes run at the same time. */
const TOGETHER_AT_MOST = 200;
const AT_ONCE = 2;
/** Pieces of one group that are done alone at the same time: each of them may wait for somebody's lock. */
const ALONE_AT_ONCE = 2;

/** What became of one piece: an error refuses this piece only. */
export type Outcome = 'done' | 'alone' | Error;

interface Ways<Piece> {
  /** Pieces of one group may be done together. */
  groupOf(piece: Piece): string;
  /** Of pieces with the same key only one is done in a go. */
  keyOf(piece: Piece): string;
  /** Does pieces of one group, in one transaction. It must not wait for locks, but leave such a piece to be done alone. */
  together(pieces: readonly Piece[]): Promise<readonly Outcome[]>;
  alone(piece: Piece): Promise<void>;
}

interface Waiting<Piece> {
  piece: Piece;
  done: () => void;
  refuse: (reason: unknown) => void;
}

/**
 * Does small pieces of work together that come at the same time, each with an outcome of its own: a transaction for
 * many costs little more than one for each. Nothing waits for more to come; while one go is under way, the next
 * gathers. Groups take turns. Where a go fails as a whole, its pieces are done alone.
 */
export function openGatherer<Piece>(ways: Ways<Piece>): (piece: Piece) => Promise<void> {
  const inTurn = openFairQueue(AT_ONCE);
  const inTurnAlone = openQueueOfEach(ALONE_AT_ONCE);
  /** By group; each of them has asked for a turn. */
  const lines = new Map<string, Waiting<Piece>[]>();

  const takeTurn = (group: string): Promise<void> =>
    inTurn({ name: group }, async () => {
      const { taken, left } = pick(lines.get(group) ?? [], ways.keyOf);
      const finished = finish(taken);
      if (left.length) {
        lines.set(group, left);
        void takeTurn(group);
      } else lines.delete(group);
      await finished;
    });

  const finish = async (taken: readonly Waiting<Piece>[]) => {
    const outcomes = await outcomesOf(taken);
    for (const [index, { piece, done, refuse }] of taken.entries()) {
      const outcome = outcomes[index]!;
      if (outcome === 'done') done();
      else if (outcome === 'alone')
        inTurnAlone(ways.groupOf(piece), () => ways.alone(piece)).then(done, refuse);
      else refuse(outcome);
    }
  };

  const outcomesOf = async (taken: readonly Waiting<Piece>[]): Promise<readonly Outcome[]> => {
    try {
      return await ways.together(taken.map(({ piece }) => piece));
    } catch (error) {
      const isFinal = taken.length === 1 || isUnavailable(error);
      return taken.map(() => (isFinal ? (error as Error) : 'alone'));
    }
  };

  return (piece) =>
    new Promise((done, refuse) => {
      const group = ways.groupOf(piece);
      const line = lines.get(group);
      const waiting = { piece, done, refuse };
      if (line) return void line.push(waiting);
      lines.set(group, [waiting]);
      // So that what was received in the same moment comes along.
      setImmediate(() => void takeTurn(group));
    });
}

/** The first of a line with different keys, and what is left of it, in order. */
function pick<Piece>(line: readonly Waiting<Piece>[], keyOf: (piece: Piece) => string) {
  const taken: Waiting<Piece>[] = [];
  const left: Waiting<Piece>[] = [];
  const keys = new Set<string>();
  for (const waiting of line) {
    const key = keyOf(waiting.piece);
    if (taken.length === TOGETHER_AT_MOST || keys.has(key)) left.push(waiting);
    else {
      keys.add(key);
      taken.push(waiting);
    }
  }
  return { taken, left };
}
