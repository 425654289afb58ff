import { isUnavailable } from '../../database/unavailable.ts';
import { openFairQueue, openQueueOfEach } from './fair-queue.ts';

/** Pieces of work that are done in one go, unless told. */
const TOGETHER_AT_MOST = 200;
/** How many such goes run at the same time, each of another group, unless told. */
const AT_ONCE = 2;
/** Pieces of one group that are done alone at the same time: each of them may wait for somebody's lock. */
const ALONE_AT_ONCE = 2;

/** What became of one piece: an error refuses this piece only. */
export type Outcome = 'done' | 'alone' | Error;

interface Ways<Piece> {
  /** How many pieces are done in one go: fewer where each takes long, as others wait for what a go does at a stretch. */
  atMost?: number;
  /** How many goes run at the same time: more where they only read, as statements that are sent together cost less. */
  atOnce?: number;
  /** Pieces of one group may be done together. */
  groupOf(piece: Piece): string;
  /** Pieces with the same key are done one after another, in the order in which they came. */
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

/** The pieces of a group. */
interface Line<Piece> {
  group: string;
  /** One of each key that has nothing under way. */
  ready: Waiting<Piece>[];
  /** Whether a go is under way, or a turn is asked for. The larger a go is, the less each piece costs. */
  isGoing: boolean;
  /** By key that is ready or under way: what came after it. */
  behind: Map<string, Waiting<Piece>[]>;
}

/**
 * Does small pieces of work together that come at the same time, each with an outcome of its own: a transaction for
 * many costs little more than one for each. Nothing waits for more to come; while one go is under way, the next
 * gathers. Groups take turns. Where a go fails as a whole, its pieces are done alone.
 */
export function openGatherer<Piece>(ways: Ways<Piece>): (piece: Piece) => Promise<void> {
  const inTurn = openFairQueue(ways.atOnce ?? AT_ONCE);
  const inTurnAlone = openQueueOfEach(ALONE_AT_ONCE);
  /** By group. */
  const lines = new Map<string, Line<Piece>>();

  const lineOf = (group: string) => {
    const line = lines.get(group) ?? { group, ready: [], isGoing: false, behind: new Map() };
    lines.set(group, line);
    return line;
  };

  const add = (line: Line<Piece>, waiting: Waiting<Piece>) => {
    line.ready.push(waiting);
    askForTurn(line);
  };

  const askForTurn = (line: Line<Piece>) => {
    if (line.isGoing || !line.ready.length) return;
    line.isGoing = true;
    // So that what was received in the same moment comes along.
    setImmediate(() => void takeTurn(line));
  };

  const takeTurn = (line: Line<Piece>): Promise<void> =>
    inTurn({ name: line.group }, async () => {
      await finish(line, line.ready.splice(0, ways.atMost ?? TOGETHER_AT_MOST));
      line.isGoing = false;
      askForTurn(line);
    });

  const finish = async (line: Line<Piece>, taken: readonly Waiting<Piece>[]) => {
    const outcomes = await outcomesOf(taken);
    for (const [index, waiting] of taken.entries()) {
      const outcome = outcomes[index]!;
      if (outcome === 'alone') void finishAlone(line, waiting);
      else {
        if (outcome === 'done') waiting.done();
        else waiting.refuse(outcome);
        follow(line, waiting);
      }
    }
  };

  const finishAlone = async (line: Line<Piece>, waiting: Waiting<Piece>) => {
    await inTurnAlone(line.group, () => ways.alone(waiting.piece)).then(waiting.done, waiting.refuse);
    follow(line, waiting);
  };

  /** What came after a finished piece is ready. */
  const follow = (line: Line<Piece>, { piece }: Waiting<Piece>) => {
    const key = ways.keyOf(piece);
    const next = line.behind.get(key)?.shift();
    if (next) return add(line, next);
    line.behind.delete(key);
    if (!line.behind.size) lines.delete(line.group);
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
      const line = lineOf(ways.groupOf(piece));
      const key = ways.keyOf(piece);
      const waiting = { piece, done, refuse };
      const behind = line.behind.get(key);
      if (behind) return void behind.push(waiting);
      line.behind.set(key, []);
      add(line, waiting);
    });
}
