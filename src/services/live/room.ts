import { isUnavailable } from '../../database/unavailable.ts';
import { forbidden, quotaExceeded } from '../../errors.ts';
import type { Expression } from '../../filters/expression.ts';
import { requireSight } from '../access/seen.ts';
import type { Announcement } from '../announcements.ts';
import type { Caller, Context, Platform } from '../context.ts';
import { TARGET_FIELDS } from '../targets/fields.ts';
import type { Tenant } from '../tenants/registry.ts';
import { deletion, eventMaker, resync, type TargetEvent, type TargetEventType } from './events.ts';
import type { Feed } from './feed.ts';
import { findMatches, openTester, type Tester } from './match.ts';
import { type Budget, type Memory, openMemory } from './memory.ts';
import { comparisonsOf, mayHaveMatched, type Sight, sightOf } from './sight.ts';

/** Changes that come together within this time are looked at together. */
const COALESCE_MS = 10;
/** While each look takes long, they are fewer: no more than half of the time is spent on them. */
const COALESCE_AT_MOST_MS = 50;
/** Targets tested by one statement. */
const TESTED_TOGETHER = 1_000;
/** When more wait, watchers are told to read again instead. */
const PENDING_AT_MOST = 5_000;
/** Reading again is dear: no more often than this, and no more than one part of the time in five. */
const RESYNC_EVERY_MS = 1_000;
const RESYNC_SHARE = 5;
const RETRY_MS = 1_000;
const TRIES = 3;
const FILTERS_AT_MOST = 500;
/** Characters of the filters in one statement: it takes 65,534 parameters, and a filter has fewer than characters. */
const TEXT_AT_MOST = 50_000;
/** Comparisons in one statement: each may be two columns of a sub-query, which can have 1,664. */
const COMPARISONS_AT_MOST = 800;
/** What makes a condition depend on the time it is asked at. */
const MOMENT = /_ts\}/i;

/** What the rooms of a process share. */
export interface Shared {
  /** What changed targets are tested by. */
  testing: Platform;
  budget: Budget;
  /** Runs reads of all matches, few at a time. */
  load: <T>(work: () => Promise<T>) => Promise<T>;
  log: (error: unknown) => void;
}

/** Who watches, and what it asked for. */
interface Watcher {
  context: Context;
  filter: Expression | undefined;
  /** Whom it was for when it was put into its group. */
  caller: Caller;
}

/** Those who have the same in sight. */
interface Group extends Sight {
  watchers: Map<Feed<TargetEvent>, Watcher>;
  /** None before the matches have been read for the first time: until then nobody is told anything. */
  memory: Memory | undefined;
  loading: boolean;
  /** Something was missed while the matches were read: they must be read once more. */
  again: boolean;
  /** What was found to match while the matches were read. */
  found: Set<number>;
}

/** Groups that are tested by one statement. */
interface Part {
  groups: Group[];
  test: Tester;
}

interface Pending {
  /** Whether a changed target is new, by controllerId. */
  changed: Map<string, boolean>;
  /** controllerIds by target id. */
  deleted: Map<number, string>;
}
const nothing = (): Pending => ({ changed: new Map(), deleted: new Map() });

/** The watchers of one tenant's targets, or of something else. */
export interface Room<E> {
  enter(filter: Expression | undefined, watcher: Feed<E>, context: Context): void;
  leave(watcher: Feed<E>): void;
  /** Whether nobody watches any more. */
  empty(): boolean;
  hear(announcement: Announcement): void;
  /** Changes may have been missed. */
  loseTrack(): void;
  /** Permissions may have been taken away, or reach other targets. */
  recheck(): void;
}

