import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { targetTypes } from '../../../src/database/tables/target-types.ts';
import type { Permission } from '../../../src/services/access/permissions.ts';
import type { Announcement } from '../../../src/services/announcements.ts';
import { change } from '../../../src/services/change.ts';
import type { Context } from '../../../src/services/context.ts';
import { type CreatedTargetTypes, createTargetTypes } from '../../../src/services/target-types/create.ts';
import { deleteTargetType } from '../../../src/services/target-types/delete.ts';
import { findTargetType, findTargetTypes, typeNamesOf } from '../../../src/services/target-types/find.ts';
import type { TargetTypeInput } from '../../../src/services/target-types/input.ts';
import { listTargetTypes } from '../../../src/services/target-types/list.ts';
import { updateTargetType } from '../../../src/services/target-types/update.ts';
import { createTargets } from '../../../src/services/targets/create.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../support/platform.ts';

let opened: TestPlatform;
beforeAll(async () => {
  opened = await openTestPlatform();
});
afterAll(() => opened.close());

const newContext = async () => (await newTenant(opened.platform)).contextOf();
const at = (context: Context, iso: string): Context => ({ ...context, clock: () => new Date(iso) });
const NO_ID = 999_999_999;

async function create(context: Context, ...types: TargetTypeInput[]) {
  const { targetTypes, faults } = await createTargetTypes(context, { targetTypes: types });
  expect(faults).toEqual([]);
  return targetTypes;
}
const faultsOf = ({ faults }: CreatedTargetTypes) =>
  faults.map(({ code, details }) => `${code} ${details.path?.join('.')}`);
const storedNames = async (context: Context) => {
  const { items } = await (await listTargetTypes(context, {})).page();
  return items.map(({ name }) => name);
};
/** A clock that never says the same twice, as a slow machine's. */
function ticking(context: Context): Context {
  let now = Date.parse('2024-01-01T00:00:00Z');
  return { ...context, clock: () => new Date(now++) };
}

describe('finding', () => {
  it('gives a place to each id', async () => {
    const context = await newContext();
    const [a, b] = await create(context, { name: 'a' }, { name: 'b' });
    const [foreign] = await create(await newContext(), { name: 'c' });
    const ids = [b!.id, NO_ID, a!.id, 2 ** 63, b!.id, foreign!.id];
    expect(await findTargetTypes(context, ids)).toEqual([b, undefined, a, undefined, b, undefined]);
    expect(await findTargetTypes(context, [])).toEqual([]);
  });

  it("shows and changes nothing of another tenant's", async () => {
    const [foreign] = await create(await newContext(), { name: 'c' });
    const context = await newContext();
    const { id } = foreign!;
    const notFound = { code: 'TARGET_TYPE_NOT_FOUND' };
    await expect(findTargetType(context, id)).rejects.toMatchObject(notFound);
    await expect(updateTargetType(context, { id, name: 'x' })).rejects.toMatchObject(notFound);
    await expect(updateTargetType(context, { id })).rejects.toMatchObject(notFound);
    await expect(deleteTargetType(context, { id })).rejects.toMatchObject(notFound);
    const listing = await listTargetTypes(context, { filter: `id==${id}` });
    expect((await listing.page()).items).toEqual([]);
    expect(await listing.total()).toBe(0);
  });
});

describe('listing', () => {
  async function names(context: Context, request: Parameters<typeof listTargetTypes>[1]) {
    const listing = await listTargetTypes(context, request);
    return [(await listing.page()).items.map(({ name }) => name), await listing.total()];
  }

  it('filters, sorts and pages, by id unless told otherwise', async () => {
    const context = await newContext();
    await create(
      context,
      { name: 'b', description: 'x' },
      { name: 'a', description: 'y' },
      { key: 'K', name: 'c' },
    );
    expect(await names(context, {})).toEqual([['b', 'a', 'c'], 3]);
    const byName = [{ field: 'name', direction: 'desc' } as const];
    expect(await names(context, { orderBy: byName })).toEqual([['c', 'b', 'a'], 3]);
    expect(await names(context, { orderBy: byName, first: 1, offset: 1 })).toEqual([['b'], 3]);
    expect(await names(context, { filter: 'name=in=(a,b);description==y' })).toEqual([['a'], 1]);
    expect(await names(context, { filter: 'key==k' })).toEqual([['c'], 1]);
    expect(await names(context, { filter: 'createdAt<1 or lastModifiedBy!=tester' })).toEqual([[], 0]);
  });

  it('goes on after a cursor, whatever the order', async () => {
    const context = await newContext();
    await create(context, { name: 'b', description: 'x' }, { name: 'a' }, { name: 'c', description: 'w' });
    const fields = [
      'id',
      'key',
      'name',
      'description',
      'createdAt',
      'createdBy',
      'lastModifiedAt',
      'lastModifiedBy',
    ] as const;
    for (const field of fields)
      for (const direction of ['asc', 'desc'] as const) {
        const orderBy = [{ field, direction }];
        const [all] = await names(context, { orderBy });
        const paged: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = await (await listTargetTypes(context, { orderBy, first: 1, after })).page();
          paged.push(...page.items.map(({ name }) => name));
          if (!page.hasNext) break;
          after = page.cursorOf(page.items[0]!);
        }
        expect(paged, `${field} ${direction}`).toEqual(all);
      }
  });

  test.each([
    ['colour==x', 'FILTER_FIELD_UNKNOWN'],
    ['name', 'FILTER_SYNTAX'],
    ['id==x', 'FILTER_VALUE_INVALID'],
  ])('refuses the filter %s', async (filter, code) => {
    await expect(listTargetTypes(await newContext(), { filter })).rejects.toMatchObject({ code });
  });
});
