import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { deleteActions, deleteOldActions } from '../../../../src/services/deployments/actions/delete.ts';
import { findAction } from '../../../../src/services/deployments/actions/find.ts';
import { forceActions } from '../../../../src/services/deployments/actions/force.ts';
import { listActions } from '../../../../src/services/deployments/actions/list.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { assign, createSet, stateOf } from '../assignments/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
let set: number;
let a: number;
let b: number;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a' }, { controllerId: 'b' }] });
  set = await createSet(context, 'set');
  const ids = await assign(context, set, ['a', 'b'], { forceType: 'timeforced', forcedAt: new Date(4e12) });
  [a, b] = ids as [number, number];
});

const found = async (filter: string) => {
  const { items } = await (await listActions(context, { filter })).page();
  return items.map(({ id }) => id);
};

describe('cancelActions', () => {
  it('asks the device first; only then it can be done without', async () => {
    await expect(cancelActions(context, { actionIds: [a], force: true })).rejects.toMatchObject({
      code: 'ACTION_NOT_FORCE_QUITTABLE',
    });
    expect(await cancelActions(context, { actionIds: [a] })).toMatchObject({ ids: [a] });
    expect(await stateOf(context, 'a')).toMatchObject({
      updateStatus: 'pending',
      assigned: set,
      actions: ['canceling (active)'],
    });
    await expect(cancelActions(context, { actionIds: [b, a] })).rejects.toMatchObject({
      code: 'ACTION_NOT_CANCELABLE',
      details: { path: ['actionIds', '1'] },
    });
    expect((await stateOf(context, 'b')).actions, 'none of them').toEqual(['running (active)']);

    expect(await cancelActions(context, { actionIds: [a], force: true })).toMatchObject({ ids: [a] });
    expect(await stateOf(context, 'a')).toEqual({
      updateStatus: 'in_sync',
      assigned: null,
      installed: null,
      actions: ['canceled'],
    });
  });

  it('passes over what a filter finds but cannot be canceled', async () => {
    await cancelActions(context, { actionIds: [a] });
    expect(await cancelActions(context, { filter: 'weight==1000', dryRun: true })).toEqual({
      affectedCount: 1,
      ids: [],
    });
    expect(await cancelActions(context, { filter: 'weight==1000' })).toMatchObject({ ids: [b] });
    expect(await cancelActions(context, { filter: 'weight==1000' })).toEqual({ affectedCount: 0, ids: [] });
  });

  it('gives an installed set back as the one to have', async () => {
    const other = await createSet(context, 'other');
    await assign(context, other, ['a'], { offline: true });
    const [again] = await assign(context, set, ['a']);
    await cancelActions(context, { actionIds: [again!] });
    await cancelActions(context, { actionIds: [again!], force: true });
    expect(await stateOf(context, 'a')).toMatchObject({
      assigned: other,
      installed: other,
      updateStatus: 'in_sync',
    });
  });
});

describe('forceActions', () => {
  it('makes a timed one forced at once, and changes a forced one no more', async () => {
    expect(await forceActions(context, { actionIds: [a] })).toMatchObject({ ids: [a] });
    expect(await findAction(context, a)).toMatchObject({ forceType: 'forced', forcedAt: null });
    expect(await forceActions(context, { filter: 'active==true' })).toMatchObject({ ids: [b] });
  });

  it('wants either ids or a filter, and ids that exist', async () => {
    await expect(forceActions(context, {})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(forceActions(context, { actionIds: [a], filter: 'id==1' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(forceActions(context, { actionIds: [a, -1] })).rejects.toMatchObject({
      code: 'ACTION_NOT_FOUND',
      details: { path: ['actionIds', '1'] },
    });
  });
});

describe('deletion', () => {
  it('is for states that the tenant names', async () => {
    await expect(deleteActions(context, { actionIds: [a] })).rejects.toMatchObject({
      code: 'ACTION_NOT_DELETABLE',
    });
    await cancelActions(context, { actionIds: [a] });
    await cancelActions(context, { actionIds: [a], force: true });
    await setConfiguration(context, { 'action.delete.allowed.statuses': 'ERROR' });
    expect(await deleteActions(context, { filter: 'weight==1000' })).toEqual({ affectedCount: 0, ids: [] });
    await setConfiguration(context, { 'action.delete.allowed.statuses': 'CANCELED, ERROR' });
    expect(await deleteActions(context, { filter: 'weight==1000' })).toMatchObject({ affectedCount: 1 });
    expect(await found('weight==1000')).toEqual([b]);
  });

  it('keeps the newest of a target', async () => {
    const others = [await createSet(context, 'x'), await createSet(context, 'y')];
    for (const id of others) await assign(context, id, ['a'], { offline: true });
    expect(await deleteOldActions(context, { controllerId: 'a', keepLast: 1 })).toBe(2);
    expect((await stateOf(context, 'a')).actions).toEqual(['finished']);
    expect(await stateOf(context, 'a'), 'what it has stays').toMatchObject({ installed: others[1] });
    await expect(deleteOldActions(context, { controllerId: 'a', keepLast: -1 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('of a target takes its actions along', async () => {
    await deleteTargets(context, { controllerIds: ['a'] });
    await expect(findAction(context, a)).rejects.toMatchObject({ code: 'ACTION_NOT_FOUND' });
  });
});

it('finds actions by what they are, by their target and by their set', async () => {
  await cancelActions(context, { actionIds: [a] });
  expect(await found('status==canceling')).toEqual([a]);
  expect(await found('target.name==b;target.updatestatus==pending')).toEqual([b]);
  expect(await found(`distributionset.id==${set};forcetype==timeforced`)).toEqual([b, a]);
  expect(await found('distributionset.name==other')).toEqual([]);
  await expect(found('detailstatus==running')).rejects.toMatchObject({ code: 'FILTER_FIELD_UNKNOWN' });
});
