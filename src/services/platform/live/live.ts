import type { Database } from '../../../database/connect.ts';
import { subscriberTooSlow } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import { countPendingTargets, type PendingTargetCounts } from '../../devices/pending-targets/count.ts';
import { type FleetSummary, summarizeFleet } from '../../fleet/targets/summary.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { ActionEvent } from './action-events.ts';
import { openActionWatchers } from './action-watchers.ts';
import { type AuditEventAdded, openAuditWatchers } from './audit-watchers.ts';
import type { TargetEvent } from './events.ts';
import { type Feed, openFeed, openLatestFeed } from './feed.ts';
import { type LatestSource, type LatestWatchers, openLatestWatchers } from './latest-watchers.ts';
import { openRolloutWatchers, type RolloutsFeed, type WatchedRollouts } from './rollout-watchers.ts';
import { openTargetWatchers, type Watchers } from './target-watchers.ts';

/** How many events may wait for a slow reader. */
const WAITING_AT_MOST = 1_000;
/** Matching targets that are remembered for all filters together. */
const REMEMBERED_AT_MOST = 1_000_000;
/** Filters whose matches are read at the same time. */
const LOADS_AT_MOST = 2;

/** Polls and the passing of time change the numbers too, and are not announced. */
const LOOK_AGAIN_MS = 10_000;

/** Turns announcements into events for watchers. */
export interface Live {
  watchTargets(context: Context, filter: Expression | undefined): Feed<TargetEvent>;
  watchActions(context: Context, filter: Expression | undefined): Feed<ActionEvent>;
  watchAuditEvents(context: Context, filter: Expression | undefined): Feed<AuditEventAdded>;
  watchSummary(context: Context): Feed<FleetSummary>;
  watchPendingTargets(context: Context): Feed<PendingTargetCounts>;
  watchRollouts(context: Context, watched: WatchedRollouts): RolloutsFeed;
  /** Call it when callers of a tenant may have lost permissions: ends what they may no longer watch. */
  recheck(tenantId: number): void;
  /** Ends all that is watched, so that the database isn't asked any more. */
  close(): void;
}

/** The context of verbs that watch. */
export interface LiveContext extends Context {
  live: Live;
}

