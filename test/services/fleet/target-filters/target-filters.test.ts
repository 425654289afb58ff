import { afterAll, describe, expect, it } from 'vitest';
import { createTargetFilter } from '../../../../src/services/fleet/target-filters/create.ts';
import { deleteTargetFilter } from '../../../../src/services/fleet/target-filters/delete.ts';
import { TARGET_FILTER_ORDER } from '../../../../src/services/fleet/target-filters/fields.ts';
import { findTargetFilter } from '../../../../src/services/fleet/target-filters/find.ts';
import { listTargetFilters } from '../../../../src/services/fleet/target-filters/list.ts';
import { updateTargetFilter } from '../../../../src/services/fleet/target-filters/update.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const open = async () => {
  const tenant = await newTenant(platform);
  return { tenant, context: tenant.contextOf() };
};
const QUERY = 'name==abc;updatestatus==pending';
/** What is wrong with a name or a query, and where that shows. */
const REFUSED = [
  [{ name: '' }, 'INVALID_INPUT', ['name']],
  [{ name: ' ' }, 'INVALID_INPUT', ['name']],
  [{ name: 'n'.repeat(129) }, 'INVALID_INPUT', ['name']],
  [{ name: '<b>x</b>' }, 'INVALID_INPUT', ['name']],
  [{ filter: '' }, 'INVALID_INPUT', ['filter']],
  [{ filter: 'name==a\0' }, 'INVALID_INPUT', ['filter']],
  [{ filter: 'name=' }, 'FILTER_SYNTAX', ['filter']],
  [{ filter: `name==${'x'.repeat(1019)}` }, 'INVALID_INPUT', ['filter']],
  [{ filter: `name==${'💥'.repeat(510)}` }, 'INVALID_INPUT', ['filter']],
  [{ filter: 'nofield==x' }, 'FILTER_FIELD_UNKNOWN', ['filter']],
  [{ filter: 'createdat==never' }, 'FILTER_VALUE_INVALID', ['filter']],
] as const;

describe('createTargetFilter', () => {
  it('saves a filter, which is found again', async () => {
    const { context } = await open();
    const filter = await createTargetFilter(context, { name: ' mine ', filter: QUERY });
    expect(filter).toEqual({
      id: expect.any(Number),
      name: 'mine',
      filter: QUERY,
      createdAt: expect.any(Date),
      createdBy: 'tester',
      lastModifiedAt: filter.createdAt,
      lastModifiedBy: 'tester',
    });
    expect(await findTargetFilter(context, filter.id)).toEqual(filter);
  });

  it('keeps names unique in the tenant, letter case apart', async () => {
    const { context } = await open();
    await createTargetFilter(context, { name: 'n', filter: QUERY });
    await expect(createTargetFilter(context, { name: 'n', filter: 'id==x' })).rejects.toMatchObject({
      code: 'TARGET_FILTER_ALREADY_EXISTS',
      details: { path: ['name'], entity: { id: 'n' } },
    });
    await createTargetFilter(context, { name: 'N', filter: QUERY });
    await createTargetFilter((await open()).context, { name: 'n', filter: QUERY });
  });

  it.each(REFUSED)('refuses %j', async (bad, code, path) => {
    const { context } = await open();
    await expect(createTargetFilter(context, { name: 'n', filter: QUERY, ...bad })).rejects.toMatchObject({
      code,
      details: { path },
    });
    expect(await (await listTargetFilters(context, {})).total()).toBe(0);
  });
});

