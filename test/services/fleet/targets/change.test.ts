import { afterAll, describe, expect, it } from 'vitest';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { findAttributes } from '../../../../src/services/fleet/targets/attributes.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { TargetUpdate } from '../../../../src/services/fleet/targets/input.ts';
import { rotateTargetToken } from '../../../../src/services/fleet/targets/rotate-token.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import { summarizeFleet } from '../../../../src/services/fleet/targets/summary.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const fleet = async (...controllerIds: string[]) => {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf();
  await createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
  return { tenant, context };
};

describe('updateTarget', () => {
  it('changes what is given, keeps the rest and says who did it', async () => {
    const { tenant, context } = await fleet('a');
    await updateTarget(context, {
      controllerId: 'a',
      description: 'd',
      address: 'http://1.2.3.4',
      group: 'g',
    });
    const other = tenant.contextOf(undefined, [], 'other');
    const after = await updateTarget(other, { controllerId: 'a', name: ' n ', description: undefined });
    expect(after).toMatchObject({ name: 'n', description: 'd', address: 'http://1.2.3.4', group: 'g' });
    expect(after).toMatchObject({ createdBy: 'tester', lastModifiedBy: 'other' });
    expect(await findTarget(context, 'a')).toEqual(after);
  });

  it('clears by null', async () => {
    const { context } = await fleet('a');
    const { created } = await createTargetTypes(context, { targetTypes: [{ name: 'T' }] });
    const full = { description: 'd', address: 'x', group: 'g', targetTypeId: created[0]!.id };
    await updateTarget(context, { controllerId: 'a', ...full });
    const none = { description: null, address: null, group: null };
    const after = await updateTarget(context, { controllerId: 'a', ...none, targetTypeId: null });
    expect(after).toMatchObject({ ...none, targetType: null });
    expect(await findTarget(context, 'a')).toEqual(after);
  });

  it('leaves the time of the last change alone where nothing is given', async () => {
    const { tenant } = await fleet('a');
    const after = await updateTarget(tenant.contextOf(undefined, [], 'other'), {
      controllerId: 'a',
      name: undefined,
    });
    expect(after.lastModifiedBy).toBe('tester');
  });

  it('sets and takes away the type, and refuses an unknown one or that of another tenant', async () => {
    const { context } = await fleet('a');
    const { created: targetTypes } = await createTargetTypes(context, { targetTypes: [{ name: 'T' }] });
    const { id } = targetTypes[0]!;
    expect(await updateTarget(context, { controllerId: 'a', targetTypeId: id })).toMatchObject({
      targetType: { id, name: 'T' },
    });
    const stranger = await fleet('a');
    await expect(
      updateTarget(stranger.context, { controllerId: 'a', targetTypeId: id }),
    ).rejects.toMatchObject({
      code: 'TARGET_TYPE_NOT_FOUND',
    });
    expect((await updateTarget(context, { controllerId: 'a', targetTypeId: null })).targetType).toBeNull();
  });

  it.each([
    { name: '' },
    { name: null },
    { name: '<i>x</i>' },
    { requestAttributes: false },
    { requestAttributes: null },
    { securityToken: '' },
    { securityToken: null },
  ])('refuses %o', async (bad) => {
    const { context } = await fleet('a');
    const before = await findTarget(context, 'a');
    await expect(
      updateTarget(context, { controllerId: 'a', description: 'x', ...bad } as TargetUpdate),
    ).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: Object.keys(bad) },
    });
    expect(await findTarget(context, 'a')).toEqual(before);
  });
});

