import { afterAll, describe, expect, it } from 'vitest';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { deleteTargetTag } from '../../../../src/services/fleet/target-tags/delete.ts';
import { listTargetTags } from '../../../../src/services/fleet/target-tags/list.ts';
import { unassignTargetTags } from '../../../../src/services/fleet/target-tags/unassign.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { announced, create, fleet, NO_ID, tagsOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const newContext = async () => (await newTenant(platform)).contextOf();
const done = (affectedCount: number) => ({ affectedCount, faults: [] });
const LATER = new Date('2100-01-01T00:00:00Z');
const later = (context: Context): Context => ({
  ...context,
  clock: () => LATER,
  caller: { ...context.caller, username: 'other' },
});
const isTouched = async (context: Context, id: string) => {
  const { lastModifiedAt, lastModifiedBy } = await findTarget(context, id);
  return lastModifiedAt.getTime() === LATER.getTime() && lastModifiedBy === 'other';
};

describe('assigning and unassigning', () => {
  it('is done to one, to several and with several tags; twice is once', async () => {
    const context = await newContext();
    await fleet(context, { a: [], b: [], c: [] });
    const [x, y] = await create(context, { name: 'x' }, { name: 'y' });
    const tagIds = [y!.id, x!.id];
    expect(await assignTargetTags(context, { tagIds: [x!.id], controllerIds: ['a'] })).toEqual(done(1));
    expect(await assignTargetTags(context, { tagIds: [x!.id], controllerIds: ['a', 'b', 'b'] })).toEqual(
      done(1),
    );
    expect(await assignTargetTags(context, { tagIds, controllerIds: ['a', 'b', 'c'] })).toEqual(done(3));
    expect(await assignTargetTags(context, { tagIds, controllerIds: ['a', 'b', 'c'] })).toEqual(done(0));
    expect(await tagsOf(context, 'c')).toEqual(['x', 'y']);
    expect(await unassignTargetTags(context, { tagNames: ['x'], controllerIds: ['a', 'c'] })).toEqual(
      done(2),
    );
    expect(await unassignTargetTags(context, { tagNames: ['x'], controllerIds: ['a', 'b'] })).toEqual(
      done(1),
    );
    expect([await tagsOf(context, 'a'), await tagsOf(context, 'b')]).toEqual([['y'], ['y']]);
  });

  it('is done to all that match a filter; a dry run only counts', async () => {
    const context = await newContext();
    await fleet(context, { a1: ['x'], a2: [], b: ['x'] });
    const choice = { tagNames: ['x'], filter: 'id==A*' };
    expect(await assignTargetTags(context, { ...choice, dryRun: true })).toEqual(done(1));
    expect(await tagsOf(context, 'a2')).toEqual([]);
    expect(await assignTargetTags(context, choice)).toEqual(done(1));
    expect(await unassignTargetTags(context, { ...choice, dryRun: true })).toEqual(done(2));
    expect(await unassignTargetTags(context, choice)).toEqual(done(2));
    expect([await tagsOf(context, 'a1'), await tagsOf(context, 'b')]).toEqual([[], ['x']]);
    const byTag = { tagNames: ['x'], filter: 'tag==x' };
    expect(await unassignTargetTags(context, byTag)).toEqual(done(1));
    expect(await unassignTargetTags(context, byTag)).toEqual(done(0));
  });

  it('changes those it concerns, and tells of these only', async () => {
    const context = await newContext();
    const { tenantId } = context.caller;
    await fleet(context, { a: ['x'], b: [] });
    const choice = { tagNames: ['x'], controllerIds: ['a', 'b'] };
    const told = (verb: typeof assignTargetTags, dryRun = false) =>
      announced(context, () => verb(later(context), { ...choice, dryRun }));
    expect(await told(assignTargetTags, true)).toEqual([]);
    expect(await told(assignTargetTags)).toEqual([{ tenantId, controllerIds: ['b'] }]);
    expect([await isTouched(context, 'a'), await isTouched(context, 'b')]).toEqual([false, true]);
    expect(await told(unassignTargetTags)).toEqual([{ tenantId, controllerIds: ['a', 'b'] }]);
    expect(await isTouched(context, 'a')).toBe(true);
    expect(await told(unassignTargetTags)).toEqual([]);
  });

  it.each([assignTargetTags, unassignTargetTags])(
    '%o does as told where a target is missing',
    async (verb) => {
      const context = await newContext();
      await fleet(context, { a: [], b: ['x'] });
      const choice = { tagNames: ['x'], controllerIds: ['none', 'a', 'b', '\0'] };
      for (const onNotFound of [undefined, null, 'FAIL'] as const)
        await expect(verb(later(context), { ...choice, onNotFound })).rejects.toMatchObject({
          code: 'TARGET_NOT_FOUND',
          details: { path: ['controllerIds', '0'], entity: { id: 'none' } },
        });
      expect([await isTouched(context, 'a'), await isTouched(context, 'b')]).toEqual([false, false]);

      const dryRun = true;
      expect(await verb(context, { ...choice, dryRun, onNotFound: 'ON_WHAT_FOUND_AND_SUCCESS' })).toEqual(
        done(1),
      );
      const { affectedCount, faults } = await verb(context, {
        ...choice,
        onNotFound: 'ON_WHAT_FOUND_AND_FAIL',
      });
      expect(affectedCount).toBe(1);
      expect(faults.map(({ code, details }) => [code, ...(details.path ?? [])])).toEqual([
        ['TARGET_NOT_FOUND', 'controllerIds', '0'],
        ['TARGET_NOT_FOUND', 'controllerIds', '3'],
      ]);
      expect(await tagsOf(context, 'a')).toEqual(verb === assignTargetTags ? ['x'] : []);
    },
  );

  it.each<[object, string, string[]]>([
    [{ controllerIds: ['a'] }, 'INVALID_INPUT', ['tagIds']],
    [{ tagIds: [1], tagNames: ['x'], controllerIds: ['a'] }, 'INVALID_INPUT', ['tagIds']],
    [{ tagIds: [], controllerIds: ['a'] }, 'INVALID_INPUT', ['tagIds']],
    [{ tagNames: [], controllerIds: ['a'] }, 'INVALID_INPUT', ['tagNames']],
    [{ tagNames: ['x'] }, 'INVALID_INPUT', ['controllerIds']],
    [{ tagNames: ['x'], controllerIds: [] }, 'INVALID_INPUT', ['controllerIds']],
    [{ tagNames: ['x'], controllerIds: ['a'], filter: 'id==a' }, 'INVALID_INPUT', ['controllerIds']],
    [{ tagNames: ['x', 'X'], controllerIds: ['a'] }, 'TARGET_TAG_NOT_FOUND', ['tagNames', '1']],
    [{ tagNames: ['\0'], controllerIds: ['a'] }, 'TARGET_TAG_NOT_FOUND', ['tagNames', '0']],
    [{ tagIds: [NO_ID], controllerIds: ['a'] }, 'TARGET_TAG_NOT_FOUND', ['tagIds', '0']],
    [{ tagIds: [2 ** 63], filter: 'id==a' }, 'TARGET_TAG_NOT_FOUND', ['tagIds', '0']],
  ])('refuses %o', async (input, code, path) => {
    const context = await newContext();
    await fleet(context, { a: [], b: ['x'] });
    for (const verb of [assignTargetTags, unassignTargetTags])
      await expect(verb(context, input)).rejects.toMatchObject({ code, details: { path } });
    expect(await tagsOf(context, 'b')).toEqual(['x']);
  });

  it("reaches neither targets nor tags of another tenant's", async () => {
    const [mine, theirs] = [await newContext(), await newContext()];
    await fleet(mine, { a: [] });
    await fleet(theirs, { a: ['x'], b: [] });
    const [foreign] = (await (await listTargetTags(theirs, {})).page()).items;
    const tagIds = [foreign!.id];
    await expect(assignTargetTags(mine, { tagIds, controllerIds: ['a'] })).rejects.toMatchObject({
      code: 'TARGET_TAG_NOT_FOUND',
    });
    await create(mine, { name: 'x' });
    expect(await unassignTargetTags(mine, { tagNames: ['x'], filter: 'id==*' })).toEqual(done(0));
    expect(await assignTargetTags(mine, { tagNames: ['x'], filter: 'id==*' })).toEqual(done(1));
    expect([await tagsOf(theirs, 'a'), await tagsOf(theirs, 'b')]).toEqual([['x'], []]);
  });

  it('goes through when bulk verbs and the deletion of a tag meet', async () => {
    const context = await newContext();
    const ids = Array.from({ length: 300 }, (_, n) => `d${n}`);
    await createTargets(context, { targets: ids.map((controllerId) => ({ controllerId })) });
    const [, , gone] = await create(context, { name: 'x' }, { name: 'y' }, { name: 'gone' });
    await assignTargetTags(context, { tagNames: ['gone'], filter: 'id==*' });
    await Promise.all([
      assignTargetTags(context, { tagNames: ['x', 'y'], filter: 'id==*' }),
      assignTargetTags(context, { tagNames: ['y', 'x'], controllerIds: ids.toReversed() }),
      unassignTargetTags(context, { tagNames: ['y'], filter: 'tag==gone' }).catch(() => {}),
      deleteTargetTag(context, gone!),
    ]);
    expect(await (await listTargets(context, { filter: 'tag==x' })).total()).toBe(300);
    expect(await (await listTargets(context, { filter: 'tag==gone' })).total()).toBe(0);
  });
});
