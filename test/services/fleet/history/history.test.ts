import { eq } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fleetHistory } from '../../../../src/database/tables/fleet-history.ts';
import { openPollCounts } from '../../../../src/services/fleet/history/poll-counts.ts';
import { readFleetHistory } from '../../../../src/services/fleet/history/read.ts';
import { writeFleetHistory, writeHistoryOf } from '../../../../src/services/fleet/history/write.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const first = await openTestPlatform();
const second = await openTestPlatform();
const { database } = first.platform;
afterAll(async () => {
  await first.close();
  await second.close();
});

let tenant: TestTenant;
let context: Context;
beforeEach(async () => {
  tenant = await newTenant(first.platform);
  context = tenant.contextOf();
});

const NOON = new Date('2026-03-01T12:00:00Z');
const at = (minutes: number) => new Date(NOON.getTime() + minutes * MINUTE);
const fail = (error: unknown) => {
  throw error;
};
const read = (interval: 'fiveMinutes' | 'hour' | 'day', from: Date, to: Date) =>
  readFleetHistory(context, { from, to, interval });
const made = (time: Date, names: string[], by = context) =>
  createTargets({ ...by, clock: () => time }, { targets: names.map((controllerId) => ({ controllerId })) });
const rows = () =>
  database
    .select()
    .from(fleetHistory)
    .where(eq(fleetHistory.tenantId, tenant.tenantId))
    .orderBy(fleetHistory.at)
    .limit(1_000);

describe('polls', () => {
  it('are the sum of all processes, each counted once', async () => {
    const counts = [first, second].map(({ platform }) =>
      openPollCounts(platform.database, () => at(1), fail),
    );
    for (let n = 0; n < 10; n++) for (const one of counts) one.count(tenant.tenantId);
    await Promise.all(counts.map((one) => one.flush()));
    counts[0]!.count(tenant.tenantId);
    await Promise.all(counts.map((one) => one.close()));
    expect((await read('fiveMinutes', at(0), at(5))).map(({ polls }) => polls)).toEqual([21]);
  });

  it('of a tenant that is gone are left out', async () => {
    const counts = openPollCounts(database, () => at(1), fail);
    counts.count(2 ** 40);
    counts.count(tenant.tenantId);
    await counts.close();
    expect((await rows()).map(({ polls }) => polls)).toEqual([1]);
  });
});

describe('the history', () => {
  it('counts what was created, ended, and is there; writing it again changes nothing', async () => {
    await made(at(1), ['a', 'b']);
    await made(at(6), ['c']);
    await writeHistoryOf(database, tenant.tenantId, at(5));
    await writeHistoryOf(database, tenant.tenantId, at(12));
    const before = await rows();
    await Promise.all(
      [first, second].map(({ platform }) => writeHistoryOf(platform.database, tenant.tenantId, at(12))),
    );
    expect(await rows()).toEqual(before);
    expect(await read('fiveMinutes', at(0), at(15))).toMatchObject([
      { at: at(0), registered: 2, total: 3, inSync: 0, finished: 0 },
      { at: at(5), registered: 1, total: 3 },
      { at: at(10), registered: 0, total: null },
    ]);
    expect(await read('hour', at(0), at(60))).toMatchObject([{ registered: 3, total: 3, polls: 0 }]);
  });

  it('has what happened since it was written last, once', async () => {
    await made(at(1), ['a', 'b']);
    expect(await read('fiveMinutes', at(0), at(3))).toMatchObject([{ registered: 2, total: null }]);
    await writeHistoryOf(database, tenant.tenantId, at(5));
    await made(at(6), ['c']);
    await made(at(6), ['foreign'], (await newTenant(first.platform)).contextOf());
    const registered = async (...range: Parameters<typeof read>) =>
      (await read(...range)).map((point) => point.registered);
    expect(await registered('fiveMinutes', at(0), at(7))).toEqual([2, 1]);
    expect(await registered('hour', at(0), at(7))).toEqual([3]);
    await writeHistoryOf(database, tenant.tenantId, at(10));
    expect(await registered('hour', at(0), at(11))).toEqual([3]);
    expect(await registered('fiveMinutes', at(0), at(5))).toEqual([2]);
  });

  it('makes up for what was not written while no process ran', async () => {
    await made(at(1), ['a']);
    await writeHistoryOf(database, tenant.tenantId, at(5));
    await made(at(31), ['b']);
    await writeHistoryOf(database, tenant.tenantId, at(60));
    const points = await read('fiveMinutes', at(0), at(60));
    expect(points.map(({ registered }) => registered)).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    expect(points.map(({ total }) => total !== null)).toEqual([true, ...Array(10).fill(false), true]);
  });

  it('keeps polls that are counted before the rest is written, and after', async () => {
    const counts = openPollCounts(database, () => at(1), fail);
    counts.count(tenant.tenantId);
    await counts.flush();
    await made(at(1), ['a']);
    await writeHistoryOf(database, tenant.tenantId, at(5));
    counts.count(tenant.tenantId);
    await counts.close();
    expect(await read('fiveMinutes', at(0), at(5))).toMatchObject([{ polls: 2, registered: 1, total: 1 }]);
  });

  it('is kept by the hour after two days, and forgotten after those of the setting', async () => {
    const slots = [0, 5, 55, 60].map((minutes) => ({
      tenantId: tenant.tenantId,
      at: at(minutes),
      polls: 1,
      registered: 2,
      total: minutes + 1,
    }));
    await database.insert(fleetHistory).values(slots);
    const before = await read('hour', at(0), at(120));
    await writeFleetHistory(database, new Date(NOON.getTime() + 2 * DAY + 90 * MINUTE));
    expect((await rows()).slice(0, 2)).toMatchObject([
      { at: at(0), polls: 3, registered: 6, total: 56 },
      { at: at(60), polls: 1 },
    ]);
    expect(await read('hour', at(0), at(120))).toEqual(before);
    await setConfiguration(context, { 'fleet.history.retention.days': 3 });
    await writeFleetHistory(database, new Date(NOON.getTime() + 3 * DAY + MINUTE));
    expect((await rows()).map((row) => row.at)).not.toContainEqual(at(0));
    expect((await rows()).map((row) => row.at)).toContainEqual(at(60));
  });

  it('is of one tenant', async () => {
    const other = await newTenant(first.platform);
    await made(at(1), ['x'], other.contextOf());
    await writeHistoryOf(database, other.tenantId, at(5));
    expect(await read('hour', at(0), at(60))).toMatchObject([{ registered: 0, total: null }]);
  });

  it('has a bounded number of points, and is not for whoever may read only some targets', async () => {
    await expect(read('fiveMinutes', at(0), at(5 * 1001))).rejects.toThrow('more than 1000 points');
    await expect(read('day', at(5), at(0 - 24 * 60))).rejects.toThrow('after from');
    expect(await read('fiveMinutes', at(0), at(5 * 1000))).toHaveLength(1000);
    const scoped = tenant.contextOf(['READ_TARGET/group==eu']);
    await expect(readFleetHistory(scoped, { from: at(0), interval: 'day' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
