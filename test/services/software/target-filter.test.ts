import { Readable } from 'node:stream';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { setTargetAttributes } from '../../../src/services/fleet/targets/set-attributes.ts';
import { listAuditEvents } from '../../../src/services/platform/audit/list.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { uploadArtifact } from '../../../src/services/software/artifacts/upload.ts';
import { assignModules } from '../../../src/services/software/distribution-sets/assign-modules.ts';
import { createDistributionSets } from '../../../src/services/software/distribution-sets/create.ts';
import { findDistributionSet } from '../../../src/services/software/distribution-sets/find.ts';
import { listDistributionSets } from '../../../src/services/software/distribution-sets/list.ts';
import { suggestTargetFilters } from '../../../src/services/software/distribution-sets/target-filter.ts';
import { updateDistributionSet } from '../../../src/services/software/distribution-sets/update.ts';
import { createSoftwareModules } from '../../../src/services/software/software-modules/create.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../support/platform.ts';
import { cpioOf, raucOf } from '../../support/updates.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let tenant: TestTenant;
let context: Context;
beforeEach(async () => {
  tenant = await newTenant(platform);
  context = tenant.contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a' }] });
});
const reports = (key: string, value: string) =>
  setTargetAttributes(context, { controllerIds: ['a'], attributes: [{ key, value }] });

const swu = (...hardware: string[]) =>
  cpioOf({
    'sw-description': `software = { version = "1"; hardware-compatibility: [${hardware.map((name) => JSON.stringify(name)).join()}]; }`,
  });
const rauc = (compatible: string) => raucOf({ manifest: `[update]\ncompatible=${compatible}\nversion=1\n` });

let count = 0;
/** A module with these files. */
async function moduleOf(files: Record<string, Buffer>): Promise<number> {
  const name = `m${count++}`;
  const { created } = await createSoftwareModules(context, {
    softwareModules: [{ type: 'application', name, version: '1' }],
  });
  const moduleId = created[0]!.id;
  for (const [filename, content] of Object.entries(files))
    await uploadArtifact(context, {
      moduleId,
      content: Readable.from([content]),
      details: async () => ({ filename }),
    });
  return moduleId;
}
const setOf = async (moduleIds: number[], options: object = {}, fillTargetFilters = true) => {
  const { created, faults } = await createDistributionSets(context, {
    distributionSets: [{ type: 'app', name: `s${count++}`, version: '1', moduleIds, ...options }],
    fillTargetFilters,
  });
  if (faults.length) throw faults[0];
  return created[0]!;
};
const suggestionFor = async (files: Record<string, Buffer>) => {
  const { id } = await setOf([await moduleOf(files)]);
  return (await suggestTargetFilters(context, [id]))[0];
};

describe('what an upload says of its hardware', () => {
  it.each([
    [{ 'a.swu': swu('1.0', '1.2') }, 'attribute.hw_revision=in=(1.0,1.2)', []],
    [{ 'a.swu': swu('board rev*2') }, 'attribute.hw_revision=="board rev\\\\*2"', []],
    [{ 'a.raucb': rauc('Test Board') }, 'attribute.compatible=="Test Board"', []],
    [
      {
        'a.swu': swu('1.0', '1.2'),
        'b.swu': swu('1.2', '1.3'),
        'c.raucb': rauc('x'),
        'd.txt': Buffer.from('d'),
      },
      'attribute.hw_revision==1.2 and attribute.compatible==x',
      [],
    ],
    [{ 'a.swu': swu('1.0'), 'b.swu': swu('2.0') }, null, [/different hardware/]],
    [{ 'a.swu': swu() }, null, [/^a.swu: it does not say/]],
    [{ 'a.swu': swu('#RE:^1') }, null, [/^a.swu: .*pattern/]],
    [{ 'a.raucb': raucOf({}), 'b.swu': swu('1') }, 'attribute.hw_revision==1', [/^a.raucb: its manifest/]],
  ])('is suggested as a filter of targets: %#', async (files, filter, notes) => {
    const suggestion = await suggestionFor(files);
    expect(suggestion).toMatchObject({ filter, notes: notes.map((note) => expect.stringMatching(note)) });
  });

  it('is nothing where there is no update', async () =>
    expect(await suggestionFor({ 'a.txt': Buffer.from('a') })).toBeNull());

  it('is compared with the attribute that the tenant configures', async () => {
    await setConfiguration(context, {
      'hardware.attribute.swupdate': 'board',
      'hardware.attribute.rauc': '',
    });
    expect(await suggestionFor({ 'a.swu': swu('1') })).toMatchObject({ filter: 'attribute.board==1' });
    expect(await suggestionFor({ 'a.raucb': rauc('x') })).toMatchObject({
      filter: null,
      notes: [expect.stringContaining('no attribute is set')],
    });
    await expect(setConfiguration(context, { 'hardware.attribute.rauc': 'a b' })).rejects.toMatchObject({
      code: 'CONFIGURATION_VALUE_INVALID',
    });
  });

  it('is told to nobody who may not read the module', async () => {
    const { id } = await setOf([await moduleOf({ 'a.swu': swu('1') })]);
    const blind = tenant.contextOf(['READ_DISTRIBUTION_SET']);
    expect(await suggestTargetFilters(blind, [id])).toEqual([null]);
  });
});

