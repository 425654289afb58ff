import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { findTargetType } from '../../../../src/services/fleet/target-types/find.ts';
import type { TargetTypeInput } from '../../../../src/services/fleet/target-types/input.ts';
import type { Created } from '../../../../src/services/shared/batch.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../../support/platform.ts';
import { create, storedNames } from './support.ts';

let opened: TestPlatform;
beforeAll(async () => {
  opened = await openTestPlatform();
});
afterAll(() => opened.close());

const newContext = async () => (await newTenant(opened.platform)).contextOf();

const faultsOf = ({ faults }: Created<unknown>) =>
  faults.map(({ code, details }) => `${code} ${details.path?.join('.')}`);
/** A clock that never says the same twice, as a slow machine's. */
function ticking(context: Context): Context {
  let now = Date.parse('2024-01-01T00:00:00Z');
  return { ...context, clock: () => new Date(now++) };
}

describe('creating', () => {
  it('gives them as they are stored, in the order of the request', async () => {
    const context = ticking(await newContext());
    const created = await create(
      context,
      { key: 'k', name: ' n ', description: '', color: '#aabbcc' },
      { name: 'a' },
      { key: 'b', name: '' },
    );
    expect(created).toMatchObject([
      { key: 'k', name: 'n', description: '', color: '#aabbcc', createdBy: 'tester' },
      { key: 'a', name: 'a', description: null, color: null },
      { key: 'b', name: 'b' },
    ]);
    for (const type of created) expect(await findTargetType(context, type.id)).toStrictEqual(type);
  });

  test.each<[string, TargetTypeInput, string]>([
    ['neither key nor name', {}, 'TARGET_TYPE_KEY_OR_NAME_REQUIRED targetTypes.1.name'],
    ['blanks only', { key: ' ', name: ' ' }, 'TARGET_TYPE_KEY_OR_NAME_REQUIRED targetTypes.1.name'],
    ['a key of 65', { key: 'k'.repeat(65) }, 'INVALID_INPUT targetTypes.1.key'],
    ['a name of 129', { key: 'k', name: 'n'.repeat(129) }, 'INVALID_INPUT targetTypes.1.name'],
    ['a name of 65 for a key', { name: 'n'.repeat(65) }, 'INVALID_INPUT targetTypes.1.key'],
    [
      'a description of 513',
      { name: 'n', description: 'd'.repeat(513) },
      'INVALID_INPUT targetTypes.1.description',
    ],
    ['a color of 17', { name: 'n', color: 'c'.repeat(17) }, 'INVALID_INPUT targetTypes.1.color'],
    ['mark-up', { name: '<b>x</b>' }, 'INVALID_INPUT targetTypes.1.name'],
    ['NUL', { key: 'a\0b' }, 'INVALID_INPUT targetTypes.1.key'],
    ['half a surrogate pair', { name: 'n', color: '\ud800' }, 'INVALID_INPUT targetTypes.1.color'],
    ['a text for the row', 'x' as never, 'INVALID_INPUT targetTypes.1'],
    ['null for the row', null as never, 'INVALID_INPUT targetTypes.1'],
  ])('creates none of them with %s among them', async (_, wrong, fault) => {
    const context = await newContext();
    const result = await createTargetTypes(context, { targetTypes: [{ name: 'good' }, wrong] });
    expect(result.created).toEqual([]);
    expect(faultsOf(result)).toEqual([fault]);
    expect(await storedNames(context)).toEqual([]);
  });

  it('takes what is just within the limits', async () => {
    const type = {
      key: 'k'.repeat(64),
      name: 'n'.repeat(128),
      description: 'd'.repeat(512),
      color: 'any text'.repeat(2),
    };
    expect(await create(await newContext(), type)).toMatchObject([type]);
  });

  test.each<[string, TargetTypeInput[], string[]]>([
    ['a key that exists', [{ key: 'k', name: 'x' }], ['TARGET_TYPE_ALREADY_EXISTS targetTypes.0.key']],
    ['a name that exists', [{ key: 'x', name: 'n' }], ['TARGET_TYPE_ALREADY_EXISTS targetTypes.0.name']],
    ['both', [{ key: 'k', name: 'n' }], ['TARGET_TYPE_ALREADY_EXISTS targetTypes.0.key']],
    [
      'a key twice in the request',
      [
        { key: 'x', name: 'x1' },
        { key: 'x', name: 'x2' },
      ],
      ['TARGET_TYPE_ALREADY_EXISTS targetTypes.1.key'],
    ],
    [
      'a name twice in the request',
      [{ name: 'x' }, { key: 'y', name: 'x' }],
      ['TARGET_TYPE_ALREADY_EXISTS targetTypes.1.name'],
    ],
    [
      'several',
      [{ name: 'good' }, { name: 'n' }, { key: 'k' }],
      ['TARGET_TYPE_ALREADY_EXISTS targetTypes.1.name', 'TARGET_TYPE_ALREADY_EXISTS targetTypes.2.key'],
    ],
  ])('refuses %s', async (_, types, faults) => {
    const context = await newContext();
    await create(context, { key: 'k', name: 'n' });
    const result = await createTargetTypes(context, { targetTypes: types });
    expect(result.created).toEqual([]);
    expect(faultsOf(result)).toEqual(faults);
    expect(await storedNames(context)).toEqual(['n']);
  });

  it('tells keys and names apart by case, and from those of other tenants', async () => {
    const context = await newContext();
    await create(context, { name: 'n' }, { name: 'N' });
    await create(await newContext(), { name: 'n' });
  });

  it('creates the good rows on demand', async () => {
    const context = await newContext();
    await create(context, { key: 'k', name: 'n' });
    const result = await createTargetTypes(context, {
      targetTypes: [{}, { key: 'k' }, { name: 'a' }, { key: 'b', name: 'a' }, { key: 'b' }, { name: 'n' }],
      errorPolicy: 'REJECT_FAILED_ROWS',
    });
    expect(result.created.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(faultsOf(result)).toEqual([
      'TARGET_TYPE_KEY_OR_NAME_REQUIRED targetTypes.0.name',
      'TARGET_TYPE_ALREADY_EXISTS targetTypes.1.key',
      'TARGET_TYPE_ALREADY_EXISTS targetTypes.3.name',
      'TARGET_TYPE_ALREADY_EXISTS targetTypes.5.name',
    ]);
    expect(await storedNames(context)).toEqual(['n', 'a', 'b']);
  });

  it('checks everything and creates nothing in a dry run', async () => {
    const context = await newContext();
    await create(context, { name: 'n' });
    const dryRun = (...types: TargetTypeInput[]) =>
      createTargetTypes(context, { targetTypes: types, dryRun: true });
    expect(await dryRun({ name: 'a' })).toMatchObject({ created: [{ name: 'a' }], faults: [] });
    expect(faultsOf(await dryRun({ name: 'a' }, { name: 'n' }))).toEqual([
      'TARGET_TYPE_ALREADY_EXISTS targetTypes.1.key',
    ]);
    expect(await storedNames(context)).toEqual(['n']);
  });

  it('creates each once when many ask at a time', async () => {
    const context = await newContext();
    const attempts = Array.from({ length: 8 }, (_, index) =>
      createTargetTypes(context, {
        targetTypes: [{ name: 'x' }, { name: `own${index}` }],
        errorPolicy: 'REJECT_FAILED_ROWS',
      }),
    );
    const results = await Promise.all(attempts);
    expect(results.flatMap(faultsOf)).toHaveLength(7);
    expect(await storedNames(context)).toHaveLength(9);
  });

  it('gives a row or a fault for every input, whatever it is', async () => {
    const context = await newContext();
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 20 }), { nil: undefined });
    const anything = fc.oneof(fc.anything(), fc.record({ key: text, name: text, color: text }));
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 5 }), async (types) => {
        const { created: targetTypes, faults } = await createTargetTypes(context, {
          targetTypes: types as TargetTypeInput[],
          errorPolicy: 'REJECT_FAILED_ROWS',
        });
        expect(targetTypes.length + faults.length).toBe(types.length);
      }),
    );
  });
});
