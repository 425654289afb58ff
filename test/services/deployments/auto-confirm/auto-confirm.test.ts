import { afterAll, describe, expect, it } from 'vitest';
import { activateAutoConfirm } from '../../../../src/services/deployments/auto-confirm/activate.ts';
import { deactivateAutoConfirm } from '../../../../src/services/deployments/auto-confirm/deactivate.ts';
import { findAutoConfirm } from '../../../../src/services/deployments/auto-confirm/find.ts';
import { setAutoConfirm } from '../../../../src/services/deployments/auto-confirm/set.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { findTarget, listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const NOW = new Date('2031-02-03T04:05:06.789Z');
const INACTIVE = { active: false, initiator: null, remark: null, activatedAt: null };

const fleet = async (...controllerIds: string[]) => {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf();
  await createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
  const later: Context = { ...tenant.contextOf(undefined, [], 'later'), clock: () => NOW };
  return { tenant, context, later };
};
const stateOf = async (context: Context, ...controllerIds: string[]) => {
  const found = await Promise.all(controllerIds.map((controllerId) => findTarget(context, controllerId)));
  return findAutoConfirm(
    context,
    found.map(({ id }) => id),
  );
};

describe('one target', () => {
  it('is inactive at first, activated and deactivated', async () => {
    const { context, later } = await fleet('a', 'b');
    expect(await stateOf(context, 'a')).toEqual([INACTIVE]);
    await activateAutoConfirm(later, { controllerId: 'a', initiator: 'joe', remark: 'because' });
    expect(await stateOf(context, 'b', 'a')).toEqual([
      INACTIVE,
      { active: true, initiator: 'joe', remark: 'because', activatedAt: NOW },
    ]);
    expect(await findTarget(context, 'a')).toMatchObject({ lastModifiedAt: NOW, lastModifiedBy: 'later' });

    await deactivateAutoConfirm(context, { controllerId: 'a' });
    expect(await stateOf(context, 'a')).toEqual([INACTIVE]);
    await deactivateAutoConfirm(later, { controllerId: 'a' });
    expect(await findTarget(context, 'a')).toMatchObject({ lastModifiedBy: 'tester' });
  });

  it('takes an empty initiator and remark for none', async () => {
    const { later } = await fleet('a');
    await activateAutoConfirm(later, { controllerId: 'a', initiator: '', remark: '' });
    expect(await stateOf(later, 'a')).toEqual([
      { active: true, initiator: null, remark: null, activatedAt: NOW },
    ]);
  });

  it('is not activated twice', async () => {
    const { context } = await fleet('a');
    await activateAutoConfirm(context, { controllerId: 'a', initiator: 'a' });
    await expect(activateAutoConfirm(context, { controllerId: 'a', initiator: 'b' })).rejects.toMatchObject({
      code: 'AUTO_CONFIRM_ALREADY_ACTIVE',
    });
    expect(await stateOf(context, 'a')).toMatchObject([{ initiator: 'a' }]);
  });

  it('must exist', async () => {
    const { context } = await fleet();
    for (const controllerId of ['x', 'x\0']) {
      const code = 'TARGET_NOT_FOUND';
      await expect(activateAutoConfirm(context, { controllerId })).rejects.toMatchObject({ code });
      await expect(deactivateAutoConfirm(context, { controllerId })).rejects.toMatchObject({ code });
    }
  });

  it.each([{ initiator: 'i'.repeat(65) }, { remark: 'r'.repeat(513) }, { initiator: '\0' }])(
    'refuses %j',
    async (bad) => {
      const { context } = await fleet('a');
      const refused = { code: 'INVALID_INPUT', details: { path: Object.keys(bad) } };
      await expect(activateAutoConfirm(context, { controllerId: 'a', ...bad })).rejects.toMatchObject(
        refused,
      );
      await expect(
        setAutoConfirm(context, { controllerIds: ['a'], active: true, ...bad }),
      ).rejects.toMatchObject(refused);
      expect(await stateOf(context, 'a')).toEqual([INACTIVE]);
    },
  );

  it('takes the longest initiator and remark', async () => {
    const { context } = await fleet('a');
    const given = { initiator: 'i'.repeat(64), remark: 'r'.repeat(512) };
    await activateAutoConfirm(context, { controllerId: 'a', ...given });
    expect(await stateOf(context, 'a')).toMatchObject([given]);
  });

  it('takes its auto-confirmation along', async () => {
    const { context } = await fleet('a');
    await activateAutoConfirm(context, { controllerId: 'a' });
    await deleteTargets(context, { controllerIds: ['a'] });
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    expect(await stateOf(context, 'a')).toEqual([INACTIVE]);
  });
});

