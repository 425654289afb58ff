import { eq } from 'drizzle-orm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { imports } from '../../../../src/database/tables/imports.ts';
import { exportTargets } from '../../../../src/services/fleet/exports/export-targets.ts';
import { findImport, latestImports } from '../../../../src/services/fleet/imports/find.ts';
import { importTargets } from '../../../../src/services/fleet/imports/import-targets.ts';
import type { ImportedTarget, Position, RowBatch } from '../../../../src/services/fleet/imports/source.ts';
import { findAttributes } from '../../../../src/services/fleet/targets/attributes.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import type { Announcement } from '../../../../src/services/platform/announcement.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

/** A source of batches, each as long as it wants. A row is a line and a byte. */
const source = (targets: readonly ImportedTarget[], { a = 1_000, before = async (_: number) => {} } = {}) =>
  async function* (from: Position): AsyncGenerator<RowBatch> {
    for (let at = from.bytes; at < targets.length; at += a) {
      await before(at);
      const rows = targets.slice(at, at + a).map((target, index) => ({ line: at + index + 1, target }));
      const end = at + rows.length;
      yield { rows, end: { bytes: end, lines: end, digest: `${end}` } };
    }
  };
const numbered = (count: number, more: ImportedTarget = {}) =>
  Array.from({ length: count }, (_, n) => ({ controllerId: `d${n}`, ...more }));
const countOf = async (context: Context) => (await listTargets(context, {})).total();
const OPTIONS = { format: 'csv' } as const;

