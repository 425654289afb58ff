import { afterAll, describe, expect, it, vi } from 'vitest';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { findTargets, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import type { TargetInput } from '../../../../src/services/fleet/targets/input.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const countOf = async (context: Awaited<ReturnType<typeof newContext>>) =>
  (await listTargets(context, {})).total();
const newContext = async (...permissions: Parameters<Awaited<ReturnType<typeof newTenant>>['contextOf']>) =>
  (await newTenant(platform)).contextOf(...permissions);
const codes = ({ faults }: Awaited<ReturnType<typeof createTargets>>) =>
  faults.map(({ code, details }) => [code, ...(details.path ?? [])].join(' '));

describe('createTargets', () => {
  it('fills in what is not given', async () => {
    const context = await newContext();
    const id = 'd'.repeat(200);
    const { created: targets, faults } = await createTargets(context, {
      targets: [
        { controllerId: ` ${id} `, name: ' ' },
        { controllerId: 'b', description: '', address: '' },
        { controllerId: `c${'💥'.repeat(127)}` },
      ],
    });
    expect(faults).toEqual([]);
    expect(targets).toMatchObject([
      {
        controllerId: id,
        name: id.slice(0, 128),
        requestAttributes: true,
        updateStatus: 'registered',
        poll: null,
      },
      { controllerId: 'b', name: 'b', description: '', address: null, createdBy: 'tester' },
      { name: `c${'💥'.repeat(63)}` },
    ]);
    expect(targets[0]?.securityToken).toMatch(/^[0-9a-f]{32}$/);
    expect(targets[0]?.securityToken).not.toBe(targets[1]?.securityToken);
  });

  it('gives back what is stored', async () => {
    const context = await newContext();
    const input: TargetInput = {
      controllerId: 'Gerät "1"\\',
      name: 'a {b}, "c" \\ NULL',
      description: 'NULL',
      address: 'https://10.0.0.1',
      securityToken: 's, {}"',
      requestAttributes: false,
      group: 'a/b',
    };
    const { created: targets, faults } = await createTargets(context, {
      targets: [{ ...input, controllerId: 'Gerät"1"\\' }],
    });
    expect(faults).toEqual([]);
    expect(targets).toMatchObject([{ ...input, controllerId: 'Gerät"1"\\' }]);
    expect(await findTargets(context, ['Gerät"1"\\'])).toEqual(targets);
  });

  it.each<[string, TargetInput, string]>([
    ['no controllerId', { controllerId: '' }, 'INVALID_INPUT targets 1 controllerId'],
    ['white space', { controllerId: 'a b' }, 'INVALID_INPUT targets 1 controllerId'],
    ['257 characters', { controllerId: 'x'.repeat(257) }, 'INVALID_INPUT targets 1 controllerId'],
    ['mark-up', { controllerId: 'x', name: '<b>x</b>' }, 'INVALID_INPUT targets 1 name'],
    ['a long name', { controllerId: 'x', name: 'n'.repeat(129) }, 'INVALID_INPUT targets 1 name'],
    ['one of emoji', { controllerId: 'x', name: '💥'.repeat(65) }, 'INVALID_INPUT targets 1 name'],
    [
      'a long token',
      { controllerId: 'x', securityToken: 's'.repeat(129) },
      'INVALID_INPUT targets 1 securityToken',
    ],
    ['a long group', { controllerId: 'x', group: 'g'.repeat(257) }, 'INVALID_INPUT targets 1 group'],
    ['U+0000', { controllerId: 'x', description: 'a\0b' }, 'INVALID_INPUT targets 1 description'],
    ['half a pair', { controllerId: 'x', name: '\ud800' }, 'INVALID_INPUT targets 1 name'],
    [
      'an unknown type',
      { controllerId: 'x', targetTypeId: 99 },
      'TARGET_TYPE_NOT_FOUND targets 1 targetTypeId',
    ],
    ['one of the same call', { controllerId: 'good' }, 'TARGET_ALREADY_EXISTS targets 1 controllerId'],
    ['one that exists', { controllerId: 'old' }, 'TARGET_ALREADY_EXISTS targets 1 controllerId'],
  ])('refuses %s: all, or that row alone', async (_, bad, fault) => {
    const context = await newContext();
    await createTargets(context, { targets: [{ controllerId: 'old' }] });
    const targets = [{ controllerId: 'good' }, bad, { controllerId: 'fine' }];

    expect(codes(await createTargets(context, { targets }))).toEqual([fault]);
    expect(await countOf(context)).toBe(1);

    const partly = await createTargets(context, { targets, errorPolicy: 'REJECT_FAILED_ROWS' });
    expect(codes(partly)).toEqual([fault]);
    expect(partly.created.map(({ controllerId }) => controllerId)).toEqual(['good', 'fine']);
    expect(await countOf(context)).toBe(3);
  });

  it('tells every bad row, in the order of the input', async () => {
    const context = await newContext();
    await createTargets(context, { targets: [{ controllerId: 'old' }] });
    const result = await createTargets(context, {
      targets: [{ controllerId: 'old' }, { controllerId: '' }, { controllerId: 'a' }, { controllerId: 'a' }],
      errorPolicy: 'REJECT_FAILED_ROWS',
    });
    expect(codes(result)).toEqual([
      'TARGET_ALREADY_EXISTS targets 0 controllerId',
      'INVALID_INPUT targets 1 controllerId',
      'TARGET_ALREADY_EXISTS targets 3 controllerId',
    ]);
  });

  it('creates nothing in a dry run, and says what would be wrong', async () => {
    const context = await newContext();
    await createTargets(context, { targets: [{ controllerId: 'old' }] });
    const fine = await createTargets(context, { targets: [{ controllerId: 'a' }], dryRun: true });
    expect(fine.created).toMatchObject([{ controllerId: 'a' }]);
    const bad = await createTargets(context, { targets: [{ controllerId: 'old' }], dryRun: true });
    expect(codes(bad)).toEqual(['TARGET_ALREADY_EXISTS targets 0 controllerId']);
    expect(await countOf(context)).toBe(1);
  });

  it('writes more rows than a statement takes parameters', async () => {
    const context = await newContext();
    const targets = Array.from({ length: 10_000 }, (_, n) => ({
      controllerId: `d${n}`,
      address: `http://${n}`,
    }));
    expect((await createTargets(context, { targets })).created).toHaveLength(10_000);
    expect(await countOf(context)).toBe(10_000);
    expect(await findTargets(context, ['d9999'])).toMatchObject([{ address: 'http://9999' }]);
  });

  it('lets two calls with the same ids in opposite order end, one row each, without a deadlock', async () => {
    const context = await newContext();
    const transaction = vi.spyOn(context.database, 'transaction');
    const targets = Array.from({ length: 6_000 }, (_, n) => ({ controllerId: `d-${n}` }));
    const both = [targets, targets.toReversed()].map((list) =>
      createTargets(context, { targets: list, errorPolicy: 'REJECT_FAILED_ROWS' }),
    );
    const [first, second] = await Promise.all(both);
    expect(first!.created.length + second!.created.length).toBe(6_000);
    expect(await countOf(context)).toBe(6_000);
    expect(transaction, 'none had to be tried again').toHaveBeenCalledTimes(2);
    transaction.mockRestore();
  });

  it('hides the token from those who may not read it, and needs CREATE_TARGET', async () => {
    const tenant = await newTenant(platform);
    const { created: targets } = await createTargets(tenant.contextOf(['CREATE_TARGET']), {
      targets: [{ controllerId: 'a' }],
    });
    expect(targets[0]?.securityToken).toBeNull();
    await expect(createTargets(tenant.contextOf(['UPDATE_TARGET']), { targets: [] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