describe('setAutoConfirm', () => {
  it('sets the named or all that match, and leaves those alone where it is so', async () => {
    const { context, later } = await fleet('a1', 'a2', 'b');
    await activateAutoConfirm(context, { controllerId: 'a1', initiator: 'first' });
    const input = { filter: 'id==A*', active: true, initiator: 'second' };
    expect(await setAutoConfirm(later, { ...input, dryRun: true })).toBe(1);
    expect(await stateOf(context, 'a2')).toEqual([INACTIVE]);
    expect(await setAutoConfirm(later, input)).toBe(1);
    expect(await stateOf(context, 'a1', 'a2', 'b')).toEqual([
      { active: true, initiator: 'first', remark: null, activatedAt: expect.any(Date) },
      { active: true, initiator: 'second', remark: null, activatedAt: NOW },
      INACTIVE,
    ]);
    expect((await findTarget(context, 'a1')).lastModifiedBy).toBe('tester');
    expect((await findTarget(context, 'a2')).lastModifiedBy).toBe('later');

    expect(await setAutoConfirm(context, { controllerIds: ['a2', 'b'], active: false })).toBe(1);
    expect(await stateOf(context, 'a1', 'a2')).toMatchObject([{ active: true }, INACTIVE]);
  });

  it('sets none where one of the named is missing', async () => {
    const { context } = await fleet('a');
    await expect(setAutoConfirm(context, { controllerIds: ['a', 'x'], active: true })).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      details: { path: ['controllerIds', '1'] },
    });
    expect(await stateOf(context, 'a')).toEqual([INACTIVE]);
  });

  it.each([{ initiator: 'x' }, { remark: 'x' }])('does not deactivate with %j', async (bad) => {
    const { context } = await fleet('a');
    await expect(
      setAutoConfirm(context, { controllerIds: ['a'], active: false, ...bad }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { path: Object.keys(bad) } });
  });

  it('leaves other tenants alone', async () => {
    const mine = await fleet('a');
    const theirs = await fleet('a');
    await setAutoConfirm(mine.context, { filter: 'id==*', active: true });
    expect(await stateOf(theirs.context, 'a')).toEqual([INACTIVE]);
  });
});

it('shows on a target only where the tenant asks for confirmations', async () => {
  const { context } = await fleet('a', 'b');
  await activateAutoConfirm(context, { controllerId: 'a' });
  expect((await findTarget(context, 'a')).autoConfirmActive).toBeNull();
  await setConfiguration(context, { 'user.confirmation.flow.enabled': true });
  expect((await findTarget(context, 'a')).autoConfirmActive).toBe(true);
  expect((await findTarget(context, 'b')).autoConfirmActive).toBe(false);
  const { created: targets } = await createTargets(context, { targets: [{ controllerId: 'c' }] });
  expect(targets[0]).toEqual(await findTarget(context, 'c'));
});

it.each([
  ['autoconfirm==true', ['a']],
  ['autoConfirm!=TRUE', ['b']],
  ['autoconfirm==false', ['b']],
])('is there for filters: %s', async (filter, found) => {
  const { context } = await fleet('a', 'b');
  await activateAutoConfirm(context, { controllerId: 'a' });
  const { items } = await (await listTargets(context, { filter })).page();
  expect(items.map(({ controllerId }) => controllerId)).toEqual(found);
});

it('announces the targets that are different, and nothing after a dry run', async () => {
  const { tenant, context } = await fleet('a', 'b');
  const heard: (readonly string[] | undefined)[] = [];
  platform.announcements.subscribe({
    changed: ({ tenantId, controllerIds }) => tenantId === tenant.tenantId && heard.push(controllerIds),
    everything() {},
  });
  await activateAutoConfirm(context, { controllerId: 'a' });
  await setAutoConfirm(context, { filter: 'id==*', active: true, dryRun: true });
  await setAutoConfirm(context, { filter: 'id==*', active: true });
  await deactivateAutoConfirm(context, { controllerId: 'a' });
  await deactivateAutoConfirm(context, { controllerId: 'a' });
  expect(heard).toEqual([['a'], ['b'], ['a']]);
});

it('needs UPDATE_TARGET to change and READ_TARGET to read', async () => {
  const { tenant } = await fleet('a');
  const reader = tenant.contextOf(['READ_TARGET', 'CREATE_TARGET', 'DELETE_TARGET']);
  for (const work of [
    activateAutoConfirm(reader, { controllerId: 'a' }),
    deactivateAutoConfirm(reader, { controllerId: 'a' }),
    setAutoConfirm(reader, { controllerIds: ['a'], active: true }),
    findAutoConfirm(tenant.contextOf(['UPDATE_TARGET']), [1]),
  ])
    await expect(work).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
