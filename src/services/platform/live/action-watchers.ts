import { and, type SQL, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { actions } from '../../../database/tables/actions.ts';
import { forbidden, quotaExceeded } from '../../../errors.ts';
import { compileFilter } from '../../../filters/compile.ts';
import type { Expression } from '../../../filters/expression.ts';
import { printFilter } from '../../../filters/print.ts';
import { readableFields, requireFilterReadable, scopesOfFilter } from '../../access/readable-fields.ts';
import { ACTION_FIELDS } from '../../deployments/actions/fields.ts';
import { filterMoments } from '../../fleet/targets/fields.ts';
import { targetInScope } from '../../fleet/targets/scope.ts';
import type { Caller, Context, Platform } from '../../shared/context.ts';
import { type ActionEvent, actionEventMaker, actionResync } from './action-events.ts';
import { findChangedActions } from './changed-actions.ts';
import type { Feed } from './feed.ts';
import type { Watchers, WatchersOptions } from './target-watchers.ts';

/** Changes that come together within this time are looked at together. */
const COALESCE_MS = 10;
/** Targets whose actions are looked at by one statement. */
const TARGETS_TOGETHER = 1_000;
/** When more wait, watchers are told to read again instead, which is dear: no more often than this. */
const PENDING_AT_MOST = 5_000;
const RESYNC_EVERY_MS = 1_000;
const SIGHTS_AT_MOST = 500;
/** What is announced was changed within this time: a transaction, the announcement and other clocks may take as long. */
const FRESH_MS = 30_000;
const REMEMBERED_AT_MOST = 100_000;

/** Who watches, what it asked for, and whom it was for when it was looked at last. */
interface Watcher {
  context: Context;
  filter: Expression | undefined;
  caller: Caller;
}

/** The same for all who have the same in sight. */
const sightOf = ({ context, filter }: Watcher): string =>
  JSON.stringify([
    filter && printFilter(filter),
    context.caller.permissions.get('READ_TARGET'),
    filter && scopesOfFilter(context, ACTION_FIELDS, filter),
  ]);

/** The watchers of one tenant's actions. Announcements name targets: which of their actions changed is looked up. */
export function openActionWatchers(
  platform: Platform,
  tenantId: number,
  { testing, log }: WatchersOptions,
): Watchers<ActionEvent> {
  const watchers = new Map<Feed<ActionEvent>, Watcher>();
  /** The versions of actions that were told of. */
  const told = new LRUCache<number, string>({ max: REMEMBERED_AT_MOST, ttl: 2 * FRESH_MS });
  const pending = new Set<string>();
  let lost = false;
  let working = false;
  let resyncAt = 0;

  const work = async () => {
    if (working) return;
    working = true;
    while (watchers.size && (lost || pending.size)) {
      const pause = lost ? Math.max(COALESCE_MS, resyncAt - performance.now()) : COALESCE_MS;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (lost) {
        lost = false;
        resyncAt = performance.now() + RESYNC_EVERY_MS;
        for (const feed of watchers.keys()) feed.push(actionResync());
        continue;
      }
      const controllerIds = [...pending].slice(0, TARGETS_TOGETHER);
      for (const id of controllerIds) pending.delete(id);
      await tellChanged(controllerIds).catch((error) => {
        log(error);
        loseTrack();
      });
    }
    working = false;
  };

  const tellChanged = async (controllerIds: readonly string[]) => {
    const sights = groupBySight(watchers);
    const tests = await Promise.all(
      [...sights.values()].map(([feed]) => testOf(platform, watchers.get(feed!)!)),
    );
    const since = new Date(platform.clock().getTime() - FRESH_MS);
    const changed = await findChangedActions(testing.database, tenantId, { controllerIds, since, tests });
    const make = actionEventMaker();
    for (const { id, version, isNew, passes } of changed) {
      if (told.get(id) === version) continue;
      told.set(id, version);
      const event = make(isNew ? 'created' : 'updated', id);
      for (const [at, feeds] of [...sights.values()].entries())
        if (passes[at]) for (const feed of feeds) feed.push(event);
    }
  };

  const loseTrack = () => {
    pending.clear();
    lost = true;
    void work();
  };

  const recheck = (feed: Feed<ActionEvent>, watcher: Watcher) => {
    const { context, caller: was } = watcher;
    if (was === context.caller) return;
    const before = sightOf({ ...watcher, context: { ...context, caller: was } });
    watcher.caller = context.caller;
    if (!context.caller.permissions.has('READ_TARGET')) return feed.fail(forbidden('READ_TARGET'));
    try {
      if (watcher.filter) requireFilterReadable(context, ACTION_FIELDS, watcher.filter);
      if (sightOf(watcher) !== before) feed.push(actionResync());
    } catch (error) {
      feed.fail(error as Error);
    }
  };

  return {
    enter(filter, feed, context) {
      const watcher = { context, filter, caller: context.caller };
      const sights = groupBySight(watchers);
      if (sights.size >= SIGHTS_AT_MOST && !sights.has(sightOf(watcher)))
        throw quotaExceeded('different filters watched at the same time', SIGHTS_AT_MOST, ['filter']);
      watchers.set(feed, watcher);
      feed.push(actionResync());
    },
    leave: (feed) => void watchers.delete(feed),
    empty: () => watchers.size === 0,
    hear({ kind = 'updated', controllerIds }) {
      if (kind !== 'updated' && kind !== 'reported') return;
      if (!controllerIds) return loseTrack();
      for (const id of controllerIds) pending.add(id);
      if (pending.size > PENDING_AT_MOST) loseTrack();
      else void work();
    },
    loseTrack,
    recheck() {
      for (const [feed, watcher] of [...watchers]) recheck(feed, watcher);
    },
  };
}

/** Whether an action is one that a watcher wants and may see. */
async function testOf(platform: Platform, { context, filter }: Watcher): Promise<SQL> {
  const tenant = await platform.tenants.byId(context.caller.tenantId);
  const moments = filterMoments(tenant, platform.clock());
  const matches =
    filter && compileFilter(filter, await readableFields(context, ACTION_FIELDS, filter), moments);
  return and(matches, await targetInScope(context, 'READ_TARGET', actions.targetId)) ?? sql`TRUE`;
}

function groupBySight(watchers: ReadonlyMap<Feed<ActionEvent>, Watcher>): Map<string, Feed<ActionEvent>[]> {
  const sights = new Map<string, Feed<ActionEvent>[]>();
  for (const [feed, watcher] of watchers) {
    const sight = sightOf(watcher);
    sights.set(sight, [...(sights.get(sight) ?? []), feed]);
  }
  return sights;
}
