import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { findAction } from '../../../../src/services/deployments/actions/find.ts';
import { listActionEntries } from '../../../../src/services/deployments/actions/list-entries.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import { addCompatibleSetTypes } from '../../../../src/services/fleet/target-types/compatible-set-types.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { listTargets } from '../../../../src/services/fleet/targets/find.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { listDistributionSetTypes } from '../../../../src/services/software/distribution-set-types/list.ts';
import { deleteDistributionSet } from '../../../../src/services/software/distribution-sets/delete.ts';
import { findDistributionSet } from '../../../../src/services/software/distribution-sets/find.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { assign, createSet, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
let first: number;
let second: number;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a' }, { controllerId: 'b' }] });
  first = await createSet(context, 'first');
  second = await createSet(context, 'second');
});

const found = async (filter: string) => {
  const { items } = await (await listTargets(context, { filter })).page();
  return items.map(({ controllerId }) => controllerId);
};

describe('an assignment', () => {
  it('gives each target an action and locks the set, in one transaction', async () => {
    const result = await assignDistributionSet(context, {
      distributionSetId: first,
      assignments: [{ filter: 'id==*', weight: 3, forceType: 'soft', externalRef: 'ref' }],
    });
    expect(result).toMatchObject({
      alreadyAssigned: 0,
      actions: [{ controllerId: 'a' }, { controllerId: 'b' }],
    });
    expect(await findAction(context, result.actions[1]!.id)).toMatchObject({
      target: { controllerId: 'b' },
      distributionSet: { id: first, name: 'first', version: '1' },
      status: 'running',
      active: true,
      forceType: 'soft',
      forcedAt: null,
      weight: 3,
      externalRef: 'ref',
      initiatedBy: 'tester',
      maintenanceWindow: null,
    });
    expect(await stateOf(context, 'a')).toEqual({
      updateStatus: 'pending',
      assigned: first,
      installed: null,
      actions: ['running (active)'],
    });
    expect(await findDistributionSet(context, first)).toMatchObject({ locked: true });
    const { items } = await (await listActionEntries(context, result.actions[0]!.id, {})).page();
    expect(items).toMatchObject([{ status: 'running', messages: ["Assignment initiated by user 'tester'"] }]);
  });

  it('does nothing to a target that is to have the set anyway', async () => {
    await assign(context, first, ['a']);
    const again = await assignDistributionSet(context, {
      distributionSetId: first,
      assignments: [{ controllerIds: ['a', 'b'] }],
    });
    expect(again).toMatchObject({ alreadyAssigned: 1, actions: [{ controllerId: 'b' }] });
    expect((await stateOf(context, 'a')).actions).toHaveLength(1);
  });

  it('leaves no trace with dryRun, nor where one of the named targets is missing', async () => {
    const input = { distributionSetId: first, assignments: [{ controllerIds: ['a'] }] };
    expect((await assignDistributionSet(context, { ...input, dryRun: true })).affectedCount).toBe(1);
    await expect(assign(context, first, ['a', 'nobody'])).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      details: { path: ['controllerIds', '1'] },
    });
    expect(await stateOf(context, 'a')).toMatchObject({ assigned: null, actions: [] });
    expect(await findDistributionSet(context, first)).toMatchObject({ locked: false });
  });

  it('leaves a set open where the tenant locks none of itself', async () => {
    await setConfiguration(context, { 'implicit.lock.enabled': false });
    await assign(context, first, ['a']);
    expect(await findDistributionSet(context, first)).toMatchObject({ locked: false });
  });

  it.each([
    ['a weight of 1001', { weight: 1001 }],
    ['a negative weight', { weight: -1 }],
    ['a part of a weight', { weight: 1.5 }],
  ])('refuses %s', async (_, options) => {
    await expect(assign(context, first, ['a'], options)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('refuses a set that is unknown, was deleted or invalidated', async () => {
    await expect(assign(context, -1, ['a'])).rejects.toMatchObject({ code: 'DISTRIBUTION_SET_NOT_FOUND' });
    await assign(context, first, ['a']);
    await deleteDistributionSet(context, { id: first });
    await expect(assign(context, first, ['b'])).rejects.toMatchObject({ code: 'DISTRIBUTION_SET_DELETED' });
    await invalidateDistributionSet(context, { id: second, cancelActions: 'NONE' });
    await expect(assign(context, second, ['a'])).rejects.toMatchObject({ code: 'DISTRIBUTION_SET_INVALID' });
  });

  it('keeps to what the type of a target takes', async () => {
    const { created: targetTypes } = await createTargetTypes(context, {
      targetTypes: [{ name: 'apps only' }, { name: 'any' }],
    });
    const [appsOnly, any] = targetTypes.map(({ id }) => id);
    const { items } = await (await listDistributionSetTypes(context, { filter: 'key==app' })).page();
    await addCompatibleSetTypes(context, { id: appsOnly!, setTypeIds: [items[0]!.id] });
    await createTargets(context, {
      targets: [
        { controllerId: 'apps', targetTypeId: appsOnly },
        { controllerId: 'any', targetTypeId: any },
      ],
    });
    await expect(assign(context, first, ['any', 'apps'])).rejects.toMatchObject({
      code: 'TARGET_TYPE_INCOMPATIBLE',
      message: "The target 'apps' is of type 'apps only', which takes no distribution set of type 'os'.",
    });
    expect(await assign(context, first, ['any'])).toHaveLength(1);
  });
});

describe('what is under way', () => {
  it('is asked to stop, and goes on until the device has', async () => {
    await assign(context, first, ['a']);
    await assign(context, second, ['a']);
    expect(await stateOf(context, 'a')).toMatchObject({
      assigned: second,
      updateStatus: 'pending',
      actions: ['canceling (active)', 'running (active)'],
    });
  });

  it('ends at once where the tenant closes actions of itself', async () => {
    await setConfiguration(context, { 'repository.actions.autoclose.enabled': true });
    await assign(context, first, ['a']);
    await assign(context, second, ['a']);
    expect((await stateOf(context, 'a')).actions).toEqual(['canceled', 'running (active)']);
  });

  it('stays where it is a step of a migration', async () => {
    const step = await createSet(context, 'step', true);
    await assign(context, step, ['a']);
    await assign(context, second, ['a']);
    expect((await stateOf(context, 'a')).actions).toEqual(['running (active)', 'running (active)']);
  });

  it('decides what a target is to have when something else ends', async () => {
    const step = await createSet(context, 'step', true);
    await assign(context, step, ['a']);
    const [id] = await assign(context, second, ['a']);
    await cancelActions(context, { actionIds: [id!] });
    await cancelActions(context, { actionIds: [id!], force: true });
    expect(await stateOf(context, 'a')).toMatchObject({ assigned: step, updateStatus: 'pending' });
  });
});

describe('an offline assignment', () => {
  it('counts as installed at once, and ends what is under way', async () => {
    await assign(context, first, ['a']);
    await assign(context, second, ['a'], { offline: true });
    expect(await stateOf(context, 'a')).toEqual({
      updateStatus: 'in_sync',
      assigned: second,
      installed: second,
      actions: ['canceled', 'finished'],
    });
    expect(await assign(context, second, ['a'], { offline: true })).toEqual([]);
  });

  it('makes installed what was only to be', async () => {
    await assign(context, first, ['a']);
    await assign(context, first, ['a'], { offline: true });
    expect(await stateOf(context, 'a')).toMatchObject({ updateStatus: 'in_sync', installed: first });
  });
});

describe('confirmation', () => {
  beforeEach(() => setConfiguration(context, { 'user.confirmation.flow.enabled': true }));

  it('is waited for unless the assignment says otherwise', async () => {
    await assign(context, first, ['a']);
    await assign(context, first, ['b'], { confirmationRequired: false });
    expect((await stateOf(context, 'a')).actions).toEqual(['wait_for_confirmation (active)']);
    expect((await stateOf(context, 'b')).actions).toEqual(['running (active)']);
  });
});

it('lets targets be found by the set they are to have, and by that they have', async () => {
  await assign(context, first, ['a'], { offline: true });
  await assign(context, second, ['a', 'b']);
  expect(await found('assignedds.name==second')).toEqual(['a', 'b']);
  expect(await found('installedds.name==first;installedds.version==1')).toEqual(['a']);
  expect(await found('installedds.name!=first')).toEqual(['b']);
  expect(await found('assignedDistributionSet.version==1;installedDistributionSet.name==first')).toEqual([
    'a',
  ]);
});

it('takes actions along when an invalidated set shall take them', async () => {
  await assign(context, first, ['a', 'b']);
  await cancelActions(context, { filter: 'target.id==b' });
  await invalidateDistributionSet(context, { id: first, cancelActions: 'SOFT' });
  expect((await stateOf(context, 'a')).actions).toEqual(['canceling (active)']);
  await invalidateDistributionSet(context, { id: first, cancelActions: 'FORCE' });
  for (const id of ['a', 'b'])
    expect(await stateOf(context, id)).toEqual({
      updateStatus: 'in_sync',
      assigned: null,
      installed: null,
      actions: ['canceled'],
    });
});

it('assigns a set to many at once, whoever else does', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);
  await createTargets(context, { targets: names.map((controllerId) => ({ controllerId })) });
  const calls = names.flatMap(() => [first, second]).map((id) => assign(context, id, names));
  await Promise.all(calls);
  const states = await Promise.all(names.map((name) => stateOf(context, name)));
  for (const { actions, assigned } of states) {
    expect(actions.filter((state) => state === 'running (active)')).toHaveLength(1);
    expect([first, second]).toContain(assigned);
  }
});
