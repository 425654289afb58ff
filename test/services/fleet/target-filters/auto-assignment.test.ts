import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { listActionsOfTarget } from '../../../../src/services/deployments/actions/list.ts';
import { approveAutoAssignment } from '../../../../src/services/deployments/auto-assignments/decide.ts';
import { findAutoAssignmentsOfFilters } from '../../../../src/services/deployments/auto-assignments/find.ts';
import { clearAutoAssignment } from '../../../../src/services/fleet/target-filters/clear-auto-assignment.ts';
import { createTargetFilter } from '../../../../src/services/fleet/target-filters/create.ts';
import { deleteTargetFilter } from '../../../../src/services/fleet/target-filters/delete.ts';
import { listTargetFiltersOfSet } from '../../../../src/services/fleet/target-filters/list.ts';
import { setAutoAssignment } from '../../../../src/services/fleet/target-filters/set-auto-assignment.ts';
import { updateTargetFilter } from '../../../../src/services/fleet/target-filters/update.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';
import { createSet } from '../../deployments/assignments/support.ts';
import { assignAll, FAR_OFF } from '../../deployments/auto-assignments/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let tenant: TestTenant;
let context: Context;
let setId: number;
let filterId: number;
beforeEach(async () => {
  tenant = await newTenant(platform);
  context = tenant.contextOf();
  await createTargets(context, {
    targets: [
      { controllerId: 'a', group: 'mine' },
      { controllerId: 'b', group: 'mine' },
      { controllerId: 'c' },
    ],
  });
  setId = await createSet(context, 'first');
  filterId = (await createTargetFilter(context, { name: 'f', filter: 'id==a' })).id;
});
const set = (distributionSetId = setId, by = context) =>
  setAutoAssignment(by, { targetFilterId: filterId, distributionSetId, startAt: FAR_OFF });
const linked = async () => (await findAutoAssignmentsOfFilters(context, [filterId]))[0];
const countOf = async (controllerId: string) =>
  (await listActionsOfTarget(context, controllerId, {})).total();
const namesOfSet = async (id: number) =>
  (await (await listTargetFiltersOfSet(context, id, {})).page()).items.map(({ name }) => name);
const SCOPED = ['READ_TARGET', 'READ_DISTRIBUTION_SET', 'UPDATE_TARGET/group==mine'] as const;

it('assigns to what the filter matches, and a later set takes the place of an earlier', async () => {
  const { targetFilter, autoAssignment } = await set();
  expect(targetFilter).toMatchObject({ id: filterId, name: 'f' });
  expect(autoAssignment).toMatchObject({ name: 'f', filter: 'id==a', targetFilterId: filterId });
  await assignAll(context, autoAssignment);
  expect([await countOf('a'), await countOf('b')]).toEqual([1, 0]);

  const second = await createSet(context, 'second');
  await set(second);
  expect(await linked()).toMatchObject({ status: 'ready', distributionSet: { id: second } });
  expect([await namesOfSet(setId), await namesOfSet(second)]).toEqual([[], ['f']]);
});

it('is cleared, again without an error, and goes with the filter and with its set', async () => {
  await set();
  await clearAutoAssignment(context, { targetFilterId: filterId });
  await clearAutoAssignment(context, { targetFilterId: filterId });
  expect(await linked()).toBeUndefined();

  await set();
  await invalidateDistributionSet(context, { id: setId, cancelActions: 'NONE' });
  expect(await linked()).toBeUndefined();

  await set(await createSet(context, 'second'));
  await deleteTargetFilter(context, { id: filterId });
  expect(await linked()).toBeUndefined();
  const code = 'TARGET_FILTER_NOT_FOUND';
  await expect(set()).rejects.toMatchObject({ code, details: { path: ['targetFilterId'] } });
  await expect(clearAutoAssignment(context, { targetFilterId: filterId })).rejects.toMatchObject({ code });
});

describe('a change of the filter', () => {
  it('of its name only is one of its auto-assignment', async () => {
    const { autoAssignment } = await set();
    await updateTargetFilter(context, { id: filterId, name: 'new', filter: 'id==a' });
    expect(await linked()).toMatchObject({ id: autoAssignment.id, name: 'new' });
  });

  it('of its filter asks for another approval', async () => {
    await setConfiguration(context, { 'auto.assignment.approval.enabled': true });
    const { autoAssignment } = await set();
    await approveAutoAssignment(context, autoAssignment);
    await updateTargetFilter(context, { id: filterId, name: 'new', filter: 'id==b' });
    expect(await linked()).toMatchObject({ name: 'new', filter: 'id==b', status: 'waiting_for_approval' });
  });

  it('of its filter acts for whoever made it', async () => {
    await set();
    const other = tenant.contextOf(undefined, [], 'other');
    await updateTargetFilter(other, { id: filterId, filter: 'id=in=(b,c)' });
    const now = await linked();
    expect(now).toMatchObject({ initiatedBy: 'other' });
    await assignAll(context, now!);
    expect([await countOf('b'), await countOf('c')]).toEqual([1, 1]);
  });

  it('is not for who reaches some targets only, unless it was set up so', async () => {
    await set();
    const scoped = tenant.contextOf(SCOPED, [], 'scoped');
    const refused = { code: 'FORBIDDEN' };
    await expect(updateTargetFilter(scoped, { id: filterId, filter: 'id==b' })).rejects.toMatchObject(
      refused,
    );
    await expect(updateTargetFilter(scoped, { id: filterId, name: 'new' })).rejects.toMatchObject(refused);
    expect(await linked()).toMatchObject({ initiatedBy: 'tester', filter: 'id==a' });
  });

  it('of its filter needs to know the set', async () => {
    await set();
    const blind = tenant.contextOf(['UPDATE_TARGET']);
    await expect(updateTargetFilter(blind, { id: filterId, filter: 'id==b' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await updateTargetFilter(blind, { id: filterId, name: 'new' });
    expect(await linked()).toMatchObject({ filter: 'id==a', name: 'new' });
  });
});

it('shows what filters assign to those only who may read filters', async () => {
  await set();
  expect(await findAutoAssignmentsOfFilters(tenant.contextOf(['UPDATE_TARGET']), [filterId])).toEqual([
    undefined,
  ]);
});
