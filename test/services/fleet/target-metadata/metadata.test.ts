import { afterAll, describe, expect, it } from 'vitest';
import { createTargetMetadata } from '../../../../src/services/fleet/target-metadata/create.ts';
import { deleteTargetMetadata } from '../../../../src/services/fleet/target-metadata/delete.ts';
import {
  findMetadataEntry,
  findTargetMetadata,
} from '../../../../src/services/fleet/target-metadata/find.ts';
import { setTargetMetadata } from '../../../../src/services/fleet/target-metadata/set.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const fleet = async (...controllerIds: string[]) => {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf();
  await createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
  /** Acts later than anything before, as somebody else. */
  const later: Context = {
    ...tenant.contextOf(undefined, [], 'later'),
    clock: () => new Date(Date.now() + 60_000),
  };
  return { tenant, context, later };
};
const entries = (count: number, value = 'v') =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value }));
const metadataOf = async (context: Context, controllerId: string) => {
  const { id } = await findTarget(context, controllerId);
  const found = (await findTargetMetadata(context, [id])).get(id) ?? [];
  return Object.fromEntries(found.map(({ key, value }) => [key, value]));
};
const changedBy = async (context: Context, controllerId: string) =>
  (await findTarget(context, controllerId)).lastModifiedBy;

describe('createTargetMetadata', () => {
  it('adds entries, kept as they are, read in the order of the keys', async () => {
    const { context } = await fleet('a', 'b');
    await createTargetMetadata(context, {
      controllerId: 'a',
      entries: [
        { key: 'b', value: ' <b>2</b> ' },
        { key: 'B', value: '' },
        { key: '', value: 'empty' },
        { key: ' a ', value: '{"x":"\\y,"}' },
      ],
    });
    const { id } = await findTarget(context, 'a');
    const other = await findTarget(context, 'b');
    const found = await findTargetMetadata(context, [other.id, id]);
    expect(found.get(id)).toEqual([
      { key: '', value: 'empty' },
      { key: ' a ', value: '{"x":"\\y,"}' },
      { key: 'B', value: '' },
      { key: 'b', value: ' <b>2</b> ' },
    ]);
    expect(found.get(other.id)).toEqual([]);
  });

  it('refuses all where a key is there', async () => {
    const { context, later } = await fleet('a');
    await createTargetMetadata(context, { controllerId: 'a', entries: [{ key: 'a', value: '1' }] });
    const again = createTargetMetadata(later, {
      controllerId: 'a',
      entries: [
        { key: 'b', value: '2' },
        { key: 'a', value: '2' },
      ],
    });
    await expect(again).rejects.toMatchObject({
      code: 'TARGET_METADATA_ALREADY_EXISTS',
      details: { path: ['entries', '1', 'key'] },
    });
    expect(await metadataOf(context, 'a')).toEqual({ a: '1' });
    expect(await changedBy(context, 'a')).toBe('tester');
  });

  it('notes who changed the target and when', async () => {
    const { later } = await fleet('a');
    const before = await findTarget(later, 'a');
    await createTargetMetadata(later, { controllerId: 'a', entries: [{ key: 'a', value: '1' }] });
    const after = await findTarget(later, 'a');
    expect(after.lastModifiedBy).toBe('later');
    expect(after.lastModifiedAt.getTime()).toBeGreaterThan(before.lastModifiedAt.getTime());
    expect(after.createdAt).toEqual(before.createdAt);
  });

  it.each([
    [[], ['entries']],
    [
      [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
      ['entries', '1', 'key'],
    ],
    [[{ key: 'k'.repeat(129), value: '' }], ['entries', '0', 'key']],
    [[{ key: 'a', value: 'v'.repeat(4001) }], ['entries', '0', 'value']],
    [[{ key: 'a\0', value: '' }], ['entries', '0', 'key']],
    [[{ key: 'a', value: '\ud800' }], ['entries', '0', 'value']],
    [[{ key: 'a' } as { key: string; value: string }], ['entries', '0', 'value']],
  ])('refuses %j', async (bad, path) => {
    const { context } = await fleet('a');
    await expect(createTargetMetadata(context, { controllerId: 'a', entries: bad })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path },
    });
    expect(await metadataOf(context, 'a')).toEqual({});
  });

  it('takes 100 of the longest, and no more', async () => {
    const { context } = await fleet('a');
    const most = entries(100, 'v'.repeat(4000)).map(({ key, value }) => ({
      key: key.padEnd(128, 'k'),
      value,
    }));
    await createTargetMetadata(context, { controllerId: 'a', entries: most });
    await expect(
      createTargetMetadata(context, { controllerId: 'a', entries: [{ key: 'one more', value: '' }] }),
    ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', details: { path: ['entries'] } });
    expect(Object.keys(await metadataOf(context, 'a'))).toHaveLength(100);
    expect(
      await setTargetMetadata(context, { controllerIds: ['a'], entries: [{ key: most[0]!.key, value: '' }] }),
    ).toBe(1);
  });
});

