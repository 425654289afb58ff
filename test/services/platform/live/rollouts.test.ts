import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deleteRollout } from '../../../../src/services/deployments/rollouts/delete.ts';
import { stopRollout } from '../../../../src/services/deployments/rollouts/stop.ts';
import { updateRollout } from '../../../../src/services/deployments/rollouts/update.ts';
import { openLive } from '../../../../src/services/platform/live/live.ts';
import type { RolloutsProgress } from '../../../../src/services/platform/live/rollout-watchers.ts';
import { watchRollout } from '../../../../src/services/platform/live/watch-rollout.ts';
import { watchRollouts } from '../../../../src/services/platform/live/watch-rollouts.ts';
import { watchSummary } from '../../../../src/services/platform/live/watch-summary.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { addTargets, begin, plan, report, settle } from '../../deployments/rollouts/support.ts';
import { openTwoProcesses, watching } from './support.ts';

const { here, there, liveThere } = await openTwoProcesses();

describe('watchRollout', () => {
  it('tells how far a rollout is, when another process sees to it, until it finished', async () => {
    const context = (await newTenant(here)).contextOf();
    await addTargets(context, 'a', 'b');
    const id = await begin(context, { name: 'r', groupCount: 1 });
    const watched = await watchRollout(watching(context, liveThere, there), id);
    const next = async () => {
      const { value } = await watched.next();
      return [value.rollout.status, value.targetCounts.running, value.targetCounts.finished];
    };
    /** What is told between depends on how soon the other process hears of it. */
    const comesTo = async (...wanted: unknown[]) => {
      for (let told = await next(); !isDeepStrictEqual(told, wanted); told = await next())
        expect(told).toEqual(['running', expect.any(Number), expect.any(Number)]);
    };
    expect(await next()).toEqual(['running', 2, 0]);
    await report(context, 'a', 'success');
    await comesTo('running', 1, 1);
    await report(context, 'b', 'success');
    await settle(context, id);
    await comesTo('finished', 0, 2);
    expect(await watched.next()).toMatchObject({ done: true });
  });

  it('counts once a second at the most, once for all who watch', async () => {
    const context = (await newTenant(here)).contextOf();
    await addTargets(context, 'a');
    const id = await plan(context, { name: 'r' });
    const counts: number[] = [];
    const database = new Proxy(here.database, {
      get(target, property, receiver) {
        if (property === 'execute') counts.push(performance.now());
        return Reflect.get(target, property, receiver);
      },
    });
    const live = openLive({ ...here, database }, console.error);
    const watcher = watching(context, live, { ...here, database });
    const watched = await Promise.all(Array.from({ length: 10 }, () => watchRollout(watcher, id)));
    for (const each of watched) expect((await each.next()).value.rollout.description).toBeNull();
    for (let n = 1; n <= 20; n++) await updateRollout(context, { id, description: String(n) });
    const last = async (each: (typeof watched)[number]) => {
      while ((await each.next()).value.rollout.description !== '20');
    };
    await Promise.all(watched.map(last));
    // Two where all this takes less than a second, as it does on a machine that is not busy.
    expect(counts.length).toBeGreaterThan(1);
    for (const [n, at] of counts.slice(1).entries()) expect(at - counts[n]!).toBeGreaterThan(900);
    for (const each of watched) await each.return!();
  });

  it('ends where the rollout is gone or stopped, the permission is lost, or nobody wants to know any more', async () => {
    const tenant = await newTenant(here);
    const context = tenant.contextOf();
    await addTargets(context, 'a');
    const id = await plan(context, { name: 'r' });
    const watcher = watching(context, liveThere, there);
    await expect(watchRollout(watcher, id + 1_000_000)).rejects.toMatchObject({ code: 'ROLLOUT_NOT_FOUND' });

    const left = await watchRollout(watcher, id);
    await left.next();
    const waiting = left.next();
    await left.return!();
    expect(await waiting).toMatchObject({ done: true });

    const stranger = watching(tenant.contextOf(), liveThere, there);
    const lost = await watchRollout(stranger, id);
    await lost.next();
    stranger.caller = tenant.contextOf(['READ_TARGET']).caller;
    liveThere.recheck(tenant.tenantId);
    await expect(lost.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });

    const stopped = await watchRollout(watcher, id);
    expect((await stopped.next()).value.rollout.status).toBe('ready');
    await stopRollout(context, { id });
    expect((await stopped.next()).value.rollout.status).toBe('stopped');
    expect(await stopped.next()).toMatchObject({ done: true });
  });
});

