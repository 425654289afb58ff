// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the filter language writes its placeholders so.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, test } from 'vitest';
import type { Grant } from '../../../../src/services/access/grants.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import { FILTERABLE, type FilterEntity } from '../../../../src/services/platform/filter-language/entities.ts';
import { listFilterFields } from '../../../../src/services/platform/filter-language/fields.ts';
import { suggestInFilter } from '../../../../src/services/platform/filter-language/suggest.ts';
import { validateFilter } from '../../../../src/services/platform/filter-language/validate.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { fleet } from '../../fleet/target-tags/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const tenant = await newTenant(platform);
const context = tenant.contextOf(undefined, ['TENANT_ADMIN', 'SYSTEM_ADMIN']);
const entities = Object.keys(FILTERABLE) as FilterEntity[];

await fleet(context, { none: [], red: ['Red one'], blue: ['blue'] });
await createTargetTypes(context, { targetTypes: [{ key: 'gw', name: 'Gateway' }, { name: 'Sensor' }] });
await createTargets(context, {
  targets: Array.from({ length: 60 }, (_, n) => ({
    controllerId: `many-${n}`,
    group: ['EU/Bern', 'eu/bern', 'eu/Zug', 'us'][n % 4]!,
  })),
});
for (const [controllerId, hw] of [
  ['red', 'r2'],
  ['blue', 'R 3'],
])
  await setTargetAttributes(context, {
    controllerIds: [controllerId!],
    attributes: [
      { key: 'hw', value: hw! },
      { key: 'hardware.rev', value: '1' },
      { key: 'not a word', value: 'x' },
    ],
  });

const textsAt = async (text: string, { of = 'target', by = context } = {}) =>
  (await suggestInFilter(by, { of: of as FilterEntity, text })).map((one) => one.text);

describe('the fields', () => {
  it('are those of every field set that there is', () => {
    const folder = new URL('../../../../src/services/', import.meta.url);
    const sets = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('fields.ts'))
      .flatMap((file) => [
        ...readFileSync(new URL(file, folder), 'utf8').matchAll(/^(?:export const \w+ =| {2}) ?fieldSet\(/gm),
      ]);
    expect(entities).toHaveLength(sets.length);
  });

  test.each(entities)('of %s each have an example that is right, and say what they are', async (of) => {
    const fields = listFilterFields(context, of);
    expect(fields.length).toBeGreaterThan(1);
    for (const { example, description, operators, type, values } of fields) {
      expect(await validateFilter(context, of, example), example).toEqual([]);
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(operators).toContain('==');
      expect(type === 'enum').toBe(values !== null);
    }
  });

  it('take the operators that they say, and no others', async () => {
    const operands: Record<string, string> = {
      text: 'a',
      time: '2026-01-31',
      integer: '1',
      boolean: 'true',
      enum: 'pending',
    };
    const every = [...new Set(listFilterFields(context, 'target').flatMap(({ operators }) => operators))];
    for (const { name, hasKey, type, operators, values } of listFilterFields(context, 'target'))
      for (const operator of every) {
        const operand = values?.[0] ?? operands[type]!;
        const filter = `${name}${hasKey ? '.k' : ''}${operator}${/null$/.test(operator) ? '' : operand}`;
        const faults = await validateFilter(context, 'target', filter);
        expect(faults.length === 0, filter).toBe(operators.includes(operator));
      }
  });

  it('are without those that the account may not ask for', () => {
    const by = tenant.contextOf(['READ_TARGET']);
    const names = listFilterFields(by, 'target').map(({ name }) => name);
    expect(names).toContain('tag');
    expect(names).not.toContain('installedDs.name');
  });
});

