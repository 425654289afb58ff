import { afterAll, describe, expect, it, test } from 'vitest';
import {
  TARGET_TAG_ORDER,
  type TargetTagOrderField,
} from '../../../../src/services/fleet/target-tags/fields.ts';
import {
  findTagsOfTargets,
  findTargetTag,
  findTargetTags,
} from '../../../../src/services/fleet/target-tags/find.ts';
import { listTaggedTargets, listTargetTags } from '../../../../src/services/fleet/target-tags/list.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { TARGET_SORT_NAMES } from '../../../../src/services/fleet/targets/order.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { create, fleet, NO_ID } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const newContext = async () => (await newTenant(platform)).contextOf();

describe('finding', () => {
  it('gives a place to each id, and none to a tag of another tenant', async () => {
    const context = await newContext();
    const [a, b] = await create(context, { name: 'a' }, { name: 'b' });
    const [foreign] = await create(await newContext(), { name: 'c' });
    const ids = [b!.id, NO_ID, a!.id, 2 ** 63, b!.id, foreign!.id];
    expect(await findTargetTags(context, ids)).toEqual([b, undefined, a, undefined, b, undefined]);
    await expect(findTargetTag(context, foreign!.id)).rejects.toMatchObject({ code: 'TARGET_TAG_NOT_FOUND' });
  });

  it('gives the tags of many targets, each in the order of the names', async () => {
    const context = await newContext();
    await fleet(context, { a: ['y', 'X', 'z'], b: [], c: ['z'] });
    const ids = await Promise.all(['a', 'b', 'c'].map(async (id) => (await findTarget(context, id)).id));
    const found = await findTagsOfTargets(context, [...ids, NO_ID]);
    const names = [...ids, NO_ID].map((id) => found.get(id)?.map(({ name }) => name));
    expect(names).toEqual([['X', 'y', 'z'], [], ['z'], []]);
    const [z] = await findTargetTags(context, [found.get(ids[2]!)![0]!.id]);
    expect(found.get(ids[2]!)).toEqual([z]);
    const stranger = await newContext();
    expect((await findTagsOfTargets(stranger, ids)).get(ids[0]!)).toEqual([]);
  });
});

describe('listing tags', () => {
  type Request = Parameters<typeof listTargetTags>[1];
  async function names(context: Context, request: Request) {
    const listing = await listTargetTags(context, request);
    return [(await listing.page()).items.map(({ name }) => name), await listing.total()];
  }

  it('filters, sorts and pages, by id unless told otherwise', async () => {
    const context = await newContext();
    await create(
      context,
      { name: 'b', color: 'red' },
      { name: 'a', color: 'Blue', description: 'y' },
      { name: 'c' },
    );
    expect(await names(context, {})).toEqual([['b', 'a', 'c'], 3]);
    const byName = [{ field: 'name', direction: 'desc' } as const];
    expect(await names(context, { orderBy: byName, first: 1, offset: 1 })).toEqual([['b'], 3]);
    expect(await names(context, { filter: 'color==BLUE or description=is=null', orderBy: byName })).toEqual([
      ['c', 'b', 'a'],
      3,
    ]);
    expect(await names(context, { filter: 'createdAt<1 or lastModifiedBy!=tester' })).toEqual([[], 0]);
    expect(await names(await newContext(), {})).toEqual([[], 0]);
  });

  it('goes on after a cursor, whatever the order', async () => {
    const context = await newContext();
    await create(
      context,
      { name: 'b', color: 'x' },
      { name: 'a', description: 'x' },
      { name: 'c', color: 'w' },
    );
    for (const field of Object.keys(TARGET_TAG_ORDER) as TargetTagOrderField[])
      for (const direction of ['asc', 'desc'] as const) {
        const orderBy = [{ field, direction }];
        const [all] = await names(context, { orderBy });
        const paged: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = await (await listTargetTags(context, { orderBy, first: 1, after })).page();
          paged.push(...page.items.map(({ name }) => name));
          if (!page.hasNext) break;
          after = page.cursorOf(page.items[0]!);
        }
        expect(paged, `${field} ${direction}`).toEqual(all);
      }
  });

  test.each([
    ['key==x', 'FILTER_FIELD_UNKNOWN'],
    ['name', 'FILTER_SYNTAX'],
    ['id==x', 'FILTER_VALUE_INVALID'],
  ])('refuses the filter %s', async (filter, code) => {
    await expect(listTargetTags(await newContext(), { filter })).rejects.toMatchObject({ code });
  });
});

describe('targets by tag', () => {
  const idsOf = async (listing: ReturnType<typeof listTargets>) =>
    (await (await listing).page()).items.map(({ controllerId }) => controllerId);

  it('lists those of a tag: filtered, sorted, paged and counted', async () => {
    const context = await newContext();
    await fleet(context, { a: ['x'], b: ['X'], c: ['x', 'X'], d: [] });
    const [x] = (await (await listTargetTags(context, { filter: 'id=gt=0' })).page()).items;
    const tagged = (request: Parameters<typeof listTargets>[1]) => listTaggedTargets(context, x!.id, request);
    expect(x!.name).toBe('x');
    expect(await idsOf(tagged({}))).toEqual(['a', 'c']);
    expect(await idsOf(tagged({ filter: 'id!=a' }))).toEqual(['c']);
    expect(await idsOf(tagged({ orderBy: [{ field: 'name', direction: 'desc' }], first: 1 }))).toEqual(['c']);
    expect(await (await tagged({ first: 1 })).total()).toBe(2);
    for (const id of [NO_ID, 2 ** 63])
      await expect(listTaggedTargets(context, id, {})).rejects.toMatchObject({
        code: 'TARGET_TAG_NOT_FOUND',
      });
    await expect(listTaggedTargets(await newContext(), x!.id, {})).rejects.toMatchObject({
      code: 'TARGET_TAG_NOT_FOUND',
    });
  });

  it.each([
    ['tag==blue', ['a', 'b']],
    ['TAG.Name==BL*', ['a', 'b']],
    ['tags.name==bl*', ['a', 'b']],
    ['tag==blue;tag==red', ['b']],
    ['tag=in=(red,green)', ['b', 'c']],
    ['tag!=blue', ['c', 'd']],
    ['tag=out=(blue,red)', ['d']],
    ['tag=is=null', ['d']],
    ["tag==''", ['d']],
    ['tag=not=null', ['a', 'b', 'c']],
    ['tag=gt=blue', ['b', 'c']],
  ])('the filter %s finds %j', async (filter, expected) => {
    const context = await newContext();
    await fleet(context, { a: ['blue'], b: ['blue', 'red'], c: ['Red'], d: [] });
    await fleet(await newContext(), { a: ['blue'], d: ['blue'] });
    expect(await idsOf(listTargets(context, { filter }))).toEqual(expected);
    expect(await (await listTargets(context, { filter })).total()).toBe(expected.length);
  });

  it('is nothing to sort by: a target has many', () => {
    expect(
      Object.keys(TARGET_SORT_NAMES).filter((name) => /^tag/i.test(name) && !/^targetType/.test(name)),
    ).toEqual([]);
  });
});
