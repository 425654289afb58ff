import { afterAll, describe, expect, it } from 'vitest';
import { exportTargets } from '../../../../src/services/fleet/exports/export-targets.ts';
import { listImportFaults } from '../../../../src/services/fleet/imports/faults.ts';
import { importTargets } from '../../../../src/services/fleet/imports/import-targets.ts';
import type { Entry, ImportedTarget } from '../../../../src/services/fleet/imports/source.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

type Mode = 'create' | 'upsert';

/** Takes rows in as one chunk. */
async function takeIn(context: Context, mode: Mode, rows: readonly ImportedTarget[], dryRun = false) {
  const done = await importTargets(context, { format: 'ndjson', mode, dryRun }, async function* () {
    const end = { bytes: rows.length, lines: rows.length, digest: 'd' };
    yield { rows: rows.map((target, index) => ({ line: index + 1, target })), end };
  });
  const faults: string[] = [];
  for await (const { line, code } of await listImportFaults(context, done.id)) faults.push(`${line} ${code}`);
  return { counts: [done.rowsCreated, done.rowsUpdated, done.rowsRefused], faults };
}

async function fleetOf(context: Context): Promise<ImportedTarget[]> {
  const fleet: ImportedTarget[] = [];
  for await (const target of (await exportTargets(context)).targets()) fleet.push(target);
  return fleet;
}

const entries = (letter: string, count: number): Entry[] =>
  Array.from({ length: count }, (_, n) => [`${letter}${n}`, letter]);

const ROWS: ImportedTarget[] = [
  {
    controllerId: 'x',
    name: 'first',
    group: 'g',
    securityToken: 't',
    requestAttributes: false,
    address: 'a',
  },
  { controllerId: 'y', description: 'only one' },
  {
    controllerId: 'x',
    name: 'second',
    description: 'd',
    attributes: [
      ['k', '1'],
      ['l', '1'],
    ],
    tags: ['one'],
  },
  {
    controllerId: 'x',
    group: '',
    address: '',
    attributes: [['k', '2']],
    metadata: [['m', '']],
    tags: ['two'],
  },
  { controllerId: 'x', requestAttributes: true, metadata: [['m', 'last']], tags: ['one'] },
];

describe('rows of the same target in one chunk', () => {
  it.each(['nothing', 'the target'])('do what they do one after another, where there is %s', async (what) => {
    const [together, apart] = [
      (await newTenant(platform)).contextOf(),
      (await newTenant(platform)).contextOf(),
    ];
    const before = { controllerId: 'x', name: 'old', securityToken: 'old', attributes: entries('o', 2) };
    if (what === 'the target') for (const one of [together, apart]) await takeIn(one, 'create', [before]);
    const { counts } = await takeIn(together, 'upsert', ROWS);
    for (const row of ROWS) await takeIn(apart, 'upsert', [row]);
    const [fleet, expected] = [await fleetOf(together), await fleetOf(apart)];
    for (const one of [fleet, expected])
      for (const target of one) if (target.controllerId === 'y') target.securityToken = '';
    expect(fleet).toEqual(expected);
    expect(fleet[0]).toMatchObject({ name: 'second', group: null, address: null, requestAttributes: true });
    expect(counts).toEqual(what === 'nothing' ? [2, 3, 0] : [1, 4, 0]);
  });

  it('are refused but the first that can be taken in, where nothing may be changed', async () => {
    const context = (await newTenant(platform)).contextOf();
    await createTargetTypes(context, { targetTypes: [{ key: 'known' }] });
    const rows: ImportedTarget[] = [
      { controllerId: 'x', targetType: 'unknown', attributes: [['k', '1']] },
      { controllerId: 'x', targetType: 'known', attributes: [['k', '2']] },
      { controllerId: 'x', targetType: '99999999999999999999' },
      { controllerId: 'x' },
    ];
    const faults = ['1 TARGET_TYPE_NOT_FOUND', '3 TARGET_TYPE_NOT_FOUND', '4 TARGET_ALREADY_EXISTS'];
    const dry = await takeIn(context, 'create', rows, true);
    expect(dry).toEqual({ counts: [1, 0, 3], faults });
    expect(await takeIn(context, 'create', rows)).toEqual(dry);
    expect(await fleetOf(context)).toMatchObject([{ targetType: 'known', attributes: [['k', '2']] }]);
    expect(await takeIn(context, 'upsert', rows, true)).toMatchObject({ counts: [0, 2, 2] });
  });

  it('may not bring more entries together than one may have', async () => {
    const context = (await newTenant(platform)).contextOf();
    const rows: ImportedTarget[] = [
      { controllerId: 'x', attributes: entries('a', 60) },
      { controllerId: 'x', attributes: entries('b', 60) },
      { controllerId: 'y', metadata: entries('a', 60) },
      { controllerId: 'y', metadata: [...entries('a', 60), ...entries('b', 40)] },
    ];
    expect(await takeIn(context, 'upsert', rows)).toEqual({
      counts: [2, 1, 1],
      faults: ['2 QUOTA_EXCEEDED'],
    });
    const [x, y] = await fleetOf(context);
    expect([x?.attributes?.length, y?.metadata?.length]).toEqual([60, 100]);
  });
});

it('sees what it changed itself, however its changes are undone and made again for a scoped caller', async () => {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf(['READ_TARGET', 'CREATE_TARGET/controllerId!=f*', 'UPDATE_TARGET']);
  const many = Array.from({ length: 5_000 }, (_, n) => ({ controllerId: `d${n}` }));
  const rows = [...many, { controllerId: 'd1' }, { controllerId: 'f' }, { controllerId: 'e' }];
  const read = async function* () {
    for (const [line, target] of rows.entries())
      yield { rows: [{ line, target }], end: { bytes: line + 1, lines: line + 1, digest: `${line}` } };
  };
  const done = await importTargets(context, { format: 'csv', mode: 'upsert' }, read);
  expect(done).toMatchObject({ rowsCreated: 5_001, rowsUpdated: 1, rowsRefused: 1, warnings: 1 });
});

it('refuses a type that no text column can hold', async () => {
  const context = (await newTenant(platform)).contextOf();
  const rows = [
    { controllerId: 'x', targetType: 'a\0b' },
    { controllerId: 'y', targetType: '\ud800' },
    { controllerId: 'z' },
  ];
  expect(await takeIn(context, 'create', rows)).toEqual({
    counts: [1, 0, 2],
    faults: ['1 INVALID_INPUT', '2 INVALID_INPUT'],
  });
});
