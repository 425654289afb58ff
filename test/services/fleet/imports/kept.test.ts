import { and, eq, sql } from 'drizzle-orm';
import { afterAll, expect, it } from 'vitest';
import { importRefused, imports } from '../../../../src/database/tables/imports.ts';
import { createImportUpload } from '../../../../src/services/fleet/imports/create-upload.ts';
import { findImport, type Import } from '../../../../src/services/fleet/imports/find.ts';
import { forgetOldImports } from '../../../../src/services/fleet/imports/forget.ts';
import { importTargets } from '../../../../src/services/fleet/imports/import-targets.ts';
import { listFaultsOfEachImport, listImports } from '../../../../src/services/fleet/imports/list.ts';
import { readRefused } from '../../../../src/services/fleet/imports/refused.ts';
import type { RowBatch } from '../../../../src/services/fleet/imports/source.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

/** A file of rows without controllerIds, of this many bytes each. */
const badRows = (count: number, bytes: number) =>
  async function* (): AsyncGenerator<RowBatch> {
    const text = 'x'.repeat(bytes);
    for (let at = 0; at < count; at++)
      yield {
        rows: [{ line: at + 1, target: {}, text }],
        end: { bytes: at + 1, lines: at + 1, digest: `${at}` },
      };
  };
const setUpdatedAt = (context: Context, one: Pick<Import, 'id'>, msAgo: number) =>
  context.database
    .update(imports)
    .set({ updatedAt: new Date(Date.now() - msAgo) })
    .where(and(eq(imports.tenantId, context.caller.tenantId), eq(imports.id, one.id)));
const DAY_MS = 86_400_000;

it('forgets imports when the setting says so, and those whose file did not come', async () => {
  const context = (await newTenant(platform)).contextOf();
  const other = (await newTenant(platform)).contextOf();
  await setConfiguration(context, { 'import.retention.days': 2 });
  const old = await importTargets(context, { format: 'csv' }, badRows(1, 1));
  const recent = await importTargets(context, { format: 'csv' }, badRows(1, 1));
  const elsewhere = await importTargets(other, { format: 'csv' }, badRows(1, 1));
  await setUpdatedAt(context, old, 3 * DAY_MS);
  await setUpdatedAt(other, elsewhere, 3 * DAY_MS);
  const { import: waiting } = await createImportUpload(context, { format: 'csv' });
  const idsOf = async (of: Context) => (await (await listImports(of)).page()).items.map(({ id }) => id);
  await forgetOldImports(platform.database, new Date());
  expect(await idsOf(context)).toEqual([waiting.id, recent.id]);
  expect(await idsOf(other)).toEqual([elsewhere.id]);
  expect(await context.database.$count(importRefused, sql`import_id = ${old.id} /* of a test */`)).toBe(0);
  await forgetOldImports(platform.database, new Date(Date.now() + 16 * 60_000));
  expect(await idsOf(context)).toEqual([recent.id]);
});

it('tells of an import whose server ended, also to filters', async () => {
  const context = (await newTenant(platform)).contextOf();
  const done = await importTargets(context, { format: 'csv' }, badRows(1, 1));
  await context.database
    .update(imports)
    .set({ state: 'running' })
    .where(and(eq(imports.tenantId, context.caller.tenantId), eq(imports.id, done.id)));
  await setUpdatedAt(context, done, 61_000);
  expect(await findImport(context, done.id)).toMatchObject({
    state: 'interrupted',
    message: expect.stringContaining('the server'),
  });
  const count = async (state: string) => (await listImports(context, { filter: `state==${state}` })).total();
  expect([await count('interrupted'), await count('running')]).toEqual([1, 0]);
});

it('keeps refused rows up to 16 MiB, and tells how many', async () => {
  const context = (await newTenant(platform)).contextOf();
  const done = await importTargets(context, { format: 'csv' }, badRows(20, 1 << 20));
  expect(done).toMatchObject({ rowsRefused: 20, refusedKept: 16 });
  const rows: number[] = [];
  for await (const { line, row, faults } of (await readRefused(context, done.id)).rows) {
    expect([row.length, faults.length]).toEqual([1 << 20, 1]);
    rows.push(line);
  }
  expect(rows).toEqual(Array.from({ length: 16 }, (_, n) => n + 1));
});

it('lists the faults of several imports in as many statements as of one', async () => {
  const context = (await newTenant(platform)).contextOf();
  const one = await importTargets(context, { format: 'csv' }, badRows(5, 1));
  const two = await importTargets(context, { format: 'csv' }, badRows(3, 1));
  let statements = 0;
  const database = new Proxy(context.database, {
    get(target, property, receiver) {
      if (property === 'execute') statements++;
      return Reflect.get(target, property, receiver);
    },
  });
  const listed = await listFaultsOfEachImport({ ...context, database }, [one.id, two.id], { first: 2 });
  const pages = await Promise.all([one.id, two.id].map((id) => listed.get(id)!.page()));
  expect(pages.map(({ items }) => items.map(({ line }) => line))).toEqual([
    [1, 2],
    [1, 2],
  ]);
  expect(statements).toBe(1);
  expect(await Promise.all([one.id, two.id].map((id) => listed.get(id)!.total()))).toEqual([5, 3]);
  const [first] = pages;
  const after = first!.cursorOf(first!.items[1]!);
  const next = await listFaultsOfEachImport(context, [one.id], { first: 2, after });
  expect((await next.get(one.id)!.page()).items.map(({ line }) => line)).toEqual([3, 4]);
  const stranger = { ...context, caller: (await newTenant(platform)).contextOf().caller };
  const foreign = await listFaultsOfEachImport(stranger, [one.id], {});
  expect(await foreign.get(one.id)!.total()).toBe(0);
});
