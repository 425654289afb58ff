import { describe, expect, it } from 'vitest';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { openLive } from '../../../../src/services/platform/live/live.ts';
import { watchSummary } from '../../../../src/services/platform/live/watch-summary.ts';
import { newTenant } from '../../../support/platform.ts';
import { openTwoProcesses, watching } from './support.ts';

const { here, there, liveThere } = await openTwoProcesses();

describe('watchSummary', () => {
  it('tells the numbers at once, and when another process changed them', async () => {
    const tenant = await newTenant(here);
    const feed = watchSummary(watching(tenant.contextOf(), liveThere, there));
    expect((await feed.next()).value).toMatchObject({ total: 0 });
    const next = feed.next();
    await createTargets(tenant.contextOf(), { targets: [{ controllerId: 'a' }] });
    expect((await next).value).toMatchObject({ total: 1, neverSeen: 1 });
    await feed.return!();
  });

  it('counts once for all who watch, and not for who comes later', async () => {
    const tenant = await newTenant(here);
    let counts = 0;
    const database = new Proxy(here.database, {
      get(target, property, receiver) {
        if (property === 'select') counts++;
        return Reflect.get(target, property, receiver);
      },
    });
    const live = openLive({ ...here, database }, console.error);
    const context = watching(tenant.contextOf(), live, { ...here, database });
    const feeds = Array.from({ length: 20 }, () => watchSummary(context));
    const totals = feeds.map(async (feed) => {
      for await (const { total } of feed) if (total === 5) return total;
      return undefined;
    });
    for (let n = 0; n < 5; n++)
      await createTargets(tenant.contextOf(), { targets: [{ controllerId: `d-${n}` }] });
    expect(await Promise.all(totals)).toEqual(feeds.map(() => 5));
    // At the beginning, and after each change at the most: how often within a second is in recounts.test.ts.
    expect(counts).toBeLessThanOrEqual(6);
    const before = counts;
    expect((await watchSummary(context).next()).value).toMatchObject({ total: 5 });
    expect(counts).toBe(before);
    live.close();
  });

  it('gives a slow reader the newest numbers only', async () => {
    const tenant = await newTenant(here);
    const feed = watchSummary(watching(tenant.contextOf(), liveThere, there));
    const reader = watchSummary(watching(tenant.contextOf(), liveThere, there));
    await feed.next();
    await reader.next();
    for (const controllerId of ['a', 'b']) {
      const next = reader.next();
      await createTargets(tenant.contextOf(), { targets: [{ controllerId }] });
      await next;
    }
    expect((await feed.next()).value).toMatchObject({ total: 2 });
  });

  it('needs READ_TARGET', async () => {
    const tenant = await newTenant(here);
    expect(() => watchSummary(watching(tenant.contextOf([]), liveThere, there))).toThrow(/READ_TARGET/);
  });
});
