import type { Database } from '../../../database/connect.ts';
import { subscriberTooSlow } from '../../../errors.ts';
import type { Expression } from '../../../filters/expression.ts';
import type { FleetSummary } from '../../fleet/targets/summary.ts';
import type { Context, Platform } from '../../shared/context.ts';
import type { ActionEvent } from './action-events.ts';
import { openActionWatchers } from './action-watchers.ts';
import type { TargetEvent } from './events.ts';
import { type Feed, openFeed } from './feed.ts';
import { openRolloutWatchers, type RolloutFeed } from './rollout-watchers.ts';
import { openSummaryWatchers, type SummaryWatchers } from './summary-watchers.ts';
import { openTargetWatchers, type Watchers } from './target-watchers.ts';

/** Events that may wait for a slow reader. */
const WAITING_AT_MOST = 1_000;
/** Matching targets that are remembered for all filters together. */
const REMEMBERED_AT_MOST = 1_000_000;
/** Filters whose matches are read at the same time. */
const LOADS_AT_MOST = 2;

/** Turns announcements into what watchers are told. */
export interface Live {
  watchTargets(context: Context, filter: Expression | undefined): Feed<TargetEvent>;
  watchActions(context: Context, filter: Expression | undefined): Feed<ActionEvent>;
  watchSummary(context: Context): Feed<FleetSummary>;
  watchRollout(context: Context, id: number): RolloutFeed;
  /** The callers of a tenant may have lost permissions: ends what they may not watch any more. */
  recheck(tenantId: number): void;
}

/** What the verbs that watch are called with. */
export interface LiveContext extends Context {
  live: Live;
}

/** `database` is for tests of changed targets: one of their own, so that they don't queue behind the changes. */
export function openLive(
  platform: Platform,
  log: (error: unknown) => void,
  database: Database = platform.database,
): Live {
  const rooms = new Map<number, Watchers<TargetEvent>>();
  const actionRooms = new Map<number, Watchers<ActionEvent>>();
  const summaries = new Map<number, SummaryWatchers>();
  const rolloutRooms = openRolloutWatchers(log);
  const shared = {
    testing: { ...platform, database },
    budget: { left: REMEMBERED_AT_MOST },
    load: fewAtATime(LOADS_AT_MOST),
    log,
  };

  platform.announcements.subscribe({
    changed(announcement) {
      rooms.get(announcement.tenantId)?.hear(announcement);
      actionRooms.get(announcement.tenantId)?.hear(announcement);
      summaries.get(announcement.tenantId)?.hear();
      rolloutRooms.hearAll(announcement.tenantId);
    },
    created(announcement) {
      rooms.get(announcement.tenantId)?.hear(announcement);
      summaries.get(announcement.tenantId)?.hear();
    },
    rollouts: ({ tenantId, rolloutIds }) => rolloutRooms.hear(tenantId, rolloutIds),
    reported: (announcement) => actionRooms.get(announcement.tenantId)?.hear(announcement),
    everything() {
      for (const room of [...rooms.values(), ...actionRooms.values()]) room.loseTrack();
      for (const room of summaries.values()) room.hear();
      rolloutRooms.loseTrack();
    },
  });

  return {
    watchTargets: (context, filter) =>
      enter(rooms, (tenantId) => openTargetWatchers(platform, tenantId, shared), context, filter),
    watchActions: (context, filter) =>
      enter(actionRooms, (tenantId) => openActionWatchers(platform, tenantId, shared), context, filter),
    watchSummary(context) {
      const { tenantId } = context.caller;
      const room = summaries.get(tenantId) ?? openSummaryWatchers(log, () => summaries.delete(tenantId));
      const feed: Feed<FleetSummary> = openFeed({
        most: 1,
        // Only the newest numbers are of any use.
        onFull: (waiting, item) => {
          waiting[0] = item;
          return undefined;
        },
        onEnd: () => room.leave(feed),
      });
      summaries.set(tenantId, room);
      room.enter(feed, context);
      return feed;
    },
    watchRollout: rolloutRooms.watch,
    recheck(tenantId) {
      rolloutRooms.recheck(tenantId);
      rooms.get(tenantId)?.recheck();
      actionRooms.get(tenantId)?.recheck();
      summaries.get(tenantId)?.recheck();
    },
  };
}

/** Enters the room of the caller's tenant, which is open as long as somebody is in it. */
function enter<E>(
  rooms: Map<number, Watchers<E>>,
  open: (tenantId: number) => Watchers<E>,
  context: Context,
  filter: Expression | undefined,
): Feed<E> {
  const { tenantId } = context.caller;
  const room = rooms.get(tenantId) ?? open(tenantId);
  const feed: Feed<E> = openFeed({
    most: WAITING_AT_MOST,
    onFull: () => subscriberTooSlow(WAITING_AT_MOST),
    onEnd() {
      room.leave(feed);
      if (room.empty()) rooms.delete(tenantId);
    },
  });
  rooms.set(tenantId, room);
  try {
    room.enter(filter, feed, context);
  } finally {
    if (room.empty()) rooms.delete(tenantId);
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
