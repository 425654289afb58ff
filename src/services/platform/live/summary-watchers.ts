import { forbidden } from '../../../errors.ts';
import { type FleetSummary, summarizeFleet } from '../../fleet/targets/summary.ts';
import type { Context } from '../../shared/context.ts';
import type { Feed } from './feed.ts';
import { openRecounts } from './recounts.ts';

/** Polls and the passing of time change the numbers, too, and nobody announces them. */
const LOOK_AGAIN_MS = 10_000;

/** The watchers of one tenant's numbers. */
export interface SummaryWatchers {
  enter(watcher: Feed<FleetSummary>, context: Context): void;
  leave(watcher: Feed<FleetSummary>): void;
  /** Something changed. */
  hear(): void;
  recheck(): void;
}

interface Watcher {
  context: Context;
  /** What it was told last. */
  told?: string;
}

/** The same for all whose permission reaches the same targets. */
const scopeKey = ({ caller }: Context) => JSON.stringify(caller.permissions.get('READ_TARGET'));

/** `onEmpty` is called when nobody watches, and counting anew wouldn't come too early. */
export function openSummaryWatchers(log: (error: unknown) => void, onEmpty: () => void): SummaryWatchers {
  const watchers = new Map<Feed<FleetSummary>, Watcher>();
  /** By scope. */
  let latest = new Map<string, FleetSummary>();

  const tell = () => {
    const texts = new Map([...latest].map(([scope, summary]) => [scope, JSON.stringify(summary)]));
    for (const [feed, watcher] of watchers) {
      const scope = scopeKey(watcher.context);
      const text = texts.get(scope);
      if (text === undefined || watcher.told === text) continue;
      watcher.told = text;
      feed.push(latest.get(scope)!);
    }
  };
  /** Once for each scope. */
  const countAll = async () => {
    const contexts = new Map(
      [...watchers.values()].map(({ context }) => [scopeKey(context), { ...context }]),
    );
    const counted = new Map<string, FleetSummary>();
    for (const [scope, context] of contexts) counted.set(scope, await summarizeFleet(context));
    return counted;
  };
  const recounts = openRecounts({
    isWatched: () => watchers.size > 0,
    async count() {
      latest = await countAll();
      tell();
    },
    onEmpty() {
      clearInterval(lookAgain);
      onEmpty();
    },
    log,
  });
  const lookAgain = setInterval(recounts.hear, LOOK_AGAIN_MS);

  return {
    enter(feed, context) {
      watchers.set(feed, { context });
      tell();
      if (!latest.has(scopeKey(context)) || recounts.isOutdated() || watchers.size === 1) recounts.hear();
    },
    leave(feed) {
      watchers.delete(feed);
      recounts.leave();
    },
    hear: recounts.hear,
    recheck() {
      for (const [feed, { context }] of watchers)
        if (!context.caller.permissions.has('READ_TARGET')) feed.fail(forbidden('READ_TARGET'));
        else if (!latest.has(scopeKey(context))) recounts.hear();
      tell();
    },
  };
}