describe('setTargetMetadata', () => {
  it('adds and overwrites, of the named or of all that match, and counts those that differ', async () => {
    const { context, later } = await fleet('a1', 'a2', 'b');
    expect(await setTargetMetadata(context, { controllerIds: ['a1', 'b'], entries: entries(2) })).toBe(2);
    const wanted = [
      { key: 'k1', value: 'v' },
      { key: 'k2', value: 'v' },
    ];
    expect(await setTargetMetadata(later, { filter: 'id==A*', entries: wanted })).toBe(2);
    expect(await metadataOf(context, 'a1')).toEqual({ k0: 'v', k1: 'v', k2: 'v' });
    expect(await metadataOf(context, 'a2')).toEqual({ k1: 'v', k2: 'v' });
    expect(await metadataOf(context, 'b')).toEqual({ k0: 'v', k1: 'v' });
    expect(await changedBy(context, 'b')).toBe('tester');

    expect(await setTargetMetadata(context, { filter: 'id==*', entries: wanted })).toBe(1);
    expect(await changedBy(context, 'a1')).toBe('later');
    expect(await changedBy(context, 'b')).toBe('tester');
  });

  it('only counts in a dry run', async () => {
    const { context } = await fleet('a', 'b');
    expect(await setTargetMetadata(context, { filter: 'id==*', entries: entries(1), dryRun: true })).toBe(2);
    expect(await metadataOf(context, 'a')).toEqual({});
  });

  it('changes none where one is missing or would have more than 100', async () => {
    const { context } = await fleet('a', 'b');
    await setTargetMetadata(context, { controllerIds: ['b'], entries: entries(100) });
    const one = [{ key: 'new', value: 'v' }];
    await expect(
      setTargetMetadata(context, { controllerIds: ['a', 'x'], entries: one }),
    ).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND', details: { path: ['controllerIds', '1'] } });
    await expect(setTargetMetadata(context, { filter: 'id==*', entries: one })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      message: expect.stringContaining("'b'"),
    });
    expect(await metadataOf(context, 'a')).toEqual({});
    expect(Object.keys(await metadataOf(context, 'b'))).toHaveLength(100);
  });

  it.each([{}, { controllerIds: ['a'], filter: 'id==a' }])('refuses %o: neither or both', async (which) => {
    const { context } = await fleet('a');
    await expect(setTargetMetadata(context, { ...which, entries: entries(1) })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('leaves other tenants alone', async () => {
    const mine = await fleet('a');
    const theirs = await fleet('a');
    await setTargetMetadata(mine.context, { filter: 'id==*', entries: entries(1) });
    expect(await metadataOf(theirs.context, 'a')).toEqual({});
  });
});

describe('deleteTargetMetadata', () => {
  it('takes the keys from those that have them, and counts these', async () => {
    const { context, later } = await fleet('a', 'b', 'c');
    await setTargetMetadata(context, { controllerIds: ['a', 'b'], entries: entries(2) });
    const keys = ['k0', 'none', 'never\0'];
    expect(await deleteTargetMetadata(context, { filter: 'id==*', keys, dryRun: true })).toBe(2);
    expect(await metadataOf(context, 'a')).toEqual({ k0: 'v', k1: 'v' });
    expect(await deleteTargetMetadata(later, { controllerIds: ['a', 'c'], keys })).toBe(1);
    expect(await metadataOf(context, 'a')).toEqual({ k1: 'v' });
    expect(await metadataOf(context, 'b')).toEqual({ k0: 'v', k1: 'v' });
    expect(await changedBy(context, 'a')).toBe('later');
    expect(await changedBy(context, 'c')).toBe('tester');
  });

  it('takes none where one of the named is missing, and wants a key', async () => {
    const { context } = await fleet('a');
    await setTargetMetadata(context, { controllerIds: ['a'], entries: entries(1) });
    await expect(
      deleteTargetMetadata(context, { controllerIds: ['a', 'x'], keys: ['k0'] }),
    ).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
    await expect(deleteTargetMetadata(context, { controllerIds: ['a'], keys: [] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['keys'] },
    });
    expect(await metadataOf(context, 'a')).toEqual({ k0: 'v' });
  });
});

describe('reading metadata', () => {
  it('finds one entry, and says which is missing: the target or the key', async () => {
    const { context } = await fleet('a');
    await setTargetMetadata(context, { controllerIds: ['a'], entries: [{ key: 'k', value: '' }] });
    expect(await findMetadataEntry(context, 'a', 'k')).toEqual({ key: 'k', value: '' });
    for (const key of ['K', 'x', 'k\0'])
      await expect(findMetadataEntry(context, 'a', key)).rejects.toMatchObject({
        code: 'TARGET_METADATA_NOT_FOUND',
      });
    for (const id of ['x', 'a\0'])
      await expect(findMetadataEntry(context, id, 'k')).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
  });

  it('goes with the target', async () => {
    const { context } = await fleet('a');
    await setTargetMetadata(context, { controllerIds: ['a'], entries: entries(1) });
    await deleteTargets(context, { controllerIds: ['a'] });
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    expect(await metadataOf(context, 'a')).toEqual({});
  });

  it.each([
    ['metadata.site==BERN', ['a']],
    ['metadata.SITE!=bern', ['b']],
    ['metadata.site=is=null', ['c']],
    ["metadata.site==''", ['c']],
    ['metadata.a.b==1', ['c']],
  ])('is there for filters: %s', async (filter, found) => {
    const { context } = await fleet('a', 'b', 'c');
    await setTargetMetadata(context, { controllerIds: ['a'], entries: [{ key: 'Site', value: 'Bern' }] });
    await setTargetMetadata(context, { controllerIds: ['b'], entries: [{ key: 'site', value: 'Berlin' }] });
    await setTargetMetadata(context, { controllerIds: ['c'], entries: [{ key: 'a.b', value: '1' }] });
    const { items } = await (await listTargets(context, { filter })).page();
    expect(items.map(({ controllerId }) => controllerId)).toEqual(found);
  });
});

it('announces the targets that are different, as polls may depend on it, and nothing after a dry run', async () => {
  const { tenant, context } = await fleet('a', 'b');
  const heard: (readonly string[] | undefined)[] = [];
  platform.announcements.subscribe({
    changed: ({ tenantId, controllerIds }) => tenantId === tenant.tenantId && heard.push(controllerIds),
    everything() {},
  });
  await createTargetMetadata(context, { controllerId: 'a', entries: entries(1) });
  await setTargetMetadata(context, { filter: 'id==*', entries: entries(1), dryRun: true });
  await setTargetMetadata(context, { filter: 'id==*', entries: entries(1) });
  await setTargetMetadata(context, { filter: 'id==*', entries: entries(1) });
  await deleteTargetMetadata(context, { controllerIds: ['a'], keys: ['k0'] });
  expect(heard).toEqual([['a'], ['b'], ['a']]);
});

it('needs UPDATE_TARGET to change and READ_TARGET to read', async () => {
  const { tenant } = await fleet('a');
  const reader = tenant.contextOf(['READ_TARGET', 'CREATE_TARGET', 'DELETE_TARGET']);
  const one = entries(1);
  for (const work of [
    createTargetMetadata(reader, { controllerId: 'a', entries: one }),
    setTargetMetadata(reader, { controllerIds: ['a'], entries: one }),
    deleteTargetMetadata(reader, { controllerIds: ['a'], keys: ['k'] }),
    findTargetMetadata(tenant.contextOf(['UPDATE_TARGET']), [1]),
    findMetadataEntry(tenant.contextOf(['UPDATE_TARGET']), 'a', 'k'),
  ])
    await expect(work).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
