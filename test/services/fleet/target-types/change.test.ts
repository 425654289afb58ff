import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { targetTypes } from '../../../../src/database/tables/target-types.ts';
import type { Permission } from '../../../../src/services/access/grants.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { deleteTargetType } from '../../../../src/services/fleet/target-types/delete.ts';
import {
  findTargetType,
  findTargetTypes,
  typeNamesOf,
} from '../../../../src/services/fleet/target-types/find.ts';
import { listTargetTypes } from '../../../../src/services/fleet/target-types/list.ts';
import { updateTargetType } from '../../../../src/services/fleet/target-types/update.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { Announcement } from '../../../../src/services/platform/announcement.ts';
import { change } from '../../../../src/services/shared/change.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../../support/platform.ts';
import { create, NO_ID, storedNames } from './support.ts';

let opened: TestPlatform;
beforeAll(async () => {
  opened = await openTestPlatform();
});
afterAll(() => opened.close());

const newContext = async () => (await newTenant(opened.platform)).contextOf();
const at = (context: Context, iso: string): Context => ({ ...context, clock: () => new Date(iso) });

describe('updating', () => {
  it('changes what is given, clears by null and keeps the rest', async () => {
    const context = await newContext();
    const [type] = await create(context, { key: 'k', name: 'n', description: 'd', color: 'c' });
    const later = at(context, '2100-01-01T00:00:00Z');
    const updated = await updateTargetType(later, {
      id: type!.id,
      name: 'm',
      description: '',
      color: null,
      key: 'other',
    } as never);
    expect(updated).toStrictEqual({
      ...type,
      name: 'm',
      description: '',
      color: null,
      lastModifiedAt: new Date('2100-01-01T00:00:00Z'),
    });
    expect(await findTargetType(context, type!.id)).toStrictEqual(updated);
    expect(await updateTargetType(context, { id: type!.id })).toStrictEqual(updated);
  });

  it('refuses a name that exists, an empty one and an unknown type', async () => {
    const context = await newContext();
    const [one] = await create(context, { name: 'one' }, { name: 'two' });
    const update = (input: object) => updateTargetType(context, { id: one!.id, ...input });
    await expect(update({ name: 'two' })).rejects.toMatchObject({
      code: 'TARGET_TYPE_ALREADY_EXISTS',
      details: { path: ['name'], entity: { id: 'two' } },
    });
    await expect(update({ name: ' ' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    for (const id of [NO_ID, -1, 2 ** 63, 1.5])
      for (const name of ['x', undefined])
        await expect(update({ id, name })).rejects.toMatchObject({ code: 'TARGET_TYPE_NOT_FOUND' });
  });
});

describe('deleting', () => {
  it('deletes a type that no target has', async () => {
    const context = await newContext();
    const [type] = await create(context, { name: 'n' });
    await deleteTargetType(context, type!);
    await expect(findTargetType(context, type!.id)).rejects.toMatchObject({ code: 'TARGET_TYPE_NOT_FOUND' });
    for (const id of [type!.id, NO_ID, 2 ** 63])
      await expect(deleteTargetType(context, { id })).rejects.toMatchObject({
        code: 'TARGET_TYPE_NOT_FOUND',
      });
    await create(context, { name: 'n' });
  });

  it('refuses while a target has it', async () => {
    const context = await newContext();
    const [type] = await create(context, { name: 'n' });
    const { faults } = await createTargets(context, {
      targets: [{ controllerId: 'c', targetTypeId: type!.id }],
    });
    expect(faults).toEqual([]);
    await expect(deleteTargetType(context, type!)).rejects.toMatchObject({
      code: 'TARGET_TYPE_IN_USE',
      details: { entity: { id: String(type!.id) } },
    });
    await findTargetType(context, type!.id);
  });

  it('waits for whoever gives the type to a target meanwhile', async () => {
    const context = await newContext();
    const [type] = await create(context, { name: 'n' });
    let deleting: Promise<unknown> = Promise.resolve();
    await change(context, async (tx) => {
      expect(await typeNamesOf(tx, context, [type!.id, NO_ID])).toEqual(new Map([[type!.id, 'n']]));
      deleting = deleteTargetType(context, type!);
      const finished = deleting.then(() => 'deleted');
      const waited = new Promise((resolve) => setTimeout(resolve, 200, 'waits'));
      expect(await Promise.race([finished, waited])).toBe('waits');
    });
    await deleting;
    expect(await storedNames(context)).toEqual([]);
  });
});

describe('announcements', () => {
  it('tells the whole tenant of a change, and of nothing else', async () => {
    const context = await newContext();
    const heard: Announcement[] = [];
    context.announcements.subscribe({ changed: (one) => heard.push(one), everything() {} });
    const told = async (verb: () => Promise<unknown>) => {
      heard.length = 0;
      await verb().catch(() => {});
      return heard.filter(({ tenantId }) => tenantId === context.caller.tenantId);
    };
    const tenantWide = [{ tenantId: context.caller.tenantId }];
    const types = [{ name: 'n' }];
    expect(await told(() => createTargetTypes(context, { targetTypes: types, dryRun: true }))).toEqual([]);
    expect(await told(() => createTargetTypes(context, { targetTypes: types }))).toEqual(tenantWide);
    expect(await told(() => createTargetTypes(context, { targetTypes: types }))).toEqual([]);
    const [type] = (await (await listTargetTypes(context, {})).page()).items;
    expect(await told(() => updateTargetType(context, { id: type!.id, name: 'm' }))).toEqual(tenantWide);
    expect(await told(() => deleteTargetType(context, type!))).toEqual(tenantWide);
    expect(await told(() => deleteTargetType(context, type!))).toEqual([]);
  });
});

describe('permissions', () => {
  const others = (['CREATE', 'READ', 'UPDATE', 'DELETE'] as const).map(
    (action) => `${action}_TARGET_TYPE` as const,
  );
  const needs: [Permission, (context: Context) => Promise<unknown>][] = [
    ['CREATE_TARGET_TYPE', (c) => createTargetTypes(c, { targetTypes: [{ name: 'n' }] })],
    ['UPDATE_TARGET_TYPE', (c) => updateTargetType(c, { id: NO_ID })],
    ['DELETE_TARGET_TYPE', (c) => deleteTargetType(c, { id: NO_ID })],
    ['READ_TARGET_TYPE', (c) => findTargetType(c, NO_ID)],
    ['READ_TARGET_TYPE', (c) => findTargetTypes(c, [NO_ID])],
    ['READ_TARGET_TYPE', (c) => listTargetTypes(c, {})],
  ];
  test.each(needs)('%s is needed', async (permission, verb) => {
    const { contextOf, tenantId } = await newTenant(opened.platform);
    const context = contextOf(others.filter((one) => one !== permission));
    await expect(verb(context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await context.database.$count(targetTypes, eq(targetTypes.tenantId, tenantId))).toBe(0);
  });
});
