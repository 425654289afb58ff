import { afterAll, describe, expect, it, test } from 'vitest';
import type { Permission } from '../../../../src/services/access/grants.ts';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import {
  listTargetGroupNames,
  listTargetGroups,
  listTargetsOfGroup,
} from '../../../../src/services/fleet/target-groups/list.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { announced } from '../target-tags/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const newContext = async () => (await newTenant(platform)).contextOf();
const fleet = async (groups: Record<string, string | null>) => {
  const context = await newContext();
  const targets = Object.entries(groups).map(([controllerId, group]) => ({ controllerId, group }));
  await createTargets(context, { targets });
  return context;
};
const groupOf = async (context: Context, id: string) => (await findTarget(context, id)).group;

describe('reading', () => {
  it('lists each group once, in order', async () => {
    await fleet({ a: 'foreign' });
    const context = await fleet({ a: 'G/s', b: 'G', c: 'G', d: null, e: 'g' });
    expect(await listTargetGroupNames(context)).toEqual(['G', 'G/s', 'g']);
    expect(await listTargetGroupNames(await newContext())).toEqual([]);
  });

  describe('with counts', () => {
    const groups = { a: 'b/s', b: 'B', c: 'b', d: null, e: '', f: 'a*', g: 'c"c', h: 'c"c', i: 'c"c' };
    const read = async (context: Context, request: Parameters<typeof listTargetGroups>[1]) => {
      const listing = await listTargetGroups(context, request);
      const { items, ...page } = await listing.page();
      return { items: items.map(({ name, targetCount }) => `${name}:${targetCount}`), page, listing };
    };

    it('lists each group once, whatever the case of its letters, with as many targets as its filter finds', async () => {
      await fleet({ a: 'B', b: 'foreign' });
      const context = await fleet(groups);
      const { items, listing } = await read(context, {});
      expect(items).toEqual(['B:2', 'a*:1', 'b/s:1', 'c"c:3']);
      expect(await listing.total()).toBe(4);
    });

    it.each([
      ['name==b*', ['B:2', 'b/s:1']],
      ['targetCount=ge=2', ['B:2', 'c"c:3']],
      ['name==B and targetCount=in=(1,2)', ['B:2']],
      ['name==none', []],
    ])('filters by %s', async (filter, expected) => {
      const { items, listing } = await read(await fleet(groups), { filter });
      expect(items).toEqual(expected);
      expect(await listing.total()).toBe(expected.length);
    });

    it('orders, and pages both ways', async () => {
      const context = await fleet(groups);
      const orderBy = [{ field: 'targetCount', direction: 'desc' } as const];
      const first = await read(context, { first: 2, orderBy });
      expect(first.items).toEqual(['c"c:3', 'B:2']);
      const cursor = first.page.cursorOf({ name: 'B', targetCount: 2 });
      const next = await read(context, { first: 2, after: cursor, orderBy });
      expect(next.items).toEqual(['a*:1', 'b/s:1']);
      expect(next.page).toMatchObject({ hasNext: false, hasPrevious: true });
      const before = next.page.cursorOf({ name: 'a*', targetCount: 1 });
      expect((await read(context, { last: 1, before, orderBy })).items).toEqual(['B:2']);
      expect((await read(context, { offset: 3 })).items).toEqual(['c"c:3']);
    });

    it('counts what the caller may see', async () => {
      const { contextOf } = await newTenant(platform);
      const targets = ['a', 'b'].map((controllerId) => ({
        controllerId,
        group: 'g',
        address: `http://${controllerId}`,
      }));
      await createTargets(contextOf(), { targets: [...targets, { controllerId: 'c', group: 'h' }] });
      const { items, listing } = await read(contextOf(['READ_TARGET/ipAddress==*a']), {});
      expect(items).toEqual(['g:1']);
      expect(await listing.total()).toBe(1);
    });

    it('refuses what it has no field for', async () => {
      await expect(read(await newContext(), { filter: 'color==red' })).rejects.toMatchObject({
        code: 'FILTER_FIELD_UNKNOWN',
      });
    });
  });

  it.each<[string, boolean, string[]]>([
    ['G', false, ['a', 'e']],
    ['g', true, ['a', 'b', 'c', 'e']],
    ['g/S', true, ['b', 'c']],
    ['g/s', false, ['b']],
    ['G/', true, []],
    ['G*', false, []],
    ['G%', true, []],
    ['_', true, []],
    ['%', false, ['h']],
    ['%', true, ['h', 'i']],
    ['Ä', false, ['f']],
    ['', false, []],
    ['\0', true, []],
  ])('finds the targets of %j, with subgroups: %j', async (group, subgroups, expected) => {
    await fleet({ a: 'G' });
    const context = await fleet({
      a: 'G',
      b: 'G/s',
      c: 'g/S/deep',
      d: 'Gx',
      e: 'g',
      f: 'ä',
      g: null,
      h: '%',
      i: '%/x',
    });
    const listing = await listTargetsOfGroup(context, { group, subgroups }, {});
    expect((await listing.page()).items.map(({ controllerId }) => controllerId)).toEqual(expected);
    expect(await listing.total()).toBe(expected.length);
  });

  it('sorts and pages', async () => {
    const context = await fleet({ a: 'G', b: 'G/s', c: 'G' });
    const request = { orderBy: [{ field: 'controllerId', direction: 'desc' } as const], first: 1, offset: 1 };
    const listing = await listTargetsOfGroup(context, { group: 'G', subgroups: true }, request);
    expect((await listing.page()).items.map(({ controllerId }) => controllerId)).toEqual(['b']);
    expect(await listing.total()).toBe(3);
  });
});

