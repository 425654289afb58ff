import { isUnavailable } from '../../../database/unavailable.ts';
import type { Expression } from '../../../filters/expression.ts';
import type { Caller, Context, Platform } from '../../shared/context.ts';
import { type TargetEvent, type TargetEventType, targetResync } from './events.ts';
import type { Feed } from './feed.ts';
import { findMatches } from './match.ts';
import { type MatchBudget, type MatchMemory, openMatchMemory } from './memory.ts';
import { mayHaveMatched, type View } from './view.ts';

const RETRY_MS = 1_000;
const TRIES = 3;

/** A watcher: its caller and filter. */
export interface Watcher {
  context: Context;
  filter: Expression | undefined;
  /** The caller when the watcher was put into its group. */
  caller: Caller;
}

/** The watchers who see the same targets. */
export interface WatcherGroup extends View {
  watchers: Map<Feed<TargetEvent>, Watcher>;
  /** Undefined until the matches were read for the first time. Until then nothing is sent. */
  memory: MatchMemory | undefined;
  loading: boolean;
  /** Changes were missed while the matches were read: they must be read once more. */
  again: boolean;
  /** The targets that changed and matched while the matches were read. */
  found: Set<number>;
}

/** A group without watchers. */
export const newWatcherGroup = (view: View): WatcherGroup => ({
  ...view,
  watchers: new Map(),
  memory: undefined,
  loading: false,
  again: false,
  found: new Set(),
});

/** Sends all watchers of a group the event that `make` makes. */
export function notifyGroup({ watchers }: WatcherGroup, make: () => TargetEvent): void {
  if (!watchers.size) return;
  const event = make();
  for (const watcher of watchers.keys()) watcher.push(event);
}

/** Which event, if any, a group gets for a changed target. Remembers whether the target matches. */
export function eventTypeFor(
  { filter, scoped, memory, loading, found }: WatcherGroup,
  { targetId, matches, isNew }: { targetId: number; matches: boolean; isNew: boolean },
): TargetEventType | undefined {
  if (!filter) return isNew ? 'created' : 'updated';
  if (loading && matches) found.add(targetId);
  if (!memory) return undefined;
  const before = memory.matchedBefore(targetId);
  memory.remember(targetId, matches);
  if (!matches) return isNew || !mayHaveMatched(scoped, before) ? undefined : 'left';
  if (isNew) return 'created';
  return before === false ? 'entered' : 'updated';
}

export interface StartOptions {
  platform: Platform;
  tenantId: number;
  budget: MatchBudget;
  /** Runs reads of all matches, few at a time. */
  load: <T>(work: () => Promise<T>) => Promise<T>;
  log: (error: unknown) => void;
}

/** Starts a group, or starts it again: reads what matches now, then sends its watchers a resync. */
export function groupStarter({ platform, tenantId, budget, load, log }: StartOptions) {
  return async function start(group: WatcherGroup, tries = TRIES): Promise<void> {
    if (!group.filter) return notifyGroup(group, targetResync);
    if (group.loading) {
      group.again = true;
      return;
    }
    group.loading = true;
    group.again = false;
    group.found = new Set();
    const { filter } = group;
    try {
      const matches = await load(async () =>
        group.watchers.size ? findMatches(platform, tenantId, filter) : undefined,
      );
      group.loading = false;
      if (!group.watchers.size) return;
      if (group.again) return start(group);
      group.memory?.clear();
      // With the targets that came to match while this was read.
      group.memory = openMatchMemory(matches && union(matches, group.found), budget);
      notifyGroup(group, targetResync);
    } catch (error) {
      group.loading = false;
      // They get their resync when the database is back.
      if (isUnavailable(error)) return void setTimeout(() => void start(group, tries), RETRY_MS);
      if (tries === TRIES) log(error);
      if (tries === 1) for (const watcher of group.watchers.keys()) watcher.fail(error as Error);
      else setTimeout(() => void start(group, tries - 1), RETRY_MS);
    }
  };
}

function* union(some: Iterable<number>, others: Iterable<number>): Generator<number> {
  yield* some;
  yield* others;
}
