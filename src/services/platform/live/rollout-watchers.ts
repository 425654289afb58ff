import { DomainError, forbidden } from '../../../errors.ts';
import { parseFilter } from '../../../filters/parse.ts';
import { requireFilterReadable, scopesOfFilter } from '../../access/readable-fields.ts';
import { ROLLOUT_FIELDS } from '../../deployments/rollouts/fields.ts';
import { newestRollouts } from '../../deployments/rollouts/list.ts';
import { readingScope } from '../../fleet/targets/combined-scope.ts';
import type { Context } from '../../shared/context.ts';
import { type Feed, openFeed } from './feed.ts';
import { openRecounts } from './recounts.ts';
import {
  type Known,
  nothingOutdated,
  type Outdated,
  type RolloutProgress,
  refreshed,
} from './rollouts-known.ts';

/** As many rollouts as one watcher may watch. */
export const ROLLOUTS_AT_MOST = 100;

/** What of the watched rollouts is different from what was told before. */
export interface RolloutsProgress {
  changed: RolloutProgress[];
  /** Those that are gone, or no longer match the filter. */
  removedIds: number[];
}
export type RolloutsFeed = Feed<RolloutsProgress>;

/** Which rollouts: these, or the newest that match a filter. */
export type WatchedRollouts = { ids: readonly number[] } | { filter: string };

interface Watcher {
  context: Context;
  watched: WatchedRollouts;
  /** What it was sent last, by rollout. */
  sent: Map<number, string>;
  /** Whether it was sent anything. */
  isTold: boolean;
}

/** The same for all callers whose scopes have the same targets. */
const scopeKeyOf = (context: Context): string => readingScope(context)?.text ?? '';

/** The watchers of a tenant's rollouts. Each rollout is counted once for all of them who see the same targets. */
function openWatchersOfTenant(log: (error: unknown) => void, onEmpty: () => void) {
  const watchers = new Map<RolloutsFeed, Watcher>();
  /** By the caller's scope. */
  let known = new Map<string, Map<number, Known>>();
  let outdated = nothingOutdated();

  /** Tells a watcher what is different, once all of its rollouts are known. */
  const send = (feed: RolloutsFeed, watcher: Watcher, ids: readonly number[]) => {
    const ofScope = known.get(scopeKeyOf(watcher.context));
    if (!ofScope || !ids.every((id) => ofScope.has(id))) return;
    const now = ids.flatMap((id) => ofScope.get(id) ?? []);
    const texts = new Map(now.map(({ progress, text }) => [progress.rollout.id, text]));
    const changed = now.filter(({ progress, text }) => watcher.sent.get(progress.rollout.id) !== text);
    const removedIds = [...watcher.sent.keys()].filter((id) => !texts.has(id));
    const isNews = !watcher.isTold || changed.length > 0 || removedIds.length > 0;
    watcher.sent = texts;
    watcher.isTold = true;
    if (isNews) feed.push({ changed: changed.map(({ progress }) => progress), removedIds });
  };

  const count = async () => {
    const since = outdated;
    outdated = nothingOutdated();
    try {
      const found = await findWatched(watchers);
      const byScope = new Map<string, Map<number, Known>>();
      for (const [key, { context, ids }] of byScopeOf(watchers, found))
        byScope.set(key, await refreshed(context, ids, known.get(key) ?? new Map(), since));
      known = byScope;
      for (const [feed, ids] of found) {
        const watcher = watchers.get(feed);
        if (watcher) send(feed, watcher, ids);
      }
    } catch (error) {
      outdated.all = true;
      throw error;
    }
  };
  const recounts = openRecounts({ isWatched: () => watchers.size > 0, count, onEmpty, log });

  return {
    add(feed: RolloutsFeed, context: Context, watched: WatchedRollouts) {
      const sent = new Map('ids' in watched ? watched.ids.map((id) => [id, ''] as const) : []);
      const watcher = { context, watched, sent, isTold: false };
      watchers.set(feed, watcher);
      if (watchers.size > 1 && !recounts.isOutdated() && 'ids' in watched) send(feed, watcher, watched.ids);
      if (!watcher.isTold) recounts.onChange();
    },
    remove(feed: RolloutsFeed) {
      watchers.delete(feed);
      recounts.onRemove();
    },
    onChange({ all, targets, ids = new Set() }: Partial<Outdated>) {
      outdated.all ||= all ?? false;
      outdated.targets ||= targets ?? false;
      for (const id of ids) outdated.ids.add(id);
      recounts.onChange();
    },
    recheck() {
      for (const [feed, { context, watched }] of [...watchers])
        try {
          if (!context.caller.permissions.has('READ_ROLLOUT')) throw forbidden('READ_ROLLOUT');
          if ('filter' in watched)
            requireFilterReadable(context, ROLLOUT_FIELDS, parseFilter(watched.filter));
        } catch (error) {
          feed.fail(error as Error);
        }
      // Their scopes may be others now.
      if (watchers.size) recounts.onChange();
    },
  };
}

