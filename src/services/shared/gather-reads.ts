import type { Caller, Context } from './context.ts';

/** Keys that one statement reads at most. */
const TOGETHER_AT_MOST = 500;

interface Gathering<Found> {
  context: Context;
  keys: Set<string>;
  found: Promise<ReadonlyMap<string, Found>>;
}

/**
 * Reads by key that a caller asks for in the same moment are done by one statement, which begins after all of them
 * were asked for: it costs little more than one of them.
 */
export function gatherReads<Found>(
  read: (context: Context, keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>,
): (context: Context, key: string) => Promise<Found | undefined> {
  const gatherings = new WeakMap<Caller, Gathering<Found>>();

  const begin = (context: Context): Gathering<Found> => {
    const keys = new Set<string>();
    const found = new Promise<void>((done) => setImmediate(done)).then(() => {
      if (gatherings.get(context.caller)?.keys === keys) gatherings.delete(context.caller);
      return read(context, [...keys]);
    });
    return { context, keys, found };
  };
  return async (context, key) => {
    const known = gatherings.get(context.caller);
    const isOpen = known && known.keys.size < TOGETHER_AT_MOST && known.context.database === context.database;
    const gathering = isOpen ? known : begin(context);
    gatherings.set(context.caller, gathering);
    gathering.keys.add(key);
    return (await gathering.found).get(key);
  };
}
