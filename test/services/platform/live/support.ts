import { randomBytes } from 'node:crypto';
import { afterAll, expect } from 'vitest';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { TargetEvent } from '../../../../src/services/platform/live/events.ts';
import type { Feed } from '../../../../src/services/platform/live/feed.ts';
import { type Live, type LiveContext, openLive } from '../../../../src/services/platform/live/live.ts';
import { watchTargets } from '../../../../src/services/platform/live/watch-targets.ts';
import type { Context, Platform } from '../../../../src/services/shared/context.ts';
import { openTestPlatform } from '../../../support/platform.ts';

/** Two processes on one database, each with watchers of its own; what they log is an error. */
export async function openTwoProcesses() {
  const here = await openTestPlatform();
  const there = await openTestPlatform();
  const logged: unknown[] = [];
  const log = (error: unknown) => void logged.push(error);
  const liveHere = openLive(here.platform, log);
  const liveThere = openLive(there.platform, log);
  afterAll(async () => {
    liveHere.close();
    liveThere.close();
    await here.close();
    await there.close();
    expect(logged).toEqual([]);
  });
  return { here: here.platform, there: there.platform, liveHere, liveThere };
}

export const watching = (context: Context, live: Live, platform: Platform): LiveContext => ({
  ...context,
  ...platform,
  live,
});

export interface Watch {
  /** The events that came since the last call: `type controllerId`, all those that are caused by what was done before. */
  news(): Promise<string[]>;
  feed: Feed<TargetEvent>;
}

/** Watches once the first event has come; `changer` belongs to the process that changes things. */
export async function watch(context: LiveContext, changer: Context, filter?: string): Promise<Watch> {
  const feed = watchTargets(context, { filter });
  const next = async () => (await feed.next()).value as TargetEvent;
  expect((await next()).type).toBe('resync');
  // Every change is told in its turn, so what comes before a target that is made for this comes of what was before it.
  const marks = watchTargets(context, { filter: undefined });
  await marks.next();
  const heard: string[] = [];
  let failure: unknown;
  void (async () => {
    for (;;) {
      const { done, value } = await feed.next();
      if (done) return;
      heard.push(textOf(value));
    }
  })().catch((error) => {
    failure = error;
  });
  const watch: Watch = {
    feed,
    async news() {
      let mark: string | undefined;
      for (;;) {
        if (!mark) {
          mark = `mark-${randomBytes(6).toString('hex')}`;
          await createTargets(changer, { targets: [{ controllerId: mark }] });
        }
        const { value } = await marks.next();
        if (value.controllerId === mark) break;
        // It stands for all that wasn't told yet, the mark included.
        if (value.type === 'resync') mark = undefined;
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (failure) throw failure;
      return heard.splice(0).filter((text) => !text.includes('mark-'));
    },
  };
  // Announcements of what was before the watch may still be on their way.
  await watch.news();
  return watch;
}

const textOf = ({ type, controllerId }: TargetEvent) => [type, controllerId].filter(Boolean).join(' ');