describe('a set without a filter', () => {
  it('gets the one that its files say, if devices report the attribute', async () => {
    const module = await moduleOf({ 'a.swu': swu('1.0') });
    expect(await setOf([module])).toMatchObject({ targetFilter: null });
    await reports('HW_Revision', '2.0');
    const filled = await setOf([module]);
    expect(filled).toMatchObject({ targetFilter: 'attribute.hw_revision==1.0' });
    expect(await setOf([module], { targetFilter: null })).toMatchObject({ targetFilter: null });
    expect(await setOf([module], { targetFilter: 'group==x' })).toMatchObject({ targetFilter: 'group==x' });
    expect(await setOf([module], {}, false)).toMatchObject({ targetFilter: null });
    const { items } = await (
      await listAuditEvents(context, { filter: `type==distribution-set.updated` })
    ).page();
    expect(items).toMatchObject([
      {
        subjects: [`${filled.name}:1`],
        changes: { targetFilter: { new: 'attribute.hw_revision==1.0' } },
      },
    ]);
  });

  it('gets it with its modules, if the caller wants so', async () => {
    await reports('compatible', 'x');
    const module = await moduleOf({ 'a.raucb': rauc('x') });
    const { id } = await setOf([]);
    expect(await assignModules(context, { id, moduleIds: [module] })).toMatchObject({ targetFilter: null });
    expect(await assignModules(context, { id, moduleIds: [module], fillTargetFilter: true })).toMatchObject({
      targetFilter: 'attribute.compatible==x',
    });
    await updateDistributionSet(context, { id, targetFilter: 'group==y' });
    expect(await assignModules(context, { id, moduleIds: [module], fillTargetFilter: true })).toMatchObject({
      targetFilter: 'group==y',
    });
  });
});

describe('the filter of a set', () => {
  it('is changed and cleared, also of a locked set, and others can be found by it', async () => {
    const { id } = await setOf([await moduleOf({ 'a.txt': Buffer.from('a') })], { locked: true });
    await updateDistributionSet(context, { id, targetFilter: 'group==x' });
    await updateDistributionSet(context, { id, description: 'd' });
    expect(await findDistributionSet(context, id)).toMatchObject({ targetFilter: 'group==x', locked: true });
    const { items } = await (await listDistributionSets(context, { filter: 'targetFilter=not=null' })).page();
    expect(items).toMatchObject([{ id }]);
    await updateDistributionSet(context, { id, targetFilter: null });
    expect(await findDistributionSet(context, id)).toMatchObject({ targetFilter: null });
  });

  it.each([
    ['group==', 'FILTER_SYNTAX'],
    ['grup==x', 'FILTER_FIELD_UNKNOWN'],
    ['', 'INVALID_INPUT'],
    [`group==${'x'.repeat(1_020)}`, 'INVALID_INPUT'],
  ])('is refused where it is wrong: %s', async (targetFilter, code) => {
    const { id } = await setOf([]);
    const refusal = { code, details: { path: expect.arrayContaining(['targetFilter']) } };
    await expect(updateDistributionSet(context, { id, targetFilter })).rejects.toMatchObject(refusal);
    await expect(setOf([], { targetFilter })).rejects.toMatchObject(refusal);
  });

  it('asks for nothing that its author may not read, or only in part', async () => {
    const { id } = await setOf([]);
    const author = tenant.contextOf(['READ_DISTRIBUTION_SET', 'UPDATE_DISTRIBUTION_SET']);
    const update = (context: Context) => updateDistributionSet(context, { id, targetFilter: 'type==x' });
    await expect(update(author)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    author.caller.permissions = new Map(author.caller.permissions).set('READ_TARGET_TYPE', ['key==x']);
    await expect(update(author)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    author.caller.permissions = new Map(author.caller.permissions).set('READ_TARGET_TYPE', null);
    await update(author);
  });
});
