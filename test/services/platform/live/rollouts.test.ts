import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { stopRollout } from '../../../../src/services/deployments/rollouts/stop.ts';
import { updateRollout } from '../../../../src/services/deployments/rollouts/update.ts';
import { openLive } from '../../../../src/services/platform/live/live.ts';
import { watchRollout } from '../../../../src/services/platform/live/watch-rollout.ts';
import { newTenant } from '../../../support/platform.ts';
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
