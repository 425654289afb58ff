import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { AnnouncementListener } from '../../../../src/services/platform/announcements.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { openTotals } from '../../../../src/services/shared/totals.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../../support/platform.ts';

let here: TestPlatform;
/** Another process on the same database. */
let there: TestPlatform;
beforeAll(async () => {
  [here, there] = await Promise.all([openTestPlatform(), openTestPlatform()]);
});
afterAll(() => Promise.all([here.close(), there.close()]));

async function newFleet() {
  const tenant = await newTenant(here.platform);
  const mine = tenant.contextOf();
  return { mine, theirs: { ...mine, ...there.platform }, tenant };
}
const total = async (context: Context, filter?: string) =>
  (await listTargets(context, { filter: filter ?? null })).total();
const create = (context: Context, ...controllerIds: string[]) =>
  createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
/** How many counts the work asked the database for. */
async function countsOf(work: () => Promise<unknown>): Promise<number> {
  const asked = vi.spyOn(here.platform.database, 'execute');
  try {
    await work();
    return asked.mock.calls.length;
  } finally {
    asked.mockRestore();
  }
}

it('counts the targets of a list once until something of the tenant changes', async () => {
  const { mine } = await newFleet();
  await create(mine, 'one', 'two', 'three');
  expect(await total(mine)).toBe(3);
  expect(await total(mine, 'name==t*')).toBe(2);
  const again = () => Promise.all([total(mine), total(mine, 'name==t*'), total(mine, 'name==t*')]);
  expect(await countsOf(again)).toBe(0);

  // A change of one doesn't change how many there are, but perhaps how many match.
  await updateTarget(mine, { controllerId: 'one', name: 'tone' });
  expect(await countsOf(async () => expect(await total(mine)).toBe(3))).toBe(0);
  expect(await total(mine, 'name==t*')).toBe(3);
  await deleteTargets(mine, { controllerIds: ['two'] });
  expect([await total(mine), await total(mine, 'name==t*')]).toEqual([2, 2]);
});

it('counts what it remembers in a database that has all of it, not where the call reads', async () => {
  const { mine } = await newFleet();
  await create(mine, 'one');
  const late = { ...mine, database: there.platform.database, reads: async () => here.platform.database };
  expect(await countsOf(async () => expect(await total(late)).toBe(1))).toBe(1);
});

it('counts for each scope by itself, and each time where it depends on polls', async () => {
  const { mine, tenant } = await newFleet();
  await create(mine, 'one', 'two');
  const scoped = tenant.contextOf(['READ_TARGET/controllerId==one']);
  expect([await total(mine), await total(scoped)]).toEqual([2, 1]);
  expect(await countsOf(() => Promise.all([total(mine), total(scoped)]))).toBe(0);
  expect(await countsOf(() => total(mine, 'overdue==false'))).toBe(1);
  expect(await countsOf(() => total(mine, 'overdue==false'))).toBe(1);
});

it('forgets a count that was under way when something changed, and one that failed', async () => {
  let listener!: AnnouncementListener;
  let trusted = true;
  const subscribe = (given: AnnouncementListener) => {
    listener = given;
  };
  const totals = openTotals({ subscribe, trustworthy: () => trusted });
  for (const condition of [undefined, sql`name = ${'x'}`]) {
    const ask = (count: () => Promise<number>) => totals.remembered(1, condition, count);
    const later = {} as { done: (total: number) => void };
    const early = ask(() => new Promise((done) => void Object.assign(later, { done })));
    listener.created?.({ tenantId: 1 });
    expect(await ask(async () => 2)).toBe(2);
    later.done(1);
    expect(await early).toBe(1);
    expect(await ask(async () => 3)).toBe(2);
    listener.created?.({ tenantId: 2 });
    expect(await ask(async () => 4)).toBe(2);
    trusted = false;
    expect(await ask(async () => 5)).toBe(5);
    trusted = true;
    listener.everything();
    await expect(ask(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    expect(await ask(async () => 6)).toBe(6);
  }
});

it('is never older than what the caller has changed, while others change and count', async () => {
  const { mine, theirs } = await newFleet();
  let made = 0;
  const work = async (context: Context, name: string) => {
    for (let n = 1; n <= 15; n++) {
      // Under way while the change is made: what it finds must not be remembered.
      const before = [total(context), total(context, 'name==*')];
      await create(context, `${name}-${n}`);
      made++;
      const own = await total(context, `name==${name}-*`);
      expect(own).toBe(n);
      expect(await total(context)).toBeGreaterThanOrEqual(n);
      await Promise.all(before);
    }
  };
  await Promise.all([work(mine, 'here'), work(theirs, 'there'), work(mine, 'too')]);
  expect(made).toBe(45);
  for (const context of [mine, theirs])
    await vi.waitFor(async () =>
      expect([await total(context), await total(context, 'name==*')]).toEqual([45, 45]),
    );
});

it('of another process is the newest once it has heard of the change', async () => {
  const { mine, theirs } = await newFleet();
  await create(mine, 'one');
  await vi.waitFor(async () => expect(await total(theirs)).toBe(1));
  await create(mine, 'two');
  await vi.waitFor(async () => expect(await total(theirs)).toBe(2), { interval: 5 });
  await deleteTargets(mine, { controllerIds: ['one', 'two'] });
  await vi.waitFor(async () => expect(await total(theirs)).toBe(0), { interval: 5 });
});