describe('watchRollouts', () => {
  const statusesOf = ({ changed, removedIds }: RolloutsProgress) => [
    changed.map(({ rollout }) => `${rollout.name} ${rollout.status}`).toSorted(),
    removedIds,
  ];

  it('tells of all at once, and then of those that went on', async () => {
    const context = (await newTenant(here)).contextOf();
    await addTargets(context, 'a', 'b');
    const ids = [await plan(context, { name: 'one' }), await plan(context, { name: 'two' })];
    const feed = await watchRollouts(watching(context, liveThere, there), { ids });
    expect(statusesOf((await feed.next()).value)).toEqual([['one ready', 'two ready'], []]);
    await stopRollout(context, { id: ids[1]! });
    const { value } = await feed.next();
    expect(statusesOf(value)).toEqual([['two stopped'], []]);
    expect(value.changed[0]!.targetCounts).toMatchObject({ notStarted: 2 });
    await deleteRollout(context, { id: ids[0]! });
    expect(statusesOf((await feed.next()).value)).toEqual([['one deleting'], []]);
    await feed.return!();
  });

  it('follows a filter: rollouts come in and leave', async () => {
    const context = (await newTenant(here)).contextOf();
    await addTargets(context, 'a');
    const first = await plan(context, { name: 'one' });
    const feed = await watchRollouts(watching(context, liveThere, there), { filter: 'status==ready' });
    expect(statusesOf((await feed.next()).value)).toEqual([['one ready'], []]);
    await plan(context, { name: 'two' });
    expect(statusesOf((await feed.next()).value)).toEqual([['two ready'], []]);
    await stopRollout(context, { id: first });
    expect(statusesOf((await feed.next()).value)).toEqual([[], [first]]);
    await feed.return!();
  });

  it('tells a slow reader of several changes together', async () => {
    const context = (await newTenant(here)).contextOf();
    await addTargets(context, 'a');
    const ids = [await plan(context, { name: 'one' }), await plan(context, { name: 'two' })];
    const watcher = watching(context, liveThere, there);
    const slow = await watchRollouts(watcher, { ids });
    const quick = await watchRollouts(watcher, { ids });
    await slow.next();
    await quick.next();
    for (const id of ids) {
      await stopRollout(context, { id });
      await quick.next();
    }
    expect(statusesOf((await slow.next()).value)).toEqual([['one stopped', 'two stopped'], []]);
    for (const feed of [slow, quick]) await feed.return!();
  });

  it('counts each rollout once for all who watch it, however many and in whatever lists', async () => {
    const context = (await newTenant(here)).contextOf();
    await addTargets(context, 'a');
    const ids = await Promise.all(
      ['one', 'two', 'three'].map((name) => plan(context, { name, groupCount: 1 })),
    );
    let counts = 0;
    const database = new Proxy(here.database, {
      get(target, property, receiver) {
        if (property === 'execute') counts++;
        return Reflect.get(target, property, receiver);
      },
    });
    const live = openLive({ ...here, database }, console.error);
    const watcher = watching(context, live, { ...here, database });
    const feeds = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        watchRollouts(watcher, n % 3 ? { ids: ids.slice(n % 2) } : { filter: 'name==*' }),
      ),
    );
    for (const feed of feeds) await feed.next();
    await updateRollout(context, { id: ids[2]!, description: 'new' });
    for (const feed of feeds)
      expect((await feed.next()).value.changed).toMatchObject([{ rollout: { description: 'new' } }]);
    // One for all three at first, and one for that which changed; a busy machine may take more turns.
    expect(counts).toBeLessThan(10);
    live.close();
  });

  it('refuses what is unknown, too much, or neither ids nor a filter', async () => {
    const tenant = await newTenant(here);
    const watch = (
      input: Parameters<typeof watchRollouts>[1],
      grants?: Parameters<typeof tenant.contextOf>[0],
    ) => watchRollouts(watching(tenant.contextOf(grants), liveThere, there), input);
    await expect(watch({ ids: [1_000_000] })).rejects.toMatchObject({
      code: 'ROLLOUT_NOT_FOUND',
      details: { path: ['ids', '0'] },
    });
    for (const input of [{}, { ids: [1], filter: 'name==x' }, { ids: Array(101).fill(1) }, { ids: [] }])
      await expect(watch(input)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(watch({ filter: 'nam==x' })).rejects.toMatchObject({ code: 'FILTER_FIELD_UNKNOWN' });
    await expect(watch({ filter: 'name==x' }, ['READ_TARGET'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

it('asks the database no more once what it is opened on is closed', async () => {
  const context = (await newTenant(here)).contextOf();
  const logged: unknown[] = [];
  const own = await openTestPlatform();
  const live = openLive(own.platform, (error) => logged.push(error));
  const feed = watchSummary(watching(context, live, own.platform));
  await feed.next();
  own.platform.announcements.announce({ tenantId: context.caller.tenantId });
  await own.close();
  expect(await feed.next()).toMatchObject({ done: true });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(logged).toEqual([]);
});
