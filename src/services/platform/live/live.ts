import type { Database } from '../../../database/connect.ts';
import { subscriberTooSlow } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import type { FleetSummary } from '../../fleet/targets/summary.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { ActionEvent } from './action-events.ts';
import { openActionWatchers } from './action-watchers.ts';
import type { TargetEvent } from './events.ts';
import { type Feed, openFeed, openLatestFeed } from './feed.ts';
import { openRolloutWatchers, type RolloutFeed } from './rollout-watchers.ts';
import { openSummaryWatchers, type SummaryWatchers } from './summary-watchers.ts';
import { openTargetWatchers, type Watchers } from './target-watchers.ts';

/** How many events may wait for a slow reader. */
const WAITING_AT_MOST = 1_000;
/** Matching targets that are remembered for all filters together. */
const REMEMBERED_AT_MOST = 1_000_000;
/** Filters whose matches are read at the same time. */
const LOADS_AT_MOST = 2;

/** Turns announcements into events for watchers. */
export interface Live {
  watchTargets(context: Context, filter: Expression | undefined): Feed<TargetEvent>;
  watchActions(context: Context, filter: Expression | undefined): Feed<ActionEvent>;
  watchSummary(context: Context): Feed<FleetSummary>;
  watchRollout(context: Context, id: number): RolloutFeed;
  /** Call it when callers of a tenant may have lost permissions: ends what they may no longer watch. */
  recheck(tenantId: number): void;
}

/** The context of verbs that watch. */
export interface LiveContext extends Context {
  live: Live;
}

/** `database` tests which filters changed targets match. With its own pool, tests don't queue behind the changes. */
export function openLive(
  platform: Platform,
  log: (error: unknown) => void,
  database: Database = platform.database,
): Live {
  const targetWatchers = new Map<number, Watchers<TargetEvent>>();
  const actionWatchers = new Map<number, Watchers<ActionEvent>>();
  const summaryWatchers = new Map<number, SummaryWatchers>();
  const rolloutWatchers = openRolloutWatchers(log);
  const shared = {
    testing: { ...platform, database },
    budget: { left: REMEMBERED_AT_MOST },
    load: fewAtATime(LOADS_AT_MOST),
    log,
  };

  platform.announcements.subscribe({
    changed(announcement) {
      targetWatchers.get(announcement.tenantId)?.onChange(announcement);
      actionWatchers.get(announcement.tenantId)?.onChange(announcement);
      summaryWatchers.get(announcement.tenantId)?.onChange();
      rolloutWatchers.onTargetsChange(announcement.tenantId);
    },
    created(announcement) {
      targetWatchers.get(announcement.tenantId)?.onChange(announcement);
      summaryWatchers.get(announcement.tenantId)?.onChange();
    },
    rollouts: ({ tenantId, rolloutIds }) => rolloutWatchers.onChange(tenantId, rolloutIds),
    reported: (announcement) => actionWatchers.get(announcement.tenantId)?.onChange(announcement),
    everything() {
      for (const watchers of [...targetWatchers.values(), ...actionWatchers.values()])
        watchers.onMissedChanges();
      for (const watchers of summaryWatchers.values()) watchers.onChange();
      rolloutWatchers.onMissedChanges();
    },
  });

  return {
    watchTargets: (context, filter) =>
      subscribe(
        targetWatchers,
        (tenantId) => openTargetWatchers(platform, tenantId, shared),
        context,
        filter,
      ),
    watchActions: (context, filter) =>
      subscribe(
        actionWatchers,
        (tenantId) => openActionWatchers(platform, tenantId, shared),
        context,
        filter,
      ),
    watchSummary(context) {
      const { tenantId } = context.caller;
      const watchers =
        summaryWatchers.get(tenantId) ?? openSummaryWatchers(log, () => summaryWatchers.delete(tenantId));
      const feed: Feed<FleetSummary> = openLatestFeed(() => watchers.remove(feed));
      summaryWatchers.set(tenantId, watchers);
      watchers.add(feed, context);
      return feed;
    },
    watchRollout: rolloutWatchers.watch,
    recheck(tenantId) {
      rolloutWatchers.recheck(tenantId);
      targetWatchers.get(tenantId)?.recheck();
      actionWatchers.get(tenantId)?.recheck();
      summaryWatchers.get(tenantId)?.recheck();
    },
  };
}

/** Adds a feed to the watchers of the caller's tenant, which are kept as long as there are any. */
function subscribe<E>(
  byTenant: Map<number, Watchers<E>>,
  open: (tenantId: number) => Watchers<E>,
  context: Context,
  filter: Expression | undefined,
): Feed<E> {
  const { tenantId } = context.caller;
  const watchers = byTenant.get(tenantId) ?? open(tenantId);
  const feed: Feed<E> = openFeed({
    most: WAITING_AT_MOST,
    onFull: () => subscriberTooSlow(WAITING_AT_MOST),
    onEnd() {
      watchers.remove(feed);
      if (watchers.isEmpty()) byTenant.delete(tenantId);
    },
  });
  byTenant.set(tenantId, watchers);
  try {
    watchers.add(filter, feed, context);
  } finally {
    if (watchers.isEmpty()) byTenant.delete(tenantId);
  }
  return feed;
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