/** `database` tests which filters changed targets match. With its own pool, tests don't queue behind the changes. */
export function openLive(
  platform: Platform,
  logError: (error: unknown) => void,
  database: Database = platform.database,
): Live {
  let closed = false;
  const log = (error: unknown) => {
    if (!closed) logError(error);
  };
  const feeds = new Set<Feed<never>>();
  const close = () => {
    closed = true;
    for (const feed of [...feeds]) void feed.return?.();
  };
  const shared = {
    testing: { ...platform, database },
    budget: { left: REMEMBERED_AT_MOST },
    load: fewAtATime(LOADS_AT_MOST),
    log,
  };
  const targets = eventsByTenant((tenantId) => openTargetWatchers(platform, tenantId, shared));
  const actions = eventsByTenant((tenantId) => openActionWatchers(platform, tenantId, shared));
  const auditEvents = eventsByTenant((tenantId) => openAuditWatchers(platform, tenantId, shared));
  const summaries = latestByTenant(
    { permission: 'READ_TARGET', read: summarizeFleet, lookAgainMs: LOOK_AGAIN_MS },
    log,
  );
  const pendingTargets = latestByTenant({ permission: 'READ_TARGET', read: countPendingTargets }, log);
  const rollouts = openRolloutWatchers(log);

  platform.announcements.subscribe({
    changed(announcement) {
      const { tenantId, controllerIds, kind } = announcement;
      targets.of(tenantId)?.onChange(announcement);
      actions.of(tenantId)?.onChange(announcement);
      summaries.of(tenantId)?.onChange();
      if (controllerIds || kind === 'settings') rollouts.onTargetsChange(tenantId);
      else rollouts.onAnyChange(tenantId);
      // What is pending is no target: one that is deleted may be pending again.
      if (!controllerIds || kind === 'deleted') pendingTargets.of(tenantId)?.onChange();
    },
    created(announcement) {
      targets.of(announcement.tenantId)?.onChange(announcement);
      summaries.of(announcement.tenantId)?.onChange();
      pendingTargets.of(announcement.tenantId)?.onChange();
    },
    pending({ tenantId }) {
      pendingTargets.of(tenantId)?.onChange();
      summaries.of(tenantId)?.onChange();
    },
    rollouts: ({ tenantId, rolloutIds }) => rollouts.onChange(tenantId, rolloutIds),
    reported: (announcement) => actions.of(announcement.tenantId)?.onChange(announcement),
    audit({ tenantId, auditEventIds }) {
      const watchers = auditEvents.of(tenantId);
      if (auditEventIds) watchers?.onKeys(auditEventIds);
      else watchers?.onMissedChanges();
    },
    everything() {
      for (const watchers of [...targets.all(), ...actions.all(), ...auditEvents.all()])
        watchers.onMissedChanges();
      for (const watchers of [...summaries.all(), ...pendingTargets.all()]) watchers.onChange();
      rollouts.onMissedChanges();
    },
    end: close,
  });

  /** Keeps a feed until it has ended. */
  const kept = <T>(open: (onEnd: () => void) => Feed<T>): Feed<T> => {
    const feed: Feed<T> = open(() => feeds.delete(feed as Feed<never>));
    feeds.add(feed as Feed<never>);
    return feed;
  };
  return {
    watchTargets: (context, filter) => kept((onEnd) => targets.watch(context, filter, onEnd)),
    watchActions: (context, filter) => kept((onEnd) => actions.watch(context, filter, onEnd)),
    watchAuditEvents: (context, filter) => kept((onEnd) => auditEvents.watch(context, filter, onEnd)),
    watchSummary: (context) => kept((onEnd) => summaries.watch(context, onEnd)),
    watchPendingTargets: (context) => kept((onEnd) => pendingTargets.watch(context, onEnd)),
    watchRollouts: (context, watched) => kept((onEnd) => rollouts.watch(context, watched, onEnd)),
    recheck(tenantId) {
      for (const watchers of [targets, actions, auditEvents, summaries, pendingTargets])
        watchers.of(tenantId)?.recheck();
      rollouts.recheck(tenantId);
    },
    close,
  };
}

/** Watchers of events that are kept for each tenant as long as there are any. */
function eventsByTenant<E, W extends Pick<Watchers<E>, 'add' | 'remove' | 'isEmpty'>>(
  open: (tenantId: number) => W & Pick<Watchers<E>, 'add'>,
) {
  const byTenant = new Map<number, W>();
  return {
    of: (tenantId: number) => byTenant.get(tenantId),
    all: () => [...byTenant.values()],
    /** Adds a feed to the watchers of the caller's tenant. */
    watch(context: Context, filter: Expression | undefined, onEnd: () => void): Feed<E> {
      const { tenantId } = context.caller;
      const watchers = byTenant.get(tenantId) ?? open(tenantId);
      const feed: Feed<E> = openFeed({
        most: WAITING_AT_MOST,
        onFull: () => subscriberTooSlow(WAITING_AT_MOST),
        onEnd() {
          watchers.remove(feed);
          if (watchers.isEmpty()) byTenant.delete(tenantId);
          onEnd();
        },
      });
      byTenant.set(tenantId, watchers);
      try {
        watchers.add(filter, feed, context);
      } finally {
        if (watchers.isEmpty()) byTenant.delete(tenantId);
      }
      return feed;
    },
  };
}

/** The same for what is read as a whole. */
function latestByTenant<T>(source: LatestSource<T>, log: (error: unknown) => void) {
  const byTenant = new Map<number, LatestWatchers<T>>();
  return {
    of: (tenantId: number) => byTenant.get(tenantId),
    all: () => [...byTenant.values()],
    watch(context: Context, onEnd: () => void): Feed<T> {
      const { tenantId } = context.caller;
      const watchers =
        byTenant.get(tenantId) ??
        openLatestWatchers(source, { log, onEmpty: () => byTenant.delete(tenantId) });
      byTenant.set(tenantId, watchers);
      const feed: Feed<T> = openLatestFeed(() => {
        watchers.remove(feed);
        onEnd();
      });
      watchers.add(feed, context);
      return feed;
    },
  };
}

function fewAtATime(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
