import { forbidden, quotaExceeded } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import { requireFilterReadable } from '../../access/readable-fields.ts';
import { TARGET_FIELDS } from '../../fleet/targets/fields.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { Announcement } from '../announcements.ts';
import { deletion, eventMaker, resync, type TargetEvent } from './events.ts';
import type { Feed } from './feed.ts';
import { type Group, groupStarter, judge, newGroup, tell, type Watcher } from './group.ts';
import type { Budget } from './memory.ts';
import { testersOf } from './testers.ts';
import { mayHaveMatched, viewOf } from './view.ts';

/** Changes that come together within this time are looked at together. */
const COALESCE_MS = 10;
/** While each look takes long, they are fewer: no more than half of the time is spent on them. */
const COALESCE_AT_MOST_MS = 50;
/** Targets tested by one statement. */
const TESTED_TOGETHER = 1_000;
/** When more wait, watchers are told to read again instead. */
const PENDING_AT_MOST = 5_000;
/** Reading again costs much: no more often than this, and no more than one part of the time in five. */
const RESYNC_EVERY_MS = 1_000;
const RESYNC_SHARE = 5;
const FILTERS_AT_MOST = 500;

/** What the rooms of a process share. */
export interface WatchersOptions {
  /** What changed targets are tested by. */
  testing: Platform;
  budget: Budget;
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

/** The watchers of one tenant's targets, or of something else. */
export interface Watchers<E> {
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

export function openTargetWatchers(
  platform: Platform,
  tenantId: number,
  shared: WatchersOptions,
): Watchers<TargetEvent> {
  const groups = openGroups(groupStarter({ ...shared, platform, tenantId }));
  const resyncs = openResyncs(groups);
  const loseTrack = () => {
    changes.forget();
    resyncs.plan();
  };
  const changes = openChanges(platform, tenantId, {
    groups,
    testing: shared.testing,
    onError(error) {
      shared.log(error);
      loseTrack();
    },
  });
  return {
    enter: groups.enter,
    leave(watcher) {
      groups.leave(watcher);
      if (!groups.size()) resyncs.stop();
    },
    empty: () => !groups.size(),
    hear(announcement) {
      if (announcement.kind === 'settings') return;
      if (!announcement.controllerIds || !changes.note(announcement)) loseTrack();
    },
    loseTrack,
    recheck: groups.recheck,
  };
}

/** Watchers in groups of those who have the same in sight. */
function openGroups(start: (group: Group) => Promise<void>) {
  const groups = new Map<string, Group>();
  let version = 0;

  const enter = (filter: Expression | undefined, watcher: Feed<TargetEvent>, context: Context) => {
    const sight = viewOf(filter, context);
    const known = groups.get(sight.text);
    if (!known && groups.size >= FILTERS_AT_MOST)
      throw quotaExceeded('different filters watched at the same time', FILTERS_AT_MOST, ['filter']);
    const group = known ?? newGroup(sight);
    if (!known) version++;
    groups.set(sight.text, group);
    group.watchers.set(watcher, { context, filter, caller: context.caller });
    if (!known) void start(group);
    else if (!group.filter || (group.memory && !group.loading)) watcher.push(resync());
  };
  const leave = (watcher: Feed<TargetEvent>) => {
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
      if (filter) requireFilterReadable(context, TARGET_FIELDS, filter);
      if (viewOf(filter, context).text === text) return;
      leave(watcher);
      enter(filter, watcher, context);
    } catch (error) {
      watcher.fail(error as Error);
    }
  };
  return {
    all: () => [...groups.values()],
    size: () => groups.size,
    /** Another whenever there is another filter, or one less. */
    version: () => version,
    start,
    enter,
    leave,
    recheck() {
      for (const group of [...groups.values()])
        for (const [watcher, was] of [...group.watchers]) recheck(watcher, was, group);
    },
  };
}
type Groups = ReturnType<typeof openGroups>;

/** Lets all groups begin anew, where changes may have been missed. */
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
  /** The changes at hand were not told of. */
  onError: (error: unknown) => void;
}

/** Tells the groups of changed and deleted targets. */
function openChanges(platform: Platform, tenantId: number, { groups, testing, onError }: ChangesOptions) {
  const testers = testersOf(platform, testing, tenantId);
  let pending = nothing();
  let working = false;

  const tellDeleted = (deleted: Pending['deleted']) => {
    const all = groups.all();
    for (const [targetId, controllerId] of deleted)
      for (const group of all) {
        if (!group.filter || (group.memory && mayHaveMatched(group.scoped, group.memory.before(targetId))))
          tell(group, () => deletion(controllerId));
        group.memory?.forget(targetId);
      }
  };
  const tellChanged = async (changed: Pending['changed']) => {
    for (const { groups: tested, test } of await testers(groups.all(), groups.version())) {
      const verdicts = await test([...changed.keys()]);
      const byId = new Map(verdicts.map((verdict) => [verdict.controllerId, verdict]));
      const make = eventMaker();
      // In the order of the changes, which the statement doesn't keep.
      for (const [controllerId, isNew] of changed) {
        const verdict = byId.get(controllerId);
        if (!verdict) continue;
        let at = 0;
        for (const group of tested) {
          const matches = group.filter ? verdict.matches[at++]! : true;
          const type = judge(group, { targetId: verdict.targetId, matches, isNew });
          if (type) tell(group, () => make(type, controllerId));
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
        tellDeleted(deleted);
        if (changed.size) await tellChanged(changed);
      } catch (error) {
        onError(error);
      }
      pause = Math.min(Math.max(performance.now() - began, COALESCE_MS), COALESCE_AT_MOST_MS);
    }
    working = false;
  };
  return {
    /** Tells of them soon. @returns false where they are too many to be told one by one */
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
