import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isUnavailable } from '../../../../src/database/unavailable.ts';
import { listEnrollmentGroups } from '../../../../src/services/devices/enrollment/list.ts';
import { updateEnrollmentGroup } from '../../../../src/services/devices/enrollment/update.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { openTwoProcesses } from '../../../support/devices.ts';

const world = await openTwoProcesses();
const { here, there } = world;

async function openGroup(registrationLimit: number | null, polls = 0) {
  const opened = await world.openTenant();
  const { context, ask, newGroup } = opened;
  const { group, shown } = await newGroup({ registrationLimit });
  /** Asks again, as devices do, while there is no connection to the database for so many. */
  const askOn = async (...call: Parameters<typeof ask>): Promise<unknown> => {
    for (;;)
      try {
        return await ask(...call);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        // Not all in one moment, or asking again is all that the processes do.
        await pause(100 * Math.random());
      }
  };
  /** Many first polls at once, by turns of both processes: how many were let in, and how the others were refused. */
  const storm = async (from: number, count: number) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: count }, (_, n) => askOn(`d${from + n}`, shown, n % 2 ? here : there)),
    );
    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? String(outcome.reason.code) : [],
    );
    return { admitted: count - reasons.length, reasons: [...new Set(reasons)] };
  };
  await storm(0, polls);
  return {
    ...opened,
    group,
    shown,
    storm,
    limit: (limit: number) => updateEnrollmentGroup(context, { id: group.id, registrationLimit: limit }),
    total: async () => (await listTargets(context, {})).total(),
    counted: async () => {
      const { items } = await (await listEnrollmentGroups(context, { filter: `id==${group.id}` })).page();
      return items[0]!.registrations;
    },
  };
}

const FULL = { code: 'QUOTA_EXCEEDED', details: { path: ['registrationLimit'] } };

describe('a limit of registrations', () => {
  it('lets exactly so many in, however many ask at once in several processes', async () => {
    const { storm, total, counted } = await openGroup(100);
    expect(await storm(0, 400)).toEqual({ admitted: 100, reasons: ['QUOTA_EXCEEDED'] });
    expect(await total()).toBe(100);
    expect(await counted()).toBe(100);
  });

  it('registers exactly 200 of 2,000 that ask at once', { timeout: 120_000 }, async () => {
    const { storm, total } = await openGroup(200);
    expect(await storm(0, 2_000)).toEqual({ admitted: 200, reasons: ['QUOTA_EXCEEDED'] });
    expect(await total()).toBe(200);
  });

  it('counts a device once, however often it asks at once', async () => {
    const { ask, shown, counted } = await openGroup(10);
    await Promise.all(Array.from({ length: 20 }, (_, n) => ask('a', shown, n % 2 ? here : there)));
    expect(await counted()).toBe(1);
  });

  it('leaves those who are in alone', async () => {
    const { ask, shown } = await openGroup(1);
    await ask('a', shown);
    await expect(ask('b', shown)).rejects.toMatchObject(FULL);
    await ask('a', shown);
  });

  it('counts those deleted since, too', async () => {
    const { context, ask, shown } = await openGroup(1);
    await ask('a', shown);
    await deleteTargets(context, { controllerIds: ['a'] });
    await expect(ask('a', shown)).rejects.toMatchObject(FULL);
  });

  it('can be raised, and lowered below what there is', async () => {
    const { storm, limit, total } = await openGroup(10, 10);
    await limit(12);
    expect(await storm(10, 10)).toMatchObject({ admitted: 2 });
    await limit(5);
    expect(await storm(30, 5)).toMatchObject({ admitted: 0 });
    expect(await total()).toBe(12);
  });

  it('set on a group that had none counts the targets it has registered', async () => {
    const { storm, limit } = await openGroup(null, 8);
    await limit(10);
    expect(await storm(8, 10)).toMatchObject({ admitted: 2 });
  });

  it('of 0 lets nobody in', async () => {
    const { storm } = await openGroup(0);
    expect(await storm(0, 3)).toEqual({ admitted: 0, reasons: ['QUOTA_EXCEEDED'] });
  });
});
