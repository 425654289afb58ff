import { and, type SQL, sql } from 'drizzle-orm';
import { forbidden, quotaExceeded } from '../../../errors.ts';
import { compileFilter } from '../../../filters/compile.ts';
import type { Expression } from '../../../filters/expression.ts';
import type { FieldSet } from '../../../filters/fields.ts';
import { printFilter } from '../../../filters/print.ts';
import type { Permission } from '../../access/grants.ts';
import { readableFields, requireFilterReadable, scopesOfFilter } from '../../access/readable-fields.ts';
import { filterMoments } from '../../fleet/targets/fields.ts';
import type { Caller, Context, Platform } from '../../shared/context.ts';
import type { Feed } from './feed.ts';

/** Changes that come together within this time are looked at together. */
const COALESCE_MS = 10;
/** Keys that are looked at by one statement. */
const LOOKED_AT_TOGETHER = 1_000;
/** With more changes than this, watchers get a resync instead. It costs much, so it is sent at most this often. */
const PENDING_AT_MOST = 5_000;
const RESYNC_EVERY_MS = 1_000;
const VIEWS_AT_MOST = 500;

/** What watchers are told of. */
export interface EventSource<K, E> {
  permission: Permission;
  fields: FieldSet;
  /** The condition that something is in the watcher's scope; undefined where that is all. */
  scope(context: Context): Promise<SQL | undefined>;
  resync(): E;
  /** The events of what changed, and whether each passes each of the tests, in their order. */
  read(keys: readonly K[], tests: readonly SQL[]): Promise<{ event: E; passes: readonly boolean[] }[]>;
}

/** A watcher: its caller and filter, and the caller when `recheck` last ran. */
interface Watcher {
  context: Context;
  filter: Expression | undefined;
  caller: Caller;
}

export interface EventWatchers<K, E> {
  add(filter: Expression | undefined, feed: Feed<E>, context: Context): void;
  remove(feed: Feed<E>): void;
  /** Whether nobody watches. */
  isEmpty(): boolean;
  /** These may have changed. */
  onKeys(keys: Iterable<K>): void;
  /** Changes may have been missed. */
  onMissedChanges(): void;
  /** Callers may have lost permissions, or have other scopes. */
  recheck(): void;
}

/** The watchers of one kind of things of one tenant. Filters that look the same are tested once for all who have them. */
export function openEventWatchers<K, E>(
  platform: Platform,
  log: (error: unknown) => void,
  source: EventSource<K, E>,
): EventWatchers<K, E> {
  const watchers = new Map<Feed<E>, Watcher>();
  const viewKeyOf = (watcher: Watcher) => viewKey(source, watcher);
  const queue = openQueue<K>({
    isWatched: () => watchers.size > 0,
    async onKeys(keys) {
      const views = [...groupByView(watchers, viewKeyOf).values()];
      const tests = await Promise.all(views.map(([feed]) => testOf(platform, source, watchers.get(feed!)!)));
      for (const { event, passes } of await source.read(keys, tests))
        for (const [at, feeds] of views.entries()) if (passes[at]) for (const feed of feeds) feed.push(event);
    },
    onMissed() {
      for (const feed of watchers.keys()) feed.push(source.resync());
    },
    log,
  });

  const recheck = (feed: Feed<E>, watcher: Watcher) => {
    const { context, caller: before } = watcher;
    if (before === context.caller) return;
    const oldKey = viewKeyOf({ ...watcher, context: { ...context, caller: before } });
    watcher.caller = context.caller;
    if (!context.caller.permissions.has(source.permission)) return feed.fail(forbidden(source.permission));
    try {
      if (watcher.filter) requireFilterReadable(context, source.fields, watcher.filter);
      if (viewKeyOf(watcher) !== oldKey) feed.push(source.resync());
    } catch (error) {
      feed.fail(error as Error);
    }
  };

  return {
    add(filter, feed, context) {
      const watcher = { context, filter, caller: context.caller };
      const views = groupByView(watchers, viewKeyOf);
      if (views.size >= VIEWS_AT_MOST && !views.has(viewKeyOf(watcher)))
        throw quotaExceeded('different filters watched at the same time', VIEWS_AT_MOST, ['filter']);
      watchers.set(feed, watcher);
      feed.push(source.resync());
    },
    remove: (feed) => void watchers.delete(feed),
    isEmpty: () => watchers.size === 0,
    onKeys: queue.add,
    onMissedChanges: queue.miss,
    recheck() {
      for (const [feed, watcher] of [...watchers]) recheck(feed, watcher);
    },
  };
}

interface QueueOptions<K> {
  isWatched: () => boolean;
  onKeys: (keys: readonly K[]) => Promise<void>;
  onMissed: () => void;
  log: (error: unknown) => void;
}

/** Hands on what came within a few milliseconds together; too much of it, and all that fails, as missed. */
function openQueue<K>({ isWatched, onKeys, onMissed, log }: QueueOptions<K>) {
  const pending = new Set<K>();
  let isMissed = false;
  let working = false;
  let missedAt = 0;

  const work = async () => {
    if (working) return;
    working = true;
    while (isWatched() && (isMissed || pending.size)) {
      const pause = isMissed ? Math.max(COALESCE_MS, missedAt - performance.now()) : COALESCE_MS;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (isMissed) {
        isMissed = false;
        missedAt = performance.now() + RESYNC_EVERY_MS;
        onMissed();
        continue;
      }
      const keys = [...pending].slice(0, LOOKED_AT_TOGETHER);
      for (const key of keys) pending.delete(key);
      await onKeys(keys).catch((error) => {
        log(error);
        miss();
      });
    }
    working = false;
  };
  const miss = () => {
    pending.clear();
    isMissed = true;
    void work();
  };
  return {
    add(keys: Iterable<K>) {
      for (const key of keys) pending.add(key);
      if (pending.size > PENDING_AT_MOST) miss();
      else void work();
    },
    miss,
  };
}

/** The same for all watchers who see the same. */
const viewKey = <K, E>({ permission, fields }: EventSource<K, E>, { context, filter }: Watcher): string =>
  JSON.stringify([
    filter && printFilter(filter),
    context.caller.permissions.get(permission),
    filter && scopesOfFilter(context, fields, filter),
  ]);

/** The condition that something matches a watcher's filter and is in its scope. */
async function testOf<K, E>(
  platform: Platform,
  { fields, scope }: EventSource<K, E>,
  { context, filter }: Watcher,
): Promise<SQL> {
  const tenant = await platform.tenants.byId(context.caller.tenantId);
  const moments = filterMoments(tenant, platform.clock());
  const matches = filter && compileFilter(filter, await readableFields(context, fields, filter), moments);
  return and(matches, await scope(context)) ?? sql`TRUE`;
}

function groupByView<E>(
  watchers: ReadonlyMap<Feed<E>, Watcher>,
  keyOf: (watcher: Watcher) => string,
): Map<string, Feed<E>[]> {
  const views = new Map<string, Feed<E>[]>();
  for (const [feed, watcher] of watchers) {
    const key = keyOf(watcher);
    const view = views.get(key);
    if (view) view.push(feed);
    else views.set(key, [feed]);
  }
  return views;
}