export function openRoom(
  platform: Platform,
  tenantId: number,
  { testing, budget, load, log }: Shared,
): Room<TargetEvent> {
  const groups = new Map<string, Group>();
  /** Raised whenever there is another filter, or one less. */
  let version = 0;
  let built: { tenant: Tenant; version: number; parts: Part[] } | undefined;
  let pending = nothing();
  let working = false;
  let lost = false;
  let resyncing = false;
  let resyncTimer: NodeJS.Timeout | undefined;
  let resyncAt = 0;

  const tell = ({ watchers }: Group, make: () => TargetEvent) => {
    if (!watchers.size) return;
    const event = make();
    for (const watcher of watchers.keys()) watcher.push(event);
  };

  const tellDeleted = (deleted: Pending['deleted']) => {
    for (const [targetId, controllerId] of deleted)
      for (const group of groups.values()) {
        if (!group.filter || (group.memory && mayHaveMatched(group.scoped, group.memory.before(targetId))))
          tell(group, () => deletion(controllerId));
        group.memory?.forget(targetId);
      }
  };

  /** The statements that test changed targets; built anew when something else must be asked. */
  const openParts = async (): Promise<Part[]> => {
    const tenant = await platform.tenants.byId(tenantId);
    if (built?.tenant === tenant && built.version === version) return built.parts;
    const asked = version;
    const members = partsOf([...groups.values()]);
    const parts = await Promise.all(
      members.map(async (part): Promise<Part> => {
        const filters = part.flatMap(({ filter }) => filter ?? []);
        return { groups: part, test: await openTester(testing, tenantId, filters) };
      }),
    );
    const isTimeless = ![...groups.values()].some(({ text }) => MOMENT.test(text));
    built = isTimeless ? { tenant, version: asked, parts } : undefined;
    return parts;
  };

  const tellChanged = async (changed: Pending['changed']) => {
    for (const { groups: part, test } of await openParts()) {
      const verdicts = await test([...changed.keys()]);
      const byId = new Map(verdicts.map((verdict) => [verdict.controllerId, verdict]));
      const make = eventMaker();
      // In the order of the changes, which the statement doesn't keep.
      for (const [controllerId, isNew] of changed) {
        const verdict = byId.get(controllerId);
        if (!verdict) continue;
        const { targetId } = verdict;
        let at = 0;
        for (const group of part) {
          const matches = group.filter ? verdict.matches[at++]! : true;
          const type = judge(group, targetId, matches, isNew);
          if (type) tell(group, () => make(type, controllerId));
        }
      }
    }
  };

  const work = async () => {
    if (working) return;
    working = true;
    let pause = COALESCE_MS;
    while (groups.size && (pending.changed.size || pending.deleted.size)) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      const began = performance.now();
      const { changed, deleted } = pending;
      pending = nothing();
      // The rest waits for the next turn.
      for (const [id, isNew] of [...changed].slice(TESTED_TOGETHER)) {
        changed.delete(id);
        pending.changed.set(id, isNew);
      }
      try {
        tellDeleted(deleted);
        if (changed.size) await tellChanged(changed);
      } catch (error) {
        log(error);
        loseTrack();
      }
      pause = Math.min(Math.max(performance.now() - began, COALESCE_MS), COALESCE_AT_MOST_MS);
    }
    working = false;
  };

  const loseTrack = () => {
    pending = nothing();
    lost = true;
    planResync();
  };
  const planResync = () => {
    if (!lost || resyncing || resyncTimer || !groups.size) return;
    resyncTimer = setTimeout(resyncAll, Math.max(0, resyncAt - performance.now()));
  };
  const resyncAll = async () => {
    resyncTimer = undefined;
    resyncing = true;
    lost = false;
    const began = performance.now();
    await Promise.all([...groups.values()].map((group) => start(group)));
    resyncing = false;
    resyncAt = began + Math.max(RESYNC_EVERY_MS, RESYNC_SHARE * (performance.now() - began));
    planResync();
  };

  /** Reads what matches now, and only then lets the watchers read: what changes in between is heard of. */
  const start = async (group: Group, tries = TRIES): Promise<void> => {
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

  const enter = (filter: Expression | undefined, watcher: Feed<TargetEvent>, context: Context) => {
    const sight = sightOf(filter, context);
    const known = groups.get(sight.text);
    if (!known && groups.size >= FILTERS_AT_MOST)
      throw quotaExceeded('different filters watched at the same time', FILTERS_AT_MOST, ['filter']);
    const group: Group = known ?? {
      ...sight,
      watchers: new Map(),
      memory: undefined,
      loading: false,
      again: false,
      found: new Set(),
    };
    if (!known) version++;
    groups.set(sight.text, group);
    group.watchers.set(watcher, { context, filter, caller: context.caller });
    if (!known) void start(group);
    else if (!group.filter || (group.memory && !group.loading)) watcher.push(resync());
  };
  const takeOut = (watcher: Feed<TargetEvent>) => {
    for (const [text, { watchers, memory }] of groups) {
      if (!watchers.delete(watcher) || watchers.size) continue;
      groups.delete(text);
      version++;
      memory?.clear();
    }
  };

  /** Puts a watcher whose caller is another now where it belongs; there it begins anew. */
  const recheck = (watcher: Feed<TargetEvent>, was: Watcher, { text }: Group) => {
    const { context, filter } = was;
    if (was.caller === context.caller) return;
    was.caller = context.caller;
    if (!context.caller.permissions.has('READ_TARGET')) return watcher.fail(forbidden('READ_TARGET'));
    try {
      if (filter) requireSight(context, TARGET_FIELDS, filter);
      if (sightOf(filter, context).text === text) return;
      takeOut(watcher);
      enter(filter, watcher, context);
    } catch (error) {
      watcher.fail(error as Error);
    }
  };

  return {
    enter,
    leave(watcher) {
      takeOut(watcher);
      if (!groups.size) clearTimeout(resyncTimer);
    },
    empty: () => groups.size === 0,
    hear({ kind, controllerIds, targetIds }) {
      if (kind === 'settings') return;
      if (!controllerIds) return loseTrack();
      const { changed, deleted } = pending;
      for (const [index, id] of controllerIds.entries())
        if (kind === 'deleted') deleted.set(targetIds![index]!, id);
        else changed.set(id, kind === 'created' || changed.get(id) === true);
      if (changed.size + deleted.size > PENDING_AT_MOST) loseTrack();
      else void work();
    },
    loseTrack,
    recheck() {
      for (const group of [...groups.values()])
        for (const [watcher, was] of [...group.watchers]) recheck(watcher, was, group);
    },
  };
}

/** What a group is told of a target that exists; it remembers the verdict. */
function judge(
  { filter, scoped, memory, loading, found }: Group,
  targetId: number,
  matches: boolean,
  isNew: boolean,
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

/** Groups that fit into one statement each: usually all of them. */
function partsOf(groups: Group[]): Group[][] {
  const parts: Group[][] = [[]];
  let length = 0;
  let comparisons = 0;
  for (const group of groups) {
    const own = group.filter ? comparisonsOf(group.filter) : 0;
    length += group.weight;
    comparisons += own;
    if (length > TEXT_AT_MOST || comparisons > COMPARISONS_AT_MOST) {
      parts.push([]);
      length = group.weight;
      comparisons = own;
    }
    parts.at(-1)!.push(group);
  }
  return parts;
}

function* union(some: Iterable<number>, others: Iterable<number>): Generator<number> {
  yield* some;
  yield* others;
}
