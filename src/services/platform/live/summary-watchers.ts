import { forbidden } from '../../../errors.ts';
import { type FleetSummary, summarizeFleet } from '../../fleet/targets/summary.ts';
import type { Context } from '../../shared/context.ts';
import type { Feed } from './feed.ts';
import { openRecounts } from './recounts.ts';

/** Polls and the passing of time change the numbers too, and are not announced. */
const LOOK_AGAIN_MS = 10_000;

/** The watchers of one tenant's numbers. */
export interface SummaryWatchers {
  add(watcher: Feed<FleetSummary>, context: Context): void;
  remove(watcher: Feed<FleetSummary>): void;
  /** Something changed. */
  onChange(): void;
  recheck(): void;
}

interface Watcher {
  context: Context;
  /** What it was sent last. */
  sent?: string;
}

/** The same for all callers with the same scope. */
const scopeKeyOf = ({ caller }: Context) => JSON.stringify(caller.permissions.get('READ_TARGET'));

/** `onEmpty` is called when nobody watches any more and the pause after the last count is over. */
export function openSummaryWatchers(log: (error: unknown) => void, onEmpty: () => void): SummaryWatchers {
  const watchers = new Map<Feed<FleetSummary>, Watcher>();
  /** By scope. */
  let latest = new Map<string, FleetSummary>();

  const sendLatest = () => {
    const texts = new Map([...latest].map(([scope, summary]) => [scope, JSON.stringify(summary)]));
    for (const [feed, watcher] of watchers) {
      const scope = scopeKeyOf(watcher.context);
      const text = texts.get(scope);
      if (text === undefined || watcher.sent === text) continue;
      watcher.sent = text;
      feed.push(latest.get(scope)!);
    }
  };
  /** Once for each scope. */
  const countAll = async () => {
    const contexts = new Map(
      [...watchers.values()].map(({ context }) => [scopeKeyOf(context), { ...context }]),
    );
    const counted = new Map<string, FleetSummary>();
    for (const [scope, context] of contexts) counted.set(scope, await summarizeFleet(context));
    return counted;
  };
  const recounts = openRecounts({
    isWatched: () => watchers.size > 0,
    async count() {
      latest = await countAll();
      sendLatest();
    },
    onEmpty() {
      clearInterval(lookAgain);
      onEmpty();
    },
    log,
  });
  const lookAgain = setInterval(recounts.onChange, LOOK_AGAIN_MS);

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
      for (const [feed, { context }] of watchers)
        if (!context.caller.permissions.has('READ_TARGET')) feed.fail(forbidden('READ_TARGET'));
        else if (!latest.has(scopeKeyOf(context))) recounts.onChange();
      sendLatest();
    },
  };
}