describe('updateTargetFilter', () => {
  it('changes what is given, keeps the rest and says who did it', async () => {
    const { tenant, context } = await open();
    const before = await createTargetFilter(context, { name: 'n', filter: QUERY });
    const other = tenant.contextOf(undefined, [], 'other');
    const after = await updateTargetFilter(other, { id: before.id, filter: 'id==x', name: undefined });
    expect(after).toMatchObject({ name: 'n', filter: 'id==x', createdBy: 'tester', lastModifiedBy: 'other' });
    expect(await findTargetFilter(context, before.id)).toEqual(after);
    expect(await updateTargetFilter(context, { id: before.id })).toEqual(after);
  });

  it('refuses a name that is taken', async () => {
    const { context } = await open();
    await createTargetFilter(context, { name: 'a', filter: QUERY });
    const { id } = await createTargetFilter(context, { name: 'b', filter: QUERY });
    await expect(updateTargetFilter(context, { id, name: 'a' })).rejects.toMatchObject({
      code: 'TARGET_FILTER_ALREADY_EXISTS',
    });
  });

  it.each(REFUSED)('refuses %j', async (bad, code, path) => {
    const { context } = await open();
    const before = await createTargetFilter(context, { name: 'n', filter: QUERY });
    await expect(updateTargetFilter(context, { id: before.id, ...bad })).rejects.toMatchObject({
      code,
      details: { path },
    });
    expect(await findTargetFilter(context, before.id)).toEqual(before);
  });
});

it('is deleted, and its name is free again', async () => {
  const { context } = await open();
  const { id } = await createTargetFilter(context, { name: 'n', filter: QUERY });
  await deleteTargetFilter(context, { id });
  await expect(deleteTargetFilter(context, { id })).rejects.toMatchObject({
    code: 'TARGET_FILTER_NOT_FOUND',
  });
  await createTargetFilter(context, { name: 'n', filter: QUERY });
});

it('is nobody else’s, and no odd number is one', async () => {
  const { context } = await open();
  const { id } = await createTargetFilter((await open()).context, { name: 'n', filter: QUERY });
  for (const unknown of [id, -1, Number.MIN_SAFE_INTEGER, 2 ** 63, 1.5]) {
    const code = 'TARGET_FILTER_NOT_FOUND';
    await expect(findTargetFilter(context, unknown)).rejects.toMatchObject({ code });
    await expect(updateTargetFilter(context, { id: unknown, name: 'x' })).rejects.toMatchObject({ code });
    await expect(deleteTargetFilter(context, { id: unknown })).rejects.toMatchObject({ code });
  }
  expect(await (await listTargetFilters(context, {})).total()).toBe(0);
});

describe('listTargetFilters', () => {
  it('filters and orders', async () => {
    const { context } = await open();
    for (const name of ['b', 'a', 'c']) await createTargetFilter(context, { name, filter: `name==${name}` });
    const namesOf = async (request: Parameters<typeof listTargetFilters>[1]) =>
      (await (await listTargetFilters(context, request)).page()).items.map(({ name }) => name);
    expect(await namesOf({})).toEqual(['b', 'a', 'c']);
    expect(await namesOf({ filter: 'name!=a' })).toEqual(['b', 'c']);
    expect(await namesOf({ filter: 'filter=="name==c"' })).toEqual(['c']);
    for (const field of Object.keys(TARGET_FILTER_ORDER) as (keyof typeof TARGET_FILTER_ORDER)[]) {
      const listing = await listTargetFilters(context, {
        first: 2,
        orderBy: [{ field, direction: 'desc' }],
      });
      const { items, cursorOf } = await listing.page();
      const rest = await listTargetFilters(context, {
        after: cursorOf(items[1]!),
        orderBy: [{ field, direction: 'desc' }],
      });
      const all = [...items, ...(await rest.page()).items].map(({ name }) => name);
      expect(all.toSorted(), field).toEqual(['a', 'b', 'c']);
    }
    expect(await namesOf({ orderBy: [{ field: 'name', direction: 'desc' }] })).toEqual(['c', 'b', 'a']);
  });
});

it('needs the permissions of targets', async () => {
  const { tenant, context } = await open();
  const { id } = await createTargetFilter(context, { name: 'n', filter: QUERY });
  const without = (permission: string) =>
    tenant.contextOf([...context.caller.permissions.keys()].filter((one) => one !== permission));
  for (const work of [
    createTargetFilter(without('CREATE_TARGET'), { name: 'x', filter: QUERY }),
    updateTargetFilter(without('UPDATE_TARGET'), { id, name: 'x' }),
    deleteTargetFilter(without('DELETE_TARGET'), { id }),
    findTargetFilter(without('READ_TARGET'), id),
    listTargetFilters(without('READ_TARGET'), {}),
  ])
    await expect(work).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
