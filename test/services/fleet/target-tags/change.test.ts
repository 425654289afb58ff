import { afterAll, describe, expect, it, test } from 'vitest';
import type { Permission } from '../../../../src/services/access/grants.ts';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../../../src/services/fleet/target-tags/delete.ts';
import {
  findTagsOfTargets,
  findTargetTag,
  findTargetTags,
} from '../../../../src/services/fleet/target-tags/find.ts';
import { listTaggedTargets, listTargetTags } from '../../../../src/services/fleet/target-tags/list.ts';
import { unassignTargetTags } from '../../../../src/services/fleet/target-tags/unassign.ts';
import { updateTargetTag } from '../../../../src/services/fleet/target-tags/update.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { announced, create, fleet, NO_ID, storedNames, tagsOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const newContext = async () => (await newTenant(platform)).contextOf();

describe('updateTargetTag', () => {
  it('changes what is given, clears by null and keeps the rest', async () => {
    const context = await newContext();
    const [tag] = await create(context, { name: 'n', description: 'd', color: 'c' });
    const { id } = tag!;
    const later = { ...context, clock: () => new Date('2100-01-01T00:00:00Z') };
    const updated = await updateTargetTag(later, { id, name: ' m ', color: null });
    const at = new Date('2100-01-01T00:00:00Z');
    expect(updated).toStrictEqual({ ...tag, name: 'm', color: null, lastModifiedAt: at });
    expect(await findTargetTag(context, id)).toStrictEqual(updated);
    expect(await updateTargetTag(context, { id })).toStrictEqual(updated);
  });

  it('refuses a name that exists, an empty one, an unknown tag and that of another tenant', async () => {
    const context = await newContext();
    const [one] = await create(context, { name: 'one' }, { name: 'two' });
    await expect(updateTargetTag(context, { id: one!.id, name: 'two' })).rejects.toMatchObject({
      code: 'TARGET_TAG_ALREADY_EXISTS',
      details: { path: ['name'], entity: { id: 'two' } },
    });
    await expect(updateTargetTag(context, { id: one!.id, name: ' ' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    const [foreign] = await create(await newContext(), { name: 'three' });
    for (const id of [NO_ID, -1, 2 ** 63, 1.5, foreign!.id])
      for (const name of ['x', undefined])
        await expect(updateTargetTag(context, { id, name })).rejects.toMatchObject({
          code: 'TARGET_TAG_NOT_FOUND',
        });
  });

  it('tells the tenant of a new name: a polling override may ask for it', async () => {
    const context = await newContext();
    const [tag] = await create(context, { name: 'n' });
    const { id } = tag!;
    expect(await announced(context, () => updateTargetTag(context, { id, color: 'red' }))).toEqual([]);
    expect(await announced(context, () => updateTargetTag(context, { id, name: 'm' }))).toEqual([
      { tenantId: context.caller.tenantId },
    ]);
  });
});

describe('deleteTargetTag', () => {
  it('takes it from its targets, and frees the name', async () => {
    const context = await newContext();
    await fleet(context, { a: ['x', 'y'], b: ['x'] });
    const [x] = (await (await listTargetTags(context, { filter: 'name==x' })).page()).items;
    expect(await announced(context, () => deleteTargetTag(context, x!))).toEqual([
      { tenantId: context.caller.tenantId },
    ]);
    expect(await tagsOf(context, 'a')).toEqual(['y']);
    for (const id of [x!.id, NO_ID, 2 ** 63])
      await expect(deleteTargetTag(context, { id })).rejects.toMatchObject({ code: 'TARGET_TAG_NOT_FOUND' });
    await create(context, { name: 'x' });
    expect(await tagsOf(context, 'b')).toEqual([]);
  });

  it('leaves the tags of another tenant alone', async () => {
    const [foreign] = await create(await newContext(), { name: 'x' });
    await expect(deleteTargetTag(await newContext(), foreign!)).rejects.toMatchObject({
      code: 'TARGET_TAG_NOT_FOUND',
    });
  });

  it('stays when its targets go', async () => {
    const context = await newContext();
    await fleet(context, { a: ['x'] });
    await deleteTargets(context, { controllerIds: ['a'] });
    await fleet(context, { a: [] });
    expect([await storedNames(context), await tagsOf(context, 'a')]).toEqual([['x'], []]);
  });
});

describe('permissions', () => {
  const all = (['CREATE', 'READ', 'UPDATE', 'DELETE'] as const).map((action) => `${action}_TARGET` as const);
  const choice = { tagNames: ['x'], filter: 'id==*' };
  const needs: [string, Permission, (context: Context) => Promise<unknown>][] = [
    ['create', 'CREATE_TARGET', (c) => createTargetTags(c, { targetTags: [] })],
    ['update', 'UPDATE_TARGET', (c) => updateTargetTag(c, { id: NO_ID })],
    ['delete', 'DELETE_TARGET', (c) => deleteTargetTag(c, { id: NO_ID })],
    ['find', 'READ_TARGET', (c) => findTargetTag(c, NO_ID)],
    ['find several', 'READ_TARGET', (c) => findTargetTags(c, [NO_ID])],
    ['list', 'READ_TARGET', (c) => listTargetTags(c, {})],
    ['list targets', 'READ_TARGET', (c) => listTaggedTargets(c, NO_ID, {})],
    ['tags of targets', 'READ_TARGET', (c) => findTagsOfTargets(c, [])],
    ['assign', 'UPDATE_TARGET', (c) => assignTargetTags(c, choice)],
    ['unassign', 'UPDATE_TARGET', (c) => unassignTargetTags(c, choice)],
  ];
  test.each(needs)('%s needs %s', async (_, permission, verb) => {
    const { contextOf } = await newTenant(platform);
    const code = (context: Context) =>
      verb(context).then(
        () => undefined,
        (error) => error.code,
      );
    expect(await code(contextOf(all.filter((one) => one !== permission)))).toBe('FORBIDDEN');
    expect(await code(contextOf([permission]))).not.toBe('FORBIDDEN');
  });
});