describe('deleteTargets', () => {
  it('deletes all that are named, or none', async () => {
    const { context } = await fleet('a', 'b', 'c');
    await expect(deleteTargets(context, { controllerIds: ['a', 'x'] })).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      details: { path: ['controllerIds', '1'] },
    });
    expect(await (await listTargets(context, {})).total()).toBe(3);
    expect(await deleteTargets(context, { controllerIds: ['a', 'b'] })).toBe(2);
    expect(await (await listTargets(context, {})).total()).toBe(1);
  });

  it('deletes what matches a filter, and only counts in a dry run', async () => {
    const { context } = await fleet('a1', 'a2', 'b');
    expect(await deleteTargets(context, { filter: 'id==A*', dryRun: true })).toBe(2);
    expect(await (await listTargets(context, {})).total()).toBe(3);
    expect(await deleteTargets(context, { filter: 'id==A*' })).toBe(2);
    expect(await (await listTargets(context, {})).total()).toBe(1);
  });

  it.each([{}, { controllerIds: [], filter: 'id==a' }])('refuses %o: neither or both', async (input) => {
    const { context } = await fleet('a');
    await expect(deleteTargets(context, input)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('leaves other tenants alone', async () => {
    const mine = await fleet('a');
    const theirs = await fleet('a');
    await deleteTargets(mine.context, { filter: 'id==*' });
    expect(await findTarget(theirs.context, 'a')).toBeDefined();
  });

  it('takes attributes along and frees the controllerId', async () => {
    const { context } = await fleet('a');
    await setTargetAttributes(context, { controllerIds: ['a'], attributes: [{ key: 'k', value: 'v' }] });
    await deleteTargets(context, { controllerIds: ['a'] });
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    const { id } = await findTarget(context, 'a');
    expect((await findAttributes(context, [id])).get(id)).toEqual([]);
  });
});

describe('setTargetAttributes', () => {
  const attributesOf = async (context: Awaited<ReturnType<typeof fleet>>['context']) => {
    const { id } = await findTarget(context, 'a');
    const found = (await findAttributes(context, [id])).get(id) ?? [];
    return Object.fromEntries(found.map(({ key, value }) => [key, value]));
  };

  it('merges, replaces and removes', async () => {
    const { context } = await fleet('a');
    const set = (mode: 'merge' | 'replace' | 'remove', entries: Record<string, string | null>) =>
      setTargetAttributes(context, {
        controllerIds: ['a'],
        mode,
        attributes: Object.entries(entries).map(([key, value]) => ({ key, value })),
      });
    await set('merge', { a: '1', b: '2', '': '' });
    await set('merge', { b: '3', c: '4', a: null });
    expect(await attributesOf(context)).toEqual({ '': '', b: '3', c: '4' });
    await set('remove', { b: 'other', nothing: null });
    expect(await attributesOf(context)).toEqual({ '': '', c: '4' });
    await set('replace', { d: '5' });
    expect(await attributesOf(context)).toEqual({ d: '5' });
  });

  it('allows a hundred, and changes nothing where there would be more', async () => {
    const { context } = await fleet('a');
    const attributes = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ key: `k${from + n}`, value: 'v' }));
    await setTargetAttributes(context, { controllerIds: ['a'], attributes: attributes(0, 100) });
    await expect(
      setTargetAttributes(context, { controllerIds: ['a'], attributes: attributes(99, 2) }),
    ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await setTargetAttributes(context, { controllerIds: ['a'], attributes: attributes(0, 100) });
    expect(Object.keys(await attributesOf(context))).toHaveLength(100);
  });

  it.each([
    { key: 'k'.repeat(129), value: 'v' },
    { key: 'k', value: 'v'.repeat(129) },
    { key: 'ä', value: 'v' },
    { key: 'k', value: 'a~b' },
    { key: 'k', value: '\u00a0' },
    { key: 'k', value: '\0' },
  ])('refuses %o', async (attribute) => {
    const { context } = await fleet('a');
    await expect(
      setTargetAttributes(context, {
        controllerIds: ['a'],
        attributes: [{ key: 'fine', value: 'v' }, attribute],
      }),
    ).rejects.toMatchObject({ code: 'INVALID_ATTRIBUTES' });
    expect(await attributesOf(context)).toEqual({});
  });
});

describe('rotateTargetToken', () => {
  it('makes a token, or takes the one given', async () => {
    const { context } = await fleet('a');
    const before = await findTarget(context, 'a');
    const generated = await rotateTargetToken(context, { controllerId: 'a' });
    expect(generated.securityToken).toMatch(/^[0-9a-f]{32}$/);
    expect(generated.securityToken).not.toBe(before.securityToken);
    expect(
      (await rotateTargetToken(context, { controllerId: 'a', securityToken: 'mine' })).securityToken,
    ).toBe('mine');
  });
});

describe('summarizeFleet', () => {
  it('counts what operators look at', async () => {
    const { context } = await fleet('a', 'b', 'c');
    expect(await summarizeFleet(context)).toMatchObject({
      total: 3,
      unknown: 0,
      registered: 3,
      pending: 0,
      inSync: 0,
      error: 0,
      overdue: 0,
      neverSeen: 3,
      registeredLastDay: 3,
      waitingForApproval: 0,
    });
  });
});

describe('permissions', () => {
  it.each([
    ['update', 'UPDATE_TARGET', (c) => updateTarget(c, { controllerId: 'a' })],
    ['delete', 'DELETE_TARGET', (c) => deleteTargets(c, { controllerIds: ['a'] })],
    ['attributes', 'UPDATE_TARGET', (c) => setTargetAttributes(c, { controllerIds: ['a'], attributes: [] })],
    ['rotate', 'UPDATE_TARGET', (c) => rotateTargetToken(c, { controllerId: 'a' })],
    ['find', 'READ_TARGET', (c) => findTarget(c, 'a')],
    ['list', 'READ_TARGET', (c) => listTargets(c, {})],
    ['summary', 'READ_TARGET', (c) => summarizeFleet(c)],
  ] as const satisfies [
    string,
    string,
    (c: Awaited<ReturnType<typeof fleet>>['context']) => Promise<unknown>,
  ][])('%s needs %s', async (_, permission, verb) => {
    const { tenant } = await fleet('a');
    const others = (['CREATE_TARGET', 'READ_TARGET', 'UPDATE_TARGET', 'DELETE_TARGET'] as const).filter(
      (one) => one !== permission,
    );
    await expect(verb(tenant.contextOf(others))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await verb(tenant.contextOf([permission]));
  });
});
