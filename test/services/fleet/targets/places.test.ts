import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { TargetOrderField } from '../../../../src/services/fleet/targets/order.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import type { PageRequest } from '../../../../src/services/shared/page.ts';
import { newPlaces } from '../../../../src/services/shared/places.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../../support/platform.ts';

let here: TestPlatform;
/** Another process on the same database. */
let there: TestPlatform;
beforeAll(async () => {
  [here, there] = await Promise.all([openTestPlatform(), openTestPlatform()]);
});
afterAll(() => Promise.all([here.close(), there.close()]));

const FLEET = 1_000;
const PAGE = 40;

async function newFleet() {
  const tenant = await newTenant(here.platform);
  const mine = tenant.contextOf();
  for (const half of [0, FLEET / 2])
    await createTargets(mine, {
      targets: Array.from({ length: FLEET / 2 }, (_, n) => ({
        controllerId: `device-${half + n + 1000}`,
        // So that the order by name is another one, in which many are alike.
        name: `name ${(half + n) % 7}`,
      })),
    });
  return { tenant, mine, theirs: { ...mine, ...there.platform } };
}

type Request = PageRequest<TargetOrderField>;
const pageAt = async (context: Context, request: Request, offset: number, first = PAGE) => {
  const { items, hasNext } = await (await listTargets(context, { ...request, offset, first })).page();
  return { ids: items.map(({ controllerId }) => controllerId), hasNext };
};
/** All of a list, by cursors: nothing of it is remembered. */
async function all(context: Context, request: Request): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { items, cursorOf, hasNext } = await (
      await listTargets(context, { ...request, after, first: 500 })
    ).page();
    ids.push(...items.map(({ controllerId }) => controllerId));
    if (!hasNext) return ids;
    after = cursorOf(items.at(-1)!);
  }
}

const ORDERS: Request[] = [
  {},
  { orderBy: [{ field: 'name', direction: 'desc' }] },
  { orderBy: [{ field: 'createdAt', direction: 'asc' }] },
  { filter: 'name=="name 1",name=="name 2"', orderBy: [{ field: 'controllerId', direction: 'desc' }] },
  { orderBy: [{ field: 'group', direction: 'asc' }] },
];

it('gives the same pages by offset as by cursor, wherever one jumps', async () => {
  const { mine } = await newFleet();
  for (const order of ORDERS) {
    const whole = await all(mine, order);
    for (const offset of [600, 600, 640, 200, 210, 999, 1000, 5000, 1, 0, 641, 680, 960, 961, 600])
      expect(await pageAt(mine, order, offset), `${JSON.stringify(order)} ${offset}`).toEqual({
        ids: whole.slice(offset, offset + PAGE),
        hasNext: whole.length > offset + PAGE,
      });
  }
});

it('begins where the page before ended, and passes over nothing', async () => {
  const { mine, tenant } = await newFleet();
  const placeAt = (offset: number) =>
    here.platform.totals
      .places(tenant.tenantId, undefined, { name: 'controllerId asc', isFixed: true })
      ?.nearest(offset);
  const whole = await all(mine, {});
  await pageAt(mine, {}, 500);
  expect(placeAt(500)).toEqual({ at: 500, values: [whole[499]] });
  // What a target is called doesn't move it, what devices report neither.
  await updateTarget(mine, { controllerId: whole[0]!, name: 'renamed' });
  expect(placeAt(550)).toEqual({ at: 500, values: [whole[499]] });
  await deleteTargets(mine, { controllerIds: [whole[1]!] });
  expect(placeAt(550)).toBeUndefined();
});

it('forgets places when anything moves in the list, here and in other processes', async () => {
  const { mine, theirs } = await newFleet();
  const byName: Request = { orderBy: [{ field: 'name', direction: 'asc' }] };
  for (const context of [mine, theirs]) for (const order of [{}, byName]) await pageAt(context, order, 700);

  const changes = [
    () => updateTarget(mine, { controllerId: 'device-1900', name: 'a first name' }),
    () => createTargets(mine, { targets: [{ controllerId: 'a-first-id', name: 'a' }] }),
    () => deleteTargets(mine, { controllerIds: ['device-1000', 'device-1001'] }),
  ];
  for (const change of changes) {
    await change();
    for (const order of [{}, byName]) {
      const expected = (await all(mine, order)).slice(700, 700 + PAGE);
      expect((await pageAt(mine, order, 700)).ids).toEqual(expected);
      await vi.waitFor(async () => expect((await pageAt(theirs, order, 700)).ids).toEqual(expected));
    }
  }
});

it('keeps the lists of scopes apart', async () => {
  const { mine, tenant } = await newFleet();
  const scoped = tenant.contextOf(['READ_TARGET/name=="name 3"']);
  await pageAt(mine, {}, 100, 10);
  const whole = await all(scoped, {});
  expect(whole.length).toBeLessThan(150);
  expect((await pageAt(scoped, {}, 100, 10)).ids).toEqual(whole.slice(100, 110));
});

it('remembers no more places of a list than it may, evenly apart', () => {
  const places = newPlaces();
  for (let at = 50; at <= 1_000_000; at += 50) places.note({ at, values: [at] });
  const found = new Set<number>();
  for (let offset = 0; offset <= 1_000_000; offset += 50) {
    const place = places.nearest(offset);
    if (place) found.add(place.at);
    if (offset > 10_000) expect(offset - place!.at).toBeLessThan(10_000);
    if (place) expect(place.at).toBeLessThanOrEqual(offset);
  }
  expect(found.size).toBeLessThanOrEqual(500);
  expect(found.size).toBeGreaterThan(200);
});
