import { isUnavailable } from '../../../database/unavailable.ts';
import type { Expression } from '../../../filters/expression.ts';
import type { Caller, Context, Platform } from '../../shared/context.ts';
import { resync, type TargetEvent, type TargetEventType } from './events.ts';
import type { Feed } from './feed.ts';
import { findMatches } from './match.ts';
import { type Budget, type Memory, openMemory } from './memory.ts';
import { mayHaveMatched, type View } from './view.ts';

const RETRY_MS = 1_000;
const TRIES = 3;

/** Who watches, and what it asked for. */
export interface Watcher {
  context: Context;
  filter: Expression | undefined;
  /** Whom it was for when it was put into its group. */
  caller: Caller;
}

/** Those who have the same in sight. */
export interface Group extends View {
  watchers: Map<Feed<TargetEvent>, Watcher>;
  /** None before the matches have been read for the first time: until then nobody is told anything. */
  memory: Memory | undefined;
  loading: boolean;
  /** Something was missed while the matches were read: they must be read once more. */
  again: boolean;
  /** What was found to match while the matches were read. */
  found: Set<number>;
}

/** A group that nobody is in so far. */
export const newGroup = (sight: View): Group => ({
  ...sight,
  watchers: new Map(),
  memory: undefined,
  loading: false,
  again: false,
  found: new Set(),
});

/** Tells all of a group what `make` makes, if there is anybody. */
export function tell({ watchers }: Group, make: () => TargetEvent): void {
  if (!watchers.size) return;
  const event = make();
  for (const watcher of watchers.keys()) watcher.push(event);
}

/** What a group is told of a target that exists; it remembers the verdict. */
export function judge(
  { filter, scoped, memory, loading, found }: Group,
  { targetId, matches, isNew }: { targetId: number; matches: boolean; isNew: boolean },
): TargetEventType | undefined {
  if (!filter) return isNew ? 'created' : 'updated';
  if (loading && matches) found.add(targetId);
  if (!memory) return undefined;
  const before = memory.before(targetId);
  memory.told(targetId, matches);
  if (!matches) return isNew || !mayHaveMatched(scoped, before) ? undefined : 'left';
  if (isNew) return 'created';
  return before === false ? 'entered' : 'updated';
}

export interface StartOptions {
  platform: Platform;
  tenantId: number;
  budget: Budget;
  /** Runs reads of all matches, few at a time. */
  load: <T>(work: () => Promise<T>) => Promise<T>;
  log: (error: unknown) => void;
}

/** What starts groups, also once more: it reads what matches now, and only then lets the watchers read. */
export function groupStarter({ platform, tenantId, budget, load, log }: StartOptions) {
  return async function start(group: Group, tries = TRIES): Promise<void> {
    if (!group.filter) return tell(group, resync);
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
      // What changed in between was heard of.
      group.memory = openMemory(matches && union(matches, group.found), budget);
      tell(group, resync);
    } catch (error) {
      group.loading = false;
      // The database will be back, and they are told then.
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