describe('importTargets', () => {
  it('names a target by its controllerId, as far as a name goes, unless it has one', async () => {
    const context = (await newTenant(platform)).contextOf();
    const long = `a${'💥'.repeat(127)}`;
    await importTargets(context, OPTIONS, source([{ controllerId: long }, { controllerId: 'x' }]));
    expect((await findTarget(context, long)).name).toBe(`a${'💥'.repeat(63)}`);
    expect((await findTarget(context, 'x')).name).toBe('x');
    const again = source([
      { controllerId: long, description: 'd' },
      { controllerId: 'x', name: 'n' },
    ]);
    await importTargets(context, { ...OPTIONS, mode: 'upsert' }, again);
    expect((await findTarget(context, long)).name).toBe(`a${'💥'.repeat(63)}`);
    expect((await findTarget(context, 'x')).name).toBe('n');
  });

  it('keeps what was committed when the source breaks, and goes on from there', async () => {
    const context = (await newTenant(platform)).contextOf();
    const targets = numbered(12_000);
    const broken = source(targets, {
      before: async (at) => {
        if (at >= 7_000) throw new Error('cable cut');
      },
    });
    await expect(importTargets(context, { ...OPTIONS, key: 'k' }, broken)).rejects.toThrow('cable cut');
    const [interrupted] = await latestImports(context, { key: 'k' });
    expect(interrupted).toMatchObject({
      state: 'interrupted',
      rowsRead: 7_000,
      rowsCreated: 7_000,
      bytes: 7_000,
    });
    expect(await countOf(context)).toBe(7_000);

    const seen: number[] = [];
    const whole = source(targets, { before: async (at) => void seen.push(at) });
    const done = await importTargets(context, { ...OPTIONS, key: 'k' }, whole);
    expect(seen[0]).toBe(7_000);
    expect(done).toMatchObject({
      id: interrupted!.id,
      state: 'finished',
      message: null,
      rowsRead: 12_000,
      rowsCreated: 12_000,
      rowsRefused: 0,
    });
    expect(await countOf(context)).toBe(12_000);
  });

  it('lets an upload that takes over stop the one before', async () => {
    const context = (await newTenant(platform)).contextOf();
    const targets = numbered(6_000);
    let other: Promise<unknown> | undefined;
    const stuck = source(targets, {
      before: async (at) => {
        if (at < 3_000) return;
        other ??= importTargets(context, { ...OPTIONS, key: 'k' }, source(targets));
        await other;
      },
    });
    await expect(importTargets(context, { ...OPTIONS, key: 'k' }, stuck)).rejects.toMatchObject({
      code: 'IMPORT_TAKEN_OVER',
    });
    expect(await other).toMatchObject({ state: 'finished', rowsCreated: 6_000, rowsRefused: 0 });
    const [one, ...more] = await latestImports(context);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ state: 'finished', rowsRead: 6_000 });
  });

  it('commits nothing of a chunk that the database refuses, and can be taken up again', async () => {
    const tenant = await newTenant(platform);
    const context = tenant.contextOf();
    const real = context.database.transaction.bind(context.database);
    let transactions = 0;
    const failing = vi.fn(async (work: Parameters<typeof real>[0]) => {
      // The first notes the import, the second takes the first chunk in.
      if (++transactions === 3) throw new Error('disk full');
      return real(work);
    });
    const database = new Proxy(context.database, {
      get: (target, name) => (name === 'transaction' ? failing : Reflect.get(target, name)),
    });
    const targets = numbered(20_000);
    await expect(
      importTargets({ ...context, database }, { ...OPTIONS, key: 'k' }, source(targets)),
    ).rejects.toThrow('disk full');
    const [interrupted] = await latestImports(context);
    expect(interrupted).toMatchObject({ state: 'interrupted', rowsRead: 5_000 });
    expect(await countOf(context)).toBe(5_000);
    const done = await importTargets(context, { ...OPTIONS, resume: interrupted!.id }, source(targets));
    expect(done).toMatchObject({ state: 'finished', rowsCreated: 20_000, rowsRefused: 0 });
  });

  it('forgets the oldest imports where there are too many, or their reports are too long', async () => {
    const tenant = await newTenant(platform);
    const context = tenant.contextOf();
    const begun = {
      tenantId: tenant.tenantId,
      mode: 'create',
      format: 'csv',
      attempt: 1,
      startedBy: 'x',
    } as const;
    const at = { startedAt: new Date(), updatedAt: new Date() };
    const kept = { ...begun, ...at, dryRun: false, state: 'finished', faults: 0 } as const;
    const known = async () => (await latestImports(context, { limit: 500 })).map(({ key }) => key);
    await context.database
      .insert(imports)
      .values([
        { ...kept, key: 'oldest' },
        { ...kept, key: 'still running', state: 'running' },
        { ...kept, key: 'long', faults: 3_000_000 },
        { ...kept, key: 'dry', dryRun: true, state: 'failed', rowsRead: 3_000_000 },
        ...new Array(300).fill(kept),
      ]);
    await importTargets(context, { ...OPTIONS, key: 'new' }, source([]));
    expect((await known()).filter(Boolean)).toEqual(['new', 'dry', 'still running']);

    await context.database.insert(imports).values(new Array(1_000).fill(kept));
    await importTargets(context, { ...OPTIONS, key: 'newest' }, source([]));
    expect((await known())[0]).toBe('newest');
    expect(await context.database.$count(imports, eq(imports.tenantId, tenant.tenantId))).toBe(1_002);
  });

  it('lets two imports of the same ids in opposite order end, each id once', async () => {
    const tenant = await newTenant(platform);
    const context = tenant.contextOf();
    const targets = numbered(8_000, { attributes: [['k', 'v']] });
    const [one, other] = await Promise.all([
      importTargets(context, { ...OPTIONS, mode: 'upsert' }, source(targets)),
      importTargets(context, { ...OPTIONS, mode: 'upsert' }, source(targets.toReversed())),
    ]);
    expect(one.rowsCreated + other.rowsCreated).toBe(8_000);
    expect(one.rowsUpdated + other.rowsUpdated).toBe(8_000);
    expect(await countOf(context)).toBe(8_000);
  });

  it('waits for another that brings the same ids in opposite order, without a deadlock', async () => {
    const context = (await newTenant(platform)).contextOf();
    const transaction = vi.spyOn(context.database, 'transaction');
    const targets = numbered(4_000);
    const both = [targets, targets.toReversed()].map((list) =>
      importTargets(context, OPTIONS, source(list, { a: 4_000 })),
    );
    const [one, other] = await Promise.all(both);
    expect([one!.rowsCreated, other!.rowsCreated].sort()).toEqual([0, 4_000]);
    expect(transaction, 'to begin and for one chunk, none of them twice').toHaveBeenCalledTimes(4);
    transaction.mockRestore();
  });

  it('creates targets in the order of the file', async () => {
    const context = (await newTenant(platform)).contextOf();
    const ids = ['c', 'a', 'd', 'b'];
    await importTargets(context, OPTIONS, source(ids.map((controllerId) => ({ controllerId }))));
    const { targets } = await exportTargets(context);
    const exported: unknown[] = [];
    for await (const { controllerId } of targets()) exported.push(controllerId);
    expect(exported).toEqual(ids);
  });

  it('refuses a row by which a target would have too many attributes, and leaves it as it was', async () => {
    const context = (await newTenant(platform)).contextOf();
    await createTargets(context, {
      targets: [{ controllerId: 'full', name: 'old' }, { controllerId: 'half' }],
    });
    const many = (letter: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({ key: `${letter}${n}`, value: 'x' }));
    await setTargetAttributes(context, { controllerIds: ['full'], attributes: many('a', 95) });
    await setTargetAttributes(context, { controllerIds: ['half'], attributes: many('a', 95) });
    const entries = (list: { key: string; value: string }[]) =>
      list.map(({ key, value }) => [key, value] as const);
    const targets: ImportedTarget[] = [
      { controllerId: 'full', name: 'new', attributes: entries(many('b', 6)) },
      { controllerId: 'half', attributes: entries([...many('a', 90), ...many('b', 5)]) },
      { controllerId: 'more', attributes: entries(many('c', 101)) },
    ];
    const done = await importTargets(context, { ...OPTIONS, mode: 'upsert' }, source(targets));
    expect(done).toMatchObject({ rowsUpdated: 1, rowsRefused: 2 });
    const full = await findTarget(context, 'full');
    expect(full.name).toBe('old');
    expect((await findAttributes(context, [full.id])).get(full.id)).toHaveLength(95);
  });

  it('announces what it made and what it changed, and nothing of a dry run', async () => {
    const context = (await newTenant(platform)).contextOf();
    const heard: Announcement[] = [];
    const hear = (one: Announcement) => {
      if (one.tenantId === context.caller.tenantId) heard.push(one);
    };
    platform.announcements.subscribe({ changed: hear, created: hear, everything() {} });
    await createTargets(context, { targets: [{ controllerId: 'd1' }] });
    heard.length = 0;
    const upsert = { ...OPTIONS, mode: 'upsert' } as const;
    await importTargets(context, { ...upsert, dryRun: true }, source(numbered(3)));
    expect(heard).toEqual([]);
    await importTargets(context, upsert, source(numbered(3)));
    expect(heard).toEqual([
      expect.objectContaining({ kind: 'created', controllerIds: ['d0', 'd2'] }),
      expect.objectContaining({ controllerIds: ['d1'] }),
    ]);
  });

  it('keeps a token unless one is given, and only makes requests for attributes', async () => {
    const context = (await newTenant(platform)).contextOf();
    await createTargets(context, {
      targets: [{ controllerId: 'd0', securityToken: 'kept', requestAttributes: true, address: 'http://1' }],
    });
    const upsert = { ...OPTIONS, mode: 'upsert' } as const;
    await importTargets(context, upsert, source(numbered(2, { requestAttributes: false })));
    expect(await findTarget(context, 'd0')).toMatchObject({
      securityToken: 'kept',
      requestAttributes: true,
      address: 'http://1',
    });
    expect(await findTarget(context, 'd1')).toMatchObject({ requestAttributes: false });
    await importTargets(context, upsert, source(numbered(1, { securityToken: 'given', address: '' })));
    expect(await findTarget(context, 'd0')).toMatchObject({ securityToken: 'given', address: null });
  });

  it('shows an import without a process as interrupted', async () => {
    const context = (await newTenant(platform)).contextOf();
    const done = await importTargets(context, OPTIONS, source([]));
    expect((await findImport(context, done.id)).state).toBe('finished');
    const later = { ...context, clock: () => new Date(Date.now() + 61_000) };
    let seen: string[] = [];
    const watched = source(numbered(1), {
      before: async () => {
        const [now] = await latestImports(context);
        const [then] = await latestImports(later);
        seen = [now!.state, then!.state];
      },
    });
    await importTargets(context, OPTIONS, watched);
    expect(seen).toEqual(['running', 'interrupted']);
  });
});

describe('files that come slowly', () => {
  /** A source that sends a row and then nothing until it is released. */
  function slowSource() {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = (at: number) => (at ? released : Promise.resolve());
    return { release, read: source(numbered(2), { a: 1, before }) };
  }

  it('hold up nobody but the account that sends them', async () => {
    const tenant = await newTenant(platform);
    const sender = tenant.contextOf();
    const colleague = tenant.contextOf(undefined, [], 'colleague');
    const slow = Array.from({ length: 5 }, slowSource);
    const imports = slow.map(({ read }, n) => importTargets(sender, { ...OPTIONS, key: `slow ${n}` }, read));
    const quick = source([{ controllerId: 'quick' }]);
    const other = (await newTenant(platform)).contextOf();
    for (const context of [colleague, other])
      expect(await importTargets(context, OPTIONS, quick)).toMatchObject({ rowsCreated: 1 });
    for (const { release } of slow) release();
    expect(await Promise.all(imports)).toHaveLength(5);
  });
});
