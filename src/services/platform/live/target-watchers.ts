import { forbidden, quotaExceeded } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { Announcement } from '../announcement.ts';
import { type TargetEvent, targetDeleted, targetEventMaker, targetResync } from './events.ts';
import type { Feed } from './feed.ts';
import {
  eventTypeFor,
  groupStarter,
  newWatcherGroup,
  notifyGroup,
  type Watcher,
  type WatcherGroup,
} from './group.ts';
import type { MatchBudget } from './memory.ts';
import { matchTestersOf } from './testers.ts';
import { mayHaveMatched, viewOf } from './view.ts';

/** Changes that come together within this time are looked at together. */
const COALESCE_MS = 10;
/** When a test takes long, the pause before the next one is longer: at most half of the time is spent on tests. */
const COALESCE_AT_MOST_MS = 50;
/** Targets tested by one statement. */
const TESTED_TOGETHER = 1_000;
/** With more changes than this, watchers get a resync instead. */
const PENDING_AT_MOST = 5_000;
/** A resync costs much: it runs at most this often, and takes at most a fifth of the time. */
const RESYNC_EVERY_MS = 1_000;
const RESYNC_SHARE = 5;
const FILTERS_AT_MOST = 500;

/** What all watchers of a process share. */
export interface WatchersOptions {
  /** With the pool on which changed targets are tested. */
  testing: Platform;
  budget: MatchBudget;
  /** Runs reads of all matches, few at a time. */
  load: <T>(work: () => Promise<T>) => Promise<T>;
  log: (error: unknown) => void;
}

interface Pending {
  /** Whether a changed target is new, by controllerId. */
  changed: Map<string, boolean>;
  /** controllerIds by target id. */
  deleted: Map<number, string>;
}
const nothing = (): Pending => ({ changed: new Map(), deleted: new Map() });

/** The watchers of one tenant's targets or actions. */
export interface Watchers<E> {
  add(filter: Expression | undefined, watcher: Feed<E>, context: Context): void;
  remove(watcher: Feed<E>): void;
  /** Whether nobody watches. */
  isEmpty(): boolean;
  onChange(announcement: Announcement): void;
  /** Changes may have been missed. */
  onMissedChanges(): void;
  /** Callers may have lost permissions, or have other scopes. */
  recheck(): void;
}

export function openTargetWatchers(
  platform: Platform,
  tenantId: number,
  shared: WatchersOptions,
): Watchers<TargetEvent> {
  const groups = openGroups(groupStarter({ ...shared, platform, tenantId }));
  const resyncs = openResyncs(groups);
  const onMissedChanges = () => {
    changes.forget();
    resyncs.plan();
  };
  const changes = openChanges(platform, tenantId, {
    groups,
    testing: shared.testing,
    onError(error) {
      shared.log(error);
      onMissedChanges();
    },
  });
  return {
    add: groups.add,
    remove(watcher) {
      groups.remove(watcher);
      if (!groups.size()) resyncs.stop();
    },
    isEmpty: () => !groups.size(),
    onChange(announcement) {
      if (announcement.kind === 'settings') return;
      if (!announcement.controllerIds || !changes.note(announcement)) onMissedChanges();
    },
    onMissedChanges,
    recheck: groups.recheck,
  };
}

/** Puts watchers who see the same targets into groups. */
function openGroups(start: (group: WatcherGroup) => Promise<void>) {
  const groups = new Map<string, WatcherGroup>();
  let version = 0;

  const add = (filter: Expression | undefined, watcher: Feed<TargetEvent>, context: Context) => {
    const view = viewOf(filter, context);
    const known = groups.get(view.text);
    if (!known && groups.size >= FILTERS_AT_MOST)
      throw quotaExceeded('different filters watched at the same time', FILTERS_AT_MOST, ['filter']);
    const group = known ?? newWatcherGroup(view);
    if (!known) version++;
    groups.set(view.text, group);
    group.watchers.set(watcher, { context, filter, caller: context.caller });
    if (!known) void start(group);
    else if (!group.filter || (group.memory && !group.loading)) watcher.push(targetResync());
  };
  const remove = (watcher: Feed<TargetEvent>) => {
    for (const [text, { watchers, memory }] of groups) {
      if (!watchers.delete(watcher) || watchers.size) continue;
      groups.delete(text);
      version++;
      memory?.clear();
    }
  };
  /** Moves a watcher whose caller has changed to the group it belongs to now, where it starts again. */
  const recheck = (feed: Feed<TargetEvent>, watcher: Watcher, { text }: WatcherGroup) => {
    const { context, filter } = watcher;
    if (watcher.caller === context.caller) return;
    watcher.caller = context.caller;
    if (!context.caller.permissions.has('READ_TARGET')) return feed.fail(forbidden('READ_TARGET'));
    try {
      if (filter) requireFilterReadable(context, TARGET_FIELDS, filter);
      if (viewOf(filter, context).text === text) return;
      remove(feed);
      add(filter, feed, context);
    } catch (error) {
      feed.fail(error as Error);
    }
  };
  return {
    all: () => [...groups.values()],
    size: () => groups.size,
    /** Changes whenever a group is added or removed. */
    version: () => version,
    start,
    add,
    remove,
    recheck() {
      for (const group of [...groups.values()])
        for (const [feed, watcher] of [...group.watchers]) recheck(feed, watcher, group);
    },
  };
}
type Groups = ReturnType<typeof openGroups>;

