import { forbidden } from '../../../errors.ts';
import { countTargetsOfRollouts, type TargetCounts } from '../../deployments/rollouts/counts.ts';
import { findRollouts } from '../../deployments/rollouts/find.ts';
import type { Rollout } from '../../deployments/rollouts/rollout.ts';
import { readingScope } from '../../fleet/targets/combined-scope.ts';
import type { Context } from '../../shared/context.ts';
import { type Feed, openLatestFeed } from './feed.ts';
import { openRecounts } from './recounts.ts';

/** A rollout and the progress of its targets. */
export interface RolloutProgress {
  rollout: Rollout;
  targetCounts: TargetCounts;
}

/** Null says that the rollout was deleted. */
export type RolloutFeed = Feed<RolloutProgress | null>;

/** The watchers of one rollout. */
interface RolloutWatchers {
  add(watcher: RolloutFeed, context: Context): void;
  remove(watcher: RolloutFeed): void;
  isEmpty(): boolean;
  /** Something changed that may concern the rollout. */
  onChange(): void;
  recheck(): void;
}

function openWatchersOfRollout(id: number, log: (error: unknown) => void): RolloutWatchers {
  /** With what each was sent last. */
  const watchers = new Map<RolloutFeed, { context: Context; sent?: string }>();
  /** By the caller's scope. */
  let latest = new Map<string, { progress: RolloutProgress | null; text: string }>();

  const sendLatest = () => {
    for (const [feed, watcher] of watchers) {
      const found = latest.get(scopeKeyOf(watcher.context));
      if (!found || watcher.sent === found.text) continue;
      watcher.sent = found.text;
      feed.push(found.progress);
    }
  };
  /** Once for all watchers with the same scope. */
  const readAll = async () => {
    const contexts = new Map(
      [...watchers.values()].map(({ context }) => [scopeKeyOf(context), { ...context }] as const),
    );
    const found: typeof latest = new Map();
    for (const [key, context] of contexts) {
      // `recheck` ends the feed of a caller who has lost the permission.
      if (!context.caller.permissions.has('READ_ROLLOUT')) continue;
      const progress = await read(context, id);
      found.set(key, { progress, text: JSON.stringify(progress) });
    }
    return found;
  };
  const recounts = openRecounts({
    isWatched: () => watchers.size > 0,
    async count() {
      latest = await readAll();
      sendLatest();
    },
    log,
  });

  return {
    add(feed, context) {
      watchers.set(feed, { context });
      sendLatest();
      if (!latest.has(scopeKeyOf(context)) || recounts.isOutdated() || watchers.size === 1)
        recounts.onChange();
    },
    remove: (feed) => void watchers.delete(feed),
    isEmpty: () => watchers.size === 0,
    onChange: recounts.onChange,
    recheck() {
      for (const [feed, { context }] of [...watchers])
        if (!context.caller.permissions.has('READ_ROLLOUT')) feed.fail(forbidden('READ_ROLLOUT'));
        else if (!latest.has(scopeKeyOf(context))) recounts.onChange();
      sendLatest();
    },
  };
}

/** The same for all callers whose scopes have the same targets. */
const scopeKeyOf = (context: Context): string => readingScope(context)?.text ?? '';

async function read(context: Context, id: number): Promise<RolloutProgress | null> {
  const [rollout] = await findRollouts(context, [id]);
  if (!rollout) return null;
  const [targetCounts] = await countTargetsOfRollouts(context, [rollout]);
  return targetCounts ? { rollout, targetCounts } : null;
}

/** The watchers of all rollouts in this process. */
export function openRolloutWatchers(log: (error: unknown) => void) {
  const tenants = new Map<number, Map<number, RolloutWatchers>>();
  const watchersOf = (tenantId: number) => tenants.get(tenantId) ?? new Map<number, RolloutWatchers>();
  const close = (tenantId: number, id: number) => {
    const byRollout = watchersOf(tenantId);
    byRollout.delete(id);
    if (!byRollout.size) tenants.delete(tenantId);
  };
  return {
    /** Targets of the tenant changed. They may be in any of its rollouts. */
    onTargetsChange(tenantId: number) {
      for (const watchers of watchersOf(tenantId).values()) watchers.onChange();
    },
    onChange(tenantId: number, ids: readonly number[]) {
      for (const id of ids) watchersOf(tenantId).get(id)?.onChange();
    },
    onMissedChanges() {
      for (const byRollout of tenants.values())
        for (const watchers of byRollout.values()) watchers.onChange();
    },
    recheck(tenantId: number) {
      for (const watchers of watchersOf(tenantId).values()) watchers.recheck();
    },
    watch(context: Context, id: number): RolloutFeed {
      const { tenantId } = context.caller;
      const byRollout = watchersOf(tenantId);
      const watchers = byRollout.get(id) ?? openWatchersOfRollout(id, log);
      const feed: RolloutFeed = openLatestFeed(() => {
        watchers.remove(feed);
        if (watchers.isEmpty()) close(tenantId, id);
      });
      tenants.set(tenantId, byRollout.set(id, watchers));
      watchers.add(feed, context);
      return feed;
    },
  };
}