describe('assignTargetGroup', () => {
  it('puts named targets into a group and takes them out, without counting as a change of them', async () => {
    const context = await fleet({ a: 'old', b: null, c: 'old' });
    const other = {
      ...context,
      clock: () => new Date('2100-01-01'),
      caller: { ...context.caller, username: 'x' },
    };
    const before = await findTarget(context, 'a');
    expect(await assignTargetGroup(other, { group: ' new/Sub ', controllerIds: ['a', 'b', 'a'] })).toBe(2);
    expect(await findTarget(context, 'a')).toEqual({ ...before, group: 'new/Sub' });
    expect(await groupOf(context, 'c')).toBe('old');
    expect(await assignTargetGroup(other, { group: null, controllerIds: ['a', 'c'] })).toBe(2);
    expect(await assignTargetGroup(other, { group: null, controllerIds: ['a', 'c'] })).toBe(0);
    expect(await findTarget(context, 'a')).toEqual({ ...before, group: null });
    expect(await groupOf(context, 'b')).toBe('new/Sub');
    expect(await assignTargetGroup(other, { group: '', controllerIds: ['b'] })).toBe(1);
    expect(await listTargetGroupNames(context)).toEqual(['']);
  });

  it('does so with all that match; a dry run only counts', async () => {
    const foreign = await fleet({ a1: 'theirs' });
    const context = await fleet({ a1: 'old', a2: 'new', b: 'old' });
    const input = { group: 'new', filter: 'id==A*' };
    expect(await assignTargetGroup(context, { ...input, dryRun: true })).toBe(1);
    expect(await groupOf(context, 'a1')).toBe('old');
    expect(await assignTargetGroup(context, input)).toBe(1);
    expect([await groupOf(context, 'a1'), await groupOf(context, 'b')]).toEqual(['new', 'old']);
    expect(await groupOf(foreign, 'a1')).toBe('theirs');
  });

  it('tells of those it changes: a polling override may ask for the group', async () => {
    const context = await fleet({ a: 'g', b: null });
    const told = (dryRun: boolean) =>
      announced(context, () => assignTargetGroup(context, { group: 'g', filter: 'id==*', dryRun }));
    expect(await told(true)).toEqual([]);
    expect(await told(false)).toEqual([{ tenantId: context.caller.tenantId, controllerIds: ['b'] }]);
    expect(await told(false)).toEqual([]);
  });

  it('does nothing where a target is missing, or passes it over', async () => {
    const context = await fleet({ a: null });
    const input = { group: 'g', controllerIds: ['a', 'none'] };
    await expect(assignTargetGroup(context, input)).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      details: { path: ['controllerIds', '1'] },
    });
    expect(await groupOf(context, 'a')).toBeNull();
    expect(await assignTargetGroup(context, { ...input, onNotFound: 'ON_WHAT_FOUND_AND_SUCCESS' })).toBe(1);
  });

  it.each([
    [{ filter: 'id==a' }, 'group'],
    [{ group: 'g'.repeat(257), filter: 'id==a' }, 'group'],
    [{ group: '<b>', filter: 'id==a' }, 'group'],
    [{ group: 'a\0', filter: 'id==a' }, 'group'],
    [{ group: 'g' }, 'controllerIds'],
    [{ group: 'g', controllerIds: [] }, 'controllerIds'],
    [{ group: 'g', controllerIds: ['a'], filter: 'id==a' }, 'controllerIds'],
  ])('refuses %o', async (input, field) => {
    const context = await fleet({ a: 'old' });
    await expect(assignTargetGroup(context, input)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: [field] },
    });
    expect(await groupOf(context, 'a')).toBe('old');
  });
});

describe('permissions', () => {
  const all = (['CREATE', 'READ', 'UPDATE', 'DELETE'] as const).map((action) => `${action}_TARGET` as const);
  test.each<[string, Permission, (context: Context) => Promise<unknown>]>([
    ['list', 'READ_TARGET', (c) => listTargetGroups(c, {})],
    ['list names', 'READ_TARGET', (c) => listTargetGroupNames(c)],
    ['list targets', 'READ_TARGET', (c) => listTargetsOfGroup(c, { group: 'g' }, {})],
    ['assign', 'UPDATE_TARGET', (c) => assignTargetGroup(c, { group: 'g', filter: 'id==*' })],
  ])('%s needs %s', async (_, permission, verb) => {
    const { contextOf } = await newTenant(platform);
    await expect(verb(contextOf(all.filter((one) => one !== permission)))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await verb(contextOf([permission]));
  });
});