/** Starts all groups again when changes may have been missed. */
function openResyncs(groups: Groups) {
  let isPlanned = false;
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  let notBefore = 0;

  const schedule = () => {
    if (!isPlanned || running || timer || !groups.size()) return;
    timer = setTimeout(run, Math.max(0, notBefore - performance.now()));
  };
  const run = async () => {
    timer = undefined;
    running = true;
    isPlanned = false;
    const began = performance.now();
    await Promise.all(groups.all().map((group) => groups.start(group)));
    running = false;
    notBefore = began + Math.max(RESYNC_EVERY_MS, RESYNC_SHARE * (performance.now() - began));
    schedule();
  };
  return {
    plan() {
      isPlanned = true;
      schedule();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

interface ChangesOptions {
  groups: Groups;
  testing: Platform;
  /** Called when changes could not be sent. */
  onError: (error: unknown) => void;
}

/** Sends the groups events of changed and deleted targets. */
function openChanges(platform: Platform, tenantId: number, { groups, testing, onError }: ChangesOptions) {
  const testers = matchTestersOf(platform, testing, tenantId);
  let pending = nothing();
  let working = false;

  const sendDeleted = (deleted: Pending['deleted']) => {
    const all = groups.all();
    for (const [targetId, controllerId] of deleted)
      for (const group of all) {
        if (
          !group.filter ||
          (group.memory && mayHaveMatched(group.scoped, group.memory.matchedBefore(targetId)))
        )
          notifyGroup(group, () => targetDeleted(controllerId));
        group.memory?.forget(targetId);
      }
  };
  const sendChanged = async (changed: Pending['changed']) => {
    for (const { groups: tested, test } of await testers(groups.all(), groups.version())) {
      const results = await test([...changed.keys()]);
      const byId = new Map(results.map((result) => [result.controllerId, result]));
      const make = targetEventMaker();
      // In the order of the changes: the statement doesn't keep it.
      for (const [controllerId, isNew] of changed) {
        const result = byId.get(controllerId);
        if (!result) continue;
        let at = 0;
        for (const group of tested) {
          const matches = group.filter ? result.matches[at++]! : true;
          const type = eventTypeFor(group, { targetId: result.targetId, matches, isNew });
          if (type) notifyGroup(group, () => make(type, controllerId));
        }
      }
    }
  };
  const work = async () => {
    if (working) return;
    working = true;
    let pause = COALESCE_MS;
    while (groups.size() && (pending.changed.size || pending.deleted.size)) {
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
        sendDeleted(deleted);
        if (changed.size) await sendChanged(changed);
      } catch (error) {
        onError(error);
      }
      pause = Math.min(Math.max(performance.now() - began, COALESCE_MS), COALESCE_AT_MOST_MS);
    }
    working = false;
  };
  return {
    /** Sends their events soon. @returns false if they are too many to be sent one by one */
    note({ kind, controllerIds = [], targetIds }: Announcement): boolean {
      const { changed, deleted } = pending;
      for (const [index, id] of controllerIds.entries())
        if (kind === 'deleted') deleted.set(targetIds![index]!, id);
        else changed.set(id, kind === 'created' || changed.get(id) === true);
      if (changed.size + deleted.size > PENDING_AT_MOST) return false;
      void work();
      return true;
    },
    forget() {
      pending = nothing();
    },
  };
}
