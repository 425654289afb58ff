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
/** With more changes than this, watchers get a resync instead. It costs much, so it is sent at most this often. */
const PENDING_AT_MOST = 5_000;
const RESYNC_EVERY_MS = 1_000;
const VIEWS_AT_MOST = 500;
/** An announced change is at most this old: a transaction, its announcement and differences of clocks may take so long. */
const FRESH_MS = 30_000;
const REMEMBERED_AT_MOST = 100_000;

/** A watcher: its caller and filter, and the caller when `recheck` last ran. */
interface Watcher {
  context: Context;
  filter: Expression | undefined;
  caller: Caller;
}

/** The same for all watchers who see the same actions. */
const viewKeyOf = ({ context, filter }: Watcher): string =>
  JSON.stringify([
    filter && printFilter(filter),
    context.caller.permissions.get('READ_TARGET'),
    filter && scopesOfFilter(context, ACTION_FIELDS, filter),
  ]);

/** The watchers of one tenant's actions. Announcements name targets only, so their changed actions are looked up. */
export function openActionWatchers(
  platform: Platform,
  tenantId: number,
  { testing, log }: WatchersOptions,
): Watchers<ActionEvent> {
  const watchers = new Map<Feed<ActionEvent>, Watcher>();
  /** The version of each action that watchers were last sent. */
  const sentVersions = new LRUCache<number, string>({ max: REMEMBERED_AT_MOST, ttl: 2 * FRESH_MS });
  const pending = new Set<string>();
  let isResyncDue = false;
  let working = false;
  let resyncAt = 0;

  const work = async () => {
    if (working) return;
    working = true;
    while (watchers.size && (isResyncDue || pending.size)) {
      const pause = isResyncDue ? Math.max(COALESCE_MS, resyncAt - performance.now()) : COALESCE_MS;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (isResyncDue) {
        isResyncDue = false;
        resyncAt = performance.now() + RESYNC_EVERY_MS;
        for (const feed of watchers.keys()) feed.push(actionResync());
        continue;
      }
      const controllerIds = [...pending].slice(0, TARGETS_TOGETHER);
      for (const id of controllerIds) pending.delete(id);
      await sendChanged(controllerIds).catch((error) => {
        log(error);
        onMissedChanges();
      });
    }
    working = false;
  };

  const sendChanged = async (controllerIds: readonly string[]) => {
    const views = groupByView(watchers);
    const tests = await Promise.all(
      [...views.values()].map(([feed]) => testOf(platform, watchers.get(feed!)!)),
    );
    const since = new Date(platform.clock().getTime() - FRESH_MS);
    const changed = await findChangedActions(testing.database, tenantId, { controllerIds, since, tests });
    const make = actionEventMaker();
    for (const { id, version, isNew, passes } of changed) {
      if (sentVersions.get(id) === version) continue;
      sentVersions.set(id, version);
      const event = make(isNew ? 'created' : 'updated', id);
      for (const [at, feeds] of [...views.values()].entries())
        if (passes[at]) for (const feed of feeds) feed.push(event);
    }
  };

  const onMissedChanges = () => {
    pending.clear();
    isResyncDue = true;
    void work();
  };

  const recheck = (feed: Feed<ActionEvent>, watcher: Watcher) => {
    const { context, caller: before } = watcher;
    if (before === context.caller) return;
    const oldKey = viewKeyOf({ ...watcher, context: { ...context, caller: before } });
    watcher.caller = context.caller;
    if (!context.caller.permissions.has('READ_TARGET')) return feed.fail(forbidden('READ_TARGET'));
    try {
      if (watcher.filter) requireFilterReadable(context, ACTION_FIELDS, watcher.filter);
      if (viewKeyOf(watcher) !== oldKey) feed.push(actionResync());
    } catch (error) {
      feed.fail(error as Error);
    }
  };

  return {
    add(filter, feed, context) {
      const watcher = { context, filter, caller: context.caller };
      const views = groupByView(watchers);
      if (views.size >= VIEWS_AT_MOST && !views.has(viewKeyOf(watcher)))
        throw quotaExceeded('different filters watched at the same time', VIEWS_AT_MOST, ['filter']);
      watchers.set(feed, watcher);
      feed.push(actionResync());
    },
    remove: (feed) => void watchers.delete(feed),
    isEmpty: () => watchers.size === 0,
    onChange({ kind = 'updated', controllerIds }) {
      if (kind !== 'updated' && kind !== 'reported') return;
      if (!controllerIds) return onMissedChanges();
      for (const id of controllerIds) pending.add(id);
      if (pending.size > PENDING_AT_MOST) onMissedChanges();
      else void work();
    },
    onMissedChanges,
    recheck() {
      for (const [feed, watcher] of [...watchers]) recheck(feed, watcher);
    },
  };
}

/** The condition that an action matches a watcher's filter and is in its scope. */
async function testOf(platform: Platform, { context, filter }: Watcher): Promise<SQL> {
  const tenant = await platform.tenants.byId(context.caller.tenantId);
  const moments = filterMoments(tenant, platform.clock());
  const matches =
    filter && compileFilter(filter, await readableFields(context, ACTION_FIELDS, filter), moments);
  return and(matches, await targetInScope(context, 'READ_TARGET', actions.targetId)) ?? sql`TRUE`;
}

function groupByView(watchers: ReadonlyMap<Feed<ActionEvent>, Watcher>): Map<string, Feed<ActionEvent>[]> {
  const views = new Map<string, Feed<ActionEvent>[]>();
  for (const [feed, watcher] of watchers) {
    const view = viewKeyOf(watcher);
    views.set(view, [...(views.get(view) ?? []), feed]);
  }
  return views;
}