describe('suggestions', () => {
  test.each<[string, string[]]>([
    ['upd', ['updateStatus']],
    ['ADDR', ['address']],
    ['over', ['overdue']],
    ['attribute.', ['attribute.hardware.rev', 'attribute.hw']],
    ['Attribute.HA', ['attribute.hardware.rev']],
    ['controllerAttributes.ha', ['controllerAttributes.hardware.rev']],
    ['updateStatus ', ['==', '!=', '=in=', '=out=', '=is=null', '=not=null']],
    ['name=l', ['=lt=', '=le=', '=li=']],
    ['updateStatus==', ['unknown', 'registered', 'pending', 'in_sync', 'error']],
    ['updateStatus==IN', ['in_sync']],
    ['updateStatus=in=', ['(']],
    ['updateStatus=in=(error,p', ['pending']],
    ['updateStatus=is=', ['null', 'unknown', 'registered', 'pending', 'in_sync', 'error']],
    ['overdue==', ['true', 'false']],
    ['tag==', ['blue', '"Red one"']],
    ['tag=="RED ', ['"Red one"']],
    ['type==', ['gw', 'Sensor']],
    ['type.name==Gat', ['Gateway']],
    ['group==E', ['EU/Bern', 'eu/Zug']],
    ['attribute.hw==', ['"R 3"', 'r2']],
    ['attribute.hw==r2', ['r2']],
    ['tag=in=(blue ', [',', ')']],
    ['(tag==blue ', ['and', 'or', ')']],
    ['tag==blue o', ['or']],
    ['tag==blue nor', []],
    ['nothing==', []],
    ['tag=zz=', []],
  ])('after %j are %j', async (text, expected) => {
    expect(await textsAt(text)).toEqual(expected);
  });

  it('for an empty text are all fields and a group', async () => {
    const texts = await textsAt('');
    expect(texts).toContain('attribute.');
    expect(texts.at(-1)).toBe('(');
    expect(texts).toHaveLength(listFilterFields(context, 'target').length + 1);
  });

  it('are operators, too, after a field that is complete', async () => {
    const found = await suggestInFilter(context, { of: 'target', text: 'overdue' });
    expect(found.map(({ text, position, length }) => [text, position, length])).toEqual([
      ['overdue', 0, 7],
      ['==', 7, 0],
      ['!=', 7, 0],
      ['=in=', 7, 0],
      ['=out=', 7, 0],
      ['=is=null', 7, 0],
      ['=not=null', 7, 0],
    ]);
  });

  it('are at most twenty values, whatever there is', async () => {
    expect(await textsAt('name==many')).toHaveLength(20);
    expect(await textsAt('controllerId==')).toHaveLength(20);
  });

  it('take the place of the whole token, also in the middle of a text', async () => {
    const text = 'tag==bl"ue" and name==x';
    expect(
      await suggestInFilter(context, { of: 'target', text: 'updX==a and name==x', position: 3 }),
    ).toEqual([expect.objectContaining({ text: 'updateStatus', position: 0, length: 4 })]);
    expect(await suggestInFilter(context, { of: 'target', text: 'tag=="b x" and', position: 7 })).toEqual([
      expect.objectContaining({ text: 'blue', position: 5, length: 5 }),
    ]);
    await expect(suggestInFilter(context, { of: 'target', text, position: 99 })).rejects.toThrow('position');
  });

  it('are right at their place', async () => {
    for (const text of [
      'tag==',
      'group=in=(',
      'attribute.h',
      'type=="S',
      'updateStatus!=',
      'lastControllerRequestAt=lt=',
    ])
      for (const one of await suggestInFilter(context, { of: 'target', text })) {
        if (one.kind === 'operator') continue;
        const completed = text.slice(0, one.position) + one.text + text.slice(one.position + one.length);
        const whole = completed + (one.kind === 'field' ? '==x' : text.includes('(') ? ')' : '');
        expect(await validateFilter(context, 'target', whole), whole).toEqual([]);
      }
  });

  it('are only of what the account may read', async () => {
    const grants: Grant[] = ['READ_TARGET/group==us or id==red', 'READ_TARGET_TYPE/key==gw'];
    const by = tenant.contextOf(grants);
    expect(await textsAt('group==', { by })).toEqual(['us']);
    expect(await textsAt('attribute.hw==', { by })).toEqual(['r2']);
    expect(await textsAt('controllerId==r', { by })).toEqual(['red']);
    expect(await textsAt('type==', { by })).toEqual(['gw']);
    expect(await textsAt('installedDs.name==', { by })).toEqual([]);
    expect(await textsAt('installed', { by })).toEqual([]);
  });

  it('of ids say what has them', async () => {
    const found = await suggestInFilter(context, { of: 'target', text: 'type.id==' });
    expect(found.map(({ text, description }) => [/^\d+$/.test(text), description])).toEqual([
      [true, 'Sensor'],
      [true, 'Gateway'],
    ]);
  });

  it('are there for the targets of actions, and for the own names of what is small', async () => {
    expect(await textsAt('target.group==u', { of: 'action' })).toEqual(['us']);
    expect(await textsAt('name==b', { of: 'targetTag' })).toEqual(['blue']);
  });
});

describe('validating', () => {
  test.each([
    ['name==a*', null],
    ['name=', { position: 4, length: 1, expected: expect.stringContaining('an operator') }],
    ['name==', { position: 6, length: 0, expected: 'a value' }],
    ['name==a nd x==1', { position: 8, length: 2, expected: "'and', 'or' or the end" }],
    ['nmae==a', { position: 0, length: 4, expected: 'a field', suggestion: 'name' }],
    ['atribute.hw==a', { position: 0, length: 11, expected: 'a field', suggestion: 'attribute.hw' }],
    ['attribute==a', { position: 0, length: 9, suggestion: 'attribute.' }],
    ['updateStatus==pendnig', { position: 14, length: 7, suggestion: 'pending' }],
    [
      'updateStatus=="x y"',
      { position: 14, length: 5, suggestion: 'error', expected: expect.stringContaining('one of unknown') },
    ],
    ['overdue=lt=true', { position: 7, length: 4, expected: expect.stringContaining('one of ==') }],
    ['overdue==yes', { position: 9, length: 3, expected: "true or false for 'overdue'" }],
    ['createdAt>today', { position: 10, length: 5, expected: 'a time' }],
    ['type.id==x', { position: 9, length: 1, expected: 'an integer of 64 bits' }],
  ])('%s', async (filter, fault) => {
    const found = await validateFilter(context, 'target', filter);
    const told = { suggestion: null, message: expect.any(String), ...fault };
    expect(found).toMatchObject(fault ? [told] : []);
  });

  it('says which field the account may not ask for', async () => {
    const by = tenant.contextOf(['READ_TARGET']);
    expect(await validateFilter(by, 'target', 'name==a;installedDs.name==b')).toMatchObject([
      { position: 8, length: 16 },
    ]);
    const both = 'createdAt>today;installedDs.name==b;nam==c';
    expect(await validateFilter(by, 'target', both)).toMatchObject([
      { position: 10, length: 5 },
      { position: 16, length: 16, expected: 'a field that you may read' },
      { position: 36, length: 3, suggestion: 'name' },
    ]);
  });
});