/** Which rollouts each watcher watches now; each filter is asked once. */
async function findWatched(
  watchers: ReadonlyMap<RolloutsFeed, Watcher>,
): Promise<Map<RolloutsFeed, readonly number[]>> {
  const found = new Map<RolloutsFeed, readonly number[]>();
  const byFilter = new Map<string, readonly number[]>();
  for (const [feed, { context, watched }] of [...watchers]) {
    // `recheck` ends the feed of a caller who has lost the permission.
    if (!context.caller.permissions.has('READ_ROLLOUT')) continue;
    if ('ids' in watched) found.set(feed, watched.ids);
    else {
      const { filter } = watched;
      const key = JSON.stringify([filter, scopesOfFilter(context, ROLLOUT_FIELDS, parseFilter(filter))]);
      try {
        const ids = byFilter.get(key) ?? (await newestRollouts({ ...context }, filter, ROLLOUTS_AT_MOST));
        byFilter.set(key, ids);
        found.set(feed, ids);
      } catch (error) {
        // It may no longer be asked for.
        if (!(error instanceof DomainError)) throw error;
        feed.fail(error);
      }
    }
  }
  return found;
}

/** The rollouts that are watched in each scope, with a context that has it. */
function byScopeOf(
  watchers: ReadonlyMap<RolloutsFeed, Watcher>,
  found: ReadonlyMap<RolloutsFeed, readonly number[]>,
): Map<string, { context: Context; ids: Set<number> }> {
  const scopes = new Map<string, { context: Context; ids: Set<number> }>();
  for (const [feed, ids] of found) {
    const context = watchers.get(feed)?.context;
    if (!context?.caller.permissions.has('READ_ROLLOUT')) continue;
    const key = scopeKeyOf(context);
    const scope = scopes.get(key) ?? { context: { ...context }, ids: new Set() };
    for (const id of ids) scope.ids.add(id);
    scopes.set(key, scope);
  }
  return scopes;
}

/** The watchers of all rollouts in this process. */
export function openRolloutWatchers(log: (error: unknown) => void) {
  const tenants = new Map<number, ReturnType<typeof openWatchersOfTenant>>();
  return {
    /** Targets of the tenant changed. They may be in any of its rollouts. */
    onTargetsChange: (tenantId: number) => tenants.get(tenantId)?.onChange({ targets: true }),
    /** Anything of the tenant changed. */
    onAnyChange: (tenantId: number) => tenants.get(tenantId)?.onChange({ all: true }),
    onChange: (tenantId: number, ids: readonly number[]) =>
      tenants.get(tenantId)?.onChange({ ids: new Set(ids) }),
    onMissedChanges() {
      for (const watchers of tenants.values()) watchers.onChange({ all: true });
    },
    recheck: (tenantId: number) => tenants.get(tenantId)?.recheck(),
    watch(context: Context, watched: WatchedRollouts, onEnd: () => void): RolloutsFeed {
      const { tenantId } = context.caller;
      const watchers = tenants.get(tenantId) ?? openWatchersOfTenant(log, () => tenants.delete(tenantId));
      tenants.set(tenantId, watchers);
      const feed: RolloutsFeed = openFeed({
        most: 1,
        onFull(waiting, item) {
          waiting[0] = joined(waiting[0]!, item);
          return undefined;
        },
        onEnd() {
          watchers.remove(feed);
          onEnd();
        },
      });
      watchers.add(feed, context, watched);
      return feed;
    },
  };
}

/** What a slow reader, who wasn't told of the earlier, is told of both. */
function joined(earlier: RolloutsProgress, later: RolloutsProgress): RolloutsProgress {
  const removed = new Set([...earlier.removedIds, ...later.removedIds]);
  const changed = new Map([...earlier.changed, ...later.changed].map((one) => [one.rollout.id, one]));
  for (const { rollout } of later.changed) removed.delete(rollout.id);
  for (const id of later.removedIds) changed.delete(id);
  return { changed: [...changed.values()], removedIds: [...removed] };
}
