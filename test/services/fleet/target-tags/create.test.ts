import { afterAll, describe, expect, it } from 'vitest';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { findTargetTag } from '../../../../src/services/fleet/target-tags/find.ts';
import type { TargetTagInput } from '../../../../src/services/fleet/target-tags/input.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { announced, create, storedNames } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const newContext = async () => (await newTenant(platform)).contextOf();
const codes = ({ faults }: Awaited<ReturnType<typeof createTargetTags>>) =>
  faults.map(({ code, details }) => `${code} ${details.path?.join('.')}`);

describe('createTargetTags', () => {
  it('gives them as they are stored, in the order of the request', async () => {
    const context = await newContext();
    const created = await create(
      context,
      { name: ' b ', description: '', color: 'rgb(0,255,0)' },
      { name: 'a', description: 'Ä "\\{},' },
    );
    expect(created).toMatchObject([
      { name: 'b', description: '', color: 'rgb(0,255,0)', createdBy: 'tester', lastModifiedBy: 'tester' },
      { name: 'a', description: 'Ä "\\{},', color: null },
    ]);
    for (const tag of created) expect(await findTargetTag(context, tag.id)).toStrictEqual(tag);
  });

  it.each<[string, TargetTagInput, string]>([
    ['no name', {}, 'INVALID_INPUT targetTags.1.name'],
    ['blanks', { name: ' ' }, 'INVALID_INPUT targetTags.1.name'],
    ['a name of 129', { name: 'n'.repeat(129) }, 'INVALID_INPUT targetTags.1.name'],
    [
      'a description of 513',
      { name: 'n', description: 'd'.repeat(513) },
      'INVALID_INPUT targetTags.1.description',
    ],
    ['a color of 17', { name: 'n', color: 'c'.repeat(17) }, 'INVALID_INPUT targetTags.1.color'],
    ['mark-up', { name: '<b>x</b>' }, 'INVALID_INPUT targetTags.1.name'],
    ['U+0000', { name: 'n', description: 'a\0b' }, 'INVALID_INPUT targetTags.1.description'],
    ['half a pair', { name: '\ud800' }, 'INVALID_INPUT targetTags.1.name'],
    ['one of the same call', { name: 'good' }, 'TARGET_TAG_ALREADY_EXISTS targetTags.1.name'],
    ['one that exists', { name: 'old' }, 'TARGET_TAG_ALREADY_EXISTS targetTags.1.name'],
  ])('refuses %s: all of them, or only that one', async (_, bad, fault) => {
    const context = await newContext();
    await create(context, { name: 'old' });
    const targetTags = [{ name: 'good' }, bad, { name: 'fine' }];
    const refused = await createTargetTags(context, { targetTags });
    expect([refused.created, codes(refused)]).toEqual([[], [fault]]);
    expect(await storedNames(context)).toEqual(['old']);

    const partly = await createTargetTags(context, { targetTags, errorPolicy: 'REJECT_FAILED_ROWS' });
    expect(partly.created.map(({ name }) => name)).toEqual(['good', 'fine']);
    expect(codes(partly)).toEqual([fault]);
    expect(await storedNames(context)).toEqual(['old', 'good', 'fine']);
  });

  it('takes the longest name and color, and a name in another case', async () => {
    const context = await newContext();
    const name = 'n'.repeat(128);
    await create(
      context,
      { name, color: 'c'.repeat(16), description: 'd'.repeat(512) },
      { name: 'N' },
      { name: 'n' },
    );
    expect(await storedNames(context)).toEqual([name, 'N', 'n']);
  });

  it('checks all and creates nothing in a dry run', async () => {
    const context = await newContext();
    await create(context, { name: 'old' });
    const dry = await createTargetTags(context, {
      targetTags: [{ name: 'a' }, { name: 'old' }],
      errorPolicy: 'REJECT_FAILED_ROWS',
      dryRun: true,
    });
    expect(dry.created).toMatchObject([{ name: 'a' }]);
    expect(codes(dry)).toEqual(['TARGET_TAG_ALREADY_EXISTS targetTags.1.name']);
    expect(await storedNames(context)).toEqual(['old']);
  });

  it('keeps tenants apart', async () => {
    const [mine, theirs] = [await newContext(), await newContext()];
    await create(mine, { name: 'same' });
    await create(theirs, { name: 'same' });
    expect(await storedNames(mine)).toEqual(['same']);
  });

  it('takes thousands, of which another call creates some meanwhile', async () => {
    const context: Context = await newContext();
    const rows = Array.from({ length: 6_000 }, (_, n) => ({ name: `t${n}` }));
    const [one, other] = await Promise.all([
      createTargetTags(context, { targetTags: rows, errorPolicy: 'REJECT_FAILED_ROWS' }),
      createTargetTags(context, { targetTags: rows.toReversed(), errorPolicy: 'REJECT_FAILED_ROWS' }),
    ]);
    expect(one.created.length + other.created.length).toBe(6_000);
    expect(one.faults.length + other.faults.length).toBe(6_000);
  });

  it('announces nothing: no target has them yet', async () => {
    const context = await newContext();
    expect(await announced(context, () => create(context, { name: 'n' }))).toEqual([]);
  });
});
