import { LRUCache } from 'lru-cache';
import { inSpan, tracing } from '../tracing/tracer.ts';
import type { How, Rows } from './link.ts';

/** Uses after which a statement counts as common, and how many statements a process names and counts at most. */
const COMMON_FROM = 5;
const NAMED_AT_MOST = 200;
const COUNTED_AT_MOST = 2_000;

/**
 * Says which statements to name: those that come often, so that the server parses them once for each connection and
 * answers in one round trip instead of two. Drizzle itself names only those of `.prepare()`.
 */
export function openNames(): (text: string, wished?: boolean) => boolean {
  const uses = new LRUCache<string, number>({ max: COUNTED_AT_MOST });
  const named = new Set<string>();
  const isCommon = (text: string) => {
    if (named.has(text)) return true;
    const count = (uses.get(text) ?? 0) + 1;
    uses.set(text, count);
    if (count < COMMON_FROM || named.size === NAMED_AT_MOST) return false;
    named.add(text);
    return true;
  };
  return (text, wished = false) => !text.includes(PLANNED_EACH_TIME) && (wished || isCommon(text));
}

/** A statement that is sent when it is awaited. It returns objects, or lists of values on request. */
export class Statement implements PromiseLike<Rows> {
  private asked: Promise<Rows> | undefined;
  private readonly ask: (lists: boolean) => Promise<Rows>;

  constructor(ask: (lists: boolean) => Promise<Rows>) {
    this.ask = ask;
  }

  values(): Promise<Rows> {
    return this.ask(true);
  }

  // biome-ignore lint/suspicious/noThenProperty: it has to be awaitable
  then<A = Rows, B = never>(
    done?: ((rows: Rows) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.asked ??= this.ask(false);
    return this.asked.then(done, failed);
  }
}

/** What sends statements: a pool or a transaction. */
export interface Asked {
  ask(text: string, parameters?: readonly unknown[], how?: How): Promise<Rows>;
}

export type Send = (
  text: string,
  parameters?: readonly unknown[],
  options?: { prepare?: boolean },
) => Statement;

export const sender =
  (asked: Asked, isNamed: ReturnType<typeof openNames>): Send =>
  (text, parameters = [], { prepare } = {}) =>
    new Statement((lists) => {
      // Without parameters there may be several statements, which can't be named.
      const how = { lists, prepare: parameters.length > 0 && isNamed(text, prepare) };
      return tracing()
        ? traced(text, () => asked.ask(text, parameters, how))
        : asked.ask(text, parameters, how);
    });

/** Characters of a statement that a span has. Values are parameters, and not in it. */
const LONGEST_TRACED = 2_000;

const traced = (text: string, ask: () => Promise<Rows>): Promise<Rows> => {
  const [, operation = 'statement'] = /^\s*(\w+)/.exec(text) ?? [];
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text.slice(0, LONGEST_TRACED) };
  return inSpan({ name: operation.toUpperCase(), kind: 'client', attributes, isPart: true }, ask);
};

/** Marks statements that the pool never names. */
export const PLANNED_EACH_TIME = '/* planned each time */';
