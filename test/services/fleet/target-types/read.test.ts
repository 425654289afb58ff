import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { deleteTargetType } from '../../../../src/services/fleet/target-types/delete.ts';
import { findTargetType, findTargetTypes } from '../../../../src/services/fleet/target-types/find.ts';
import { listTargetTypes } from '../../../../src/services/fleet/target-types/list.ts';
import { updateTargetType } from '../../../../src/services/fleet/target-types/update.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../../support/platform.ts';
import { create, NO_ID } from './support.ts';

let opened: TestPlatform;
beforeAll(async () => {
  opened = await openTestPlatform();
});
afterAll(() => opened.close());

const newContext = async () => (await newTenant(opened.platform)).contextOf();

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
    ['color==x', 'FILTER_FIELD_UNKNOWN'],
    ['name', 'FILTER_SYNTAX'],
    ['id==x', 'FILTER_VALUE_INVALID'],
  ])('refuses the filter %s', async (filter, code) => {
    await expect(listTargetTypes(await newContext(), { filter })).rejects.toMatchObject({ code });
  });
});
