import type { Database } from '../../database/connect.ts';
import { subscriberTooSlow } from '../../errors.ts';
import type { Expression } from '../../filters/expression.ts';
import type { Context, Platform } from '../context.ts';
import type { FleetSummary } from '../targets/summary.ts';
import type { TargetEvent } from './events.ts';
import { type Feed, openFeed } from './feed.ts';
import { openRoom, type Room } from './room.ts';
import { openSummaryRoom, type SummaryRoom } from './summary.ts';

/** Events that may wait for a slow reader. */
const WAITING_AT_MOST = 1_000;
/** Matching targets that are remembered for all filters together. */
const REMEMBERED_AT_MOST = 1_000_000;
/** Filters whose matches are read at the same time. */
const LOADS_AT_MOST = 2;

/** Turns announcements into what watchers are told. */
export interface Live {
  watchTargets(context: Context, filter: Expression | undefined): Feed<TargetEvent>;
  watchSummary(context: Context): Feed<FleetSummary>;
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
  const rooms = new Map<number, Room>();
  const summaries = new Map<number, SummaryRoom>();
  const shared = {
    testing: { ...platform, database },
    budget: { left: REMEMBERED_AT_MOST },
    load: fewAtATime(LOADS_AT_MOST),
    log,
  };

  platform.announcements.subscribe({
    changed(announcement) {
      rooms.get(announcement.tenantId)?.hear(announcement);
      summaries.get(announcement.tenantId)?.hear();
    },
    created(announcement) {
      rooms.get(announcement.tenantId)?.hear(announcement);
      summaries.get(announcement.tenantId)?.hear();
    },
    everything() {
      for (const room of rooms.values()) room.loseTrack();
      for (const room of summaries.values()) room.hear();
    },
  });

  return {
    watchTargets(context, filter) {
      const { tenantId } = context.caller;
      const room = rooms.get(tenantId) ?? openRoom(platform, tenantId, shared);
      const feed: Feed<TargetEvent> = openFeed({
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
    },
    watchSummary(context) {
      const { tenantId } = context.caller;
      const room = summaries.get(tenantId) ?? openSummaryRoom(log, () => summaries.delete(tenantId));
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
    recheck(tenantId) {
      rooms.get(tenantId)?.recheck();
      summaries.get(tenantId)?.recheck();
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
