import { forbidden } from '../../../errors.ts';
import { countTargetsOfRollouts, type TargetCounts } from '../../deployments/rollouts/counts.ts';
import { findRollouts } from '../../deployments/rollouts/find.ts';
import type { Rollout } from '../../deployments/rollouts/rollout.ts';
import { readingScope } from '../../fleet/targets/combined-scope.ts';
import type { Context } from '../../shared/context.ts';
import { type Feed, openFeed } from './feed.ts';
import { openRecounts } from './recounts.ts';

/** How far a rollout is. */
export interface RolloutProgress {
  rollout: Rollout;
  targetCounts: TargetCounts;
}

/** Null tells that the rollout is gone. */
export type RolloutFeed = Feed<RolloutProgress | null>;

/** The watchers of one rollout. */
interface RolloutRoom {
  enter(watcher: RolloutFeed, context: Context): void;
  leave(watcher: RolloutFeed): void;
  empty(): boolean;
  /** Something changed that may have to do with it. */
  hear(): void;
  recheck(): void;
}

function openRolloutRoom(id: number, log: (error: unknown) => void): RolloutRoom {
  /** With what each was told last. */
  const watchers = new Map<RolloutFeed, { context: Context; told?: string }>();
  /** By what of the targets counts for whom. */
  let latest = new Map<string, { progress: RolloutProgress | null; text: string }>();

  const tell = () => {
    for (const [feed, watcher] of watchers) {
      const found = latest.get(sightOf(watcher.context));
      if (!found || watcher.told === found.text) continue;
      watcher.told = found.text;
      feed.push(found.progress);
    }
  };
  /** Once for all watchers who see the same of it. */
  const readAll = async () => {
    const contexts = new Map(
      [...watchers.values()].map(({ context }) => [sightOf(context), { ...context }] as const),
    );
    const found: typeof latest = new Map();
    for (const [sight, context] of contexts) {
      // Who lost the permission since is told so elsewhere.
      if (!context.caller.permissions.has('READ_ROLLOUT')) continue;
      const progress = await read(context, id);
      found.set(sight, { progress, text: JSON.stringify(progress) });
    }
    return found;
  };
  const recounts = openRecounts({
    isWatched: () => watchers.size > 0,
    async count() {
      latest = await readAll();
      tell();
    },
    log,
  });

  return {
    enter(feed, context) {
      watchers.set(feed, { context });
      tell();
      if (!latest.has(sightOf(context)) || recounts.isOutdated() || watchers.size === 1) recounts.hear();
    },
    leave: (feed) => void watchers.delete(feed),
    empty: () => watchers.size === 0,
    hear: recounts.hear,
    recheck() {
      for (const [feed, { context }] of [...watchers])
        if (!context.caller.permissions.has('READ_ROLLOUT')) feed.fail(forbidden('READ_ROLLOUT'));
        else if (!latest.has(sightOf(context))) recounts.hear();
      tell();
    },
  };
}

/** The same for all for whom the same targets count. */
const sightOf = (context: Context): string => readingScope(context)?.text ?? '';

async function read(context: Context, id: number): Promise<RolloutProgress | null> {
  const [rollout] = await findRollouts(context, [id]);
  if (!rollout) return null;
  const [targetCounts] = await countTargetsOfRollouts(context, [rollout]);
  return targetCounts ? { rollout, targetCounts } : null;
}

/** The rooms of a process, by rollout id. */
export function openRolloutWatchers(log: (error: unknown) => void) {
  const tenants = new Map<number, Map<number, RolloutRoom>>();
  const roomsOf = (tenantId: number) => tenants.get(tenantId) ?? new Map<number, RolloutRoom>();
  const close = (tenantId: number, id: number) => {
    const rooms = roomsOf(tenantId);
    rooms.delete(id);
    if (!rooms.size) tenants.delete(tenantId);
  };
  return {
    /** Targets of the tenant changed, which may be in any rollout. */
    hearAll(tenantId: number) {
      for (const room of roomsOf(tenantId).values()) room.hear();
    },
    hear(tenantId: number, ids: readonly number[]) {
      for (const id of ids) roomsOf(tenantId).get(id)?.hear();
    },
    loseTrack() {
      for (const rooms of tenants.values()) for (const room of rooms.values()) room.hear();
    },
    recheck(tenantId: number) {
      for (const room of roomsOf(tenantId).values()) room.recheck();
    },
    watch(context: Context, id: number): RolloutFeed {
      const { tenantId } = context.caller;
      const rooms = roomsOf(tenantId);
      const room = rooms.get(id) ?? openRolloutRoom(id, log);
      const feed: RolloutFeed = openFeed({
        most: 1,
        // Only the newest numbers are of any use.
        onFull: (waiting, item) => {
          waiting[0] = item;
          return undefined;
        },
        onEnd() {
          room.leave(feed);
          if (room.empty()) close(tenantId, id);
        },
      });
      tenants.set(tenantId, rooms.set(id, room));
      room.enter(feed, context);
      return feed;
    },
  };
}
