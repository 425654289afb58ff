import { forbidden } from '../../../errors.ts';
import type { Permission } from '../../access/grants.ts';
import type { Context } from '../../shared/context.ts';
import type { Feed } from './feed.ts';
import { openRecounts } from './recounts.ts';

/** What watchers are told of: something of which only the newest counts. */
export interface LatestSource<T> {
  permission: Permission;
  read(context: Context): Promise<T>;
  /** After how long it may be different although nothing was announced; never unless told. */
  lookAgainMs?: number;
}

/** The watchers of something of one tenant. It is read once for all of them who have the same scope. */
export interface LatestWatchers<T> {
  add(watcher: Feed<T>, context: Context): void;
  remove(watcher: Feed<T>): void;
  /** Something changed. */
  onChange(): void;
  recheck(): void;
}

interface Watcher {
  context: Context;
  /** What it was sent last. */
  sent?: string;
}

interface Options {
  log: (error: unknown) => void;
  /** Called when nobody watches any more and the pause after the last read is over. */
  onEmpty: () => void;
}

export function openLatestWatchers<T>(
  { permission, read, lookAgainMs }: LatestSource<T>,
  { log, onEmpty }: Options,
): LatestWatchers<T> {
  const watchers = new Map<Feed<T>, Watcher>();
  /** By scope. */
  let latest = new Map<string, T>();
  /** The same for all callers with the same scope. */
  const scopeKeyOf = ({ caller }: Context) => JSON.stringify(caller.permissions.get(permission));

  const sendLatest = () => {
    const texts = new Map([...latest].map(([scope, value]) => [scope, JSON.stringify(value)]));
    for (const [feed, watcher] of watchers) {
      const scope = scopeKeyOf(watcher.context);
      const text = texts.get(scope);
      if (text === undefined || watcher.sent === text) continue;
      watcher.sent = text;
      feed.push(latest.get(scope)!);
    }
  };
  /** Once for each scope. */
  const readAll = async () => {
    const contexts = new Map(
      [...watchers.values()].map(({ context }) => [scopeKeyOf(context), { ...context }]),
    );
    const found = new Map<string, T>();
    // `recheck` ends the feed of a caller who has lost the permission.
    for (const [scope, context] of contexts)
      if (context.caller.permissions.has(permission)) found.set(scope, await read(context));
    return found;
  };
  const recounts = openRecounts({
    isWatched: () => watchers.size > 0,
    async count() {
      latest = await readAll();
      sendLatest();
    },
    onEmpty() {
      clearInterval(lookAgain);
      onEmpty();
    },
    log,
  });
  const lookAgain = lookAgainMs && setInterval(recounts.onChange, lookAgainMs);

  return {
    add(feed, context) {
      watchers.set(feed, { context });
      sendLatest();
      if (!latest.has(scopeKeyOf(context)) || recounts.isOutdated() || watchers.size === 1)
        recounts.onChange();
    },
    remove(feed) {
      watchers.delete(feed);
      recounts.onRemove();
    },
    onChange: recounts.onChange,
    recheck() {
      for (const [feed, { context }] of [...watchers])
        if (!context.caller.permissions.has(permission)) feed.fail(forbidden(permission));
        else if (!latest.has(scopeKeyOf(context))) recounts.onChange();
      sendLatest();
    },
  };
}
