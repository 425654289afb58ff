import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createAutoAssignment } from '../../../../src/services/deployments/auto-assignments/create.ts';
import {
  approveAutoAssignment,
  denyAutoAssignment,
} from '../../../../src/services/deployments/auto-assignments/decide.ts';
import { deleteAutoAssignment } from '../../../../src/services/deployments/auto-assignments/delete.ts';
import { AUTO_ASSIGNMENT_ORDER } from '../../../../src/services/deployments/auto-assignments/fields.ts';
import { findAutoAssignment } from '../../../../src/services/deployments/auto-assignments/find.ts';
import {
  pauseAutoAssignment,
  resumeAutoAssignment,
  startAutoAssignment,
} from '../../../../src/services/deployments/auto-assignments/handle.ts';
import { listAutoAssignments } from '../../../../src/services/deployments/auto-assignments/list.ts';
import { updateAutoAssignment } from '../../../../src/services/deployments/auto-assignments/update.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { deleteDistributionSet } from '../../../../src/services/software/distribution-sets/delete.ts';
import {
  findDistributionSet,
  findDistributionSets,
} from '../../../../src/services/software/distribution-sets/find.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { createSet, stateOf } from '../assignments/support.ts';
import { assignAll, autoAssignment, FAR_OFF } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
let setId: number;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a' }] });
  setId = await createSet(context, 'first');
});
const ILLEGAL = { code: 'AUTO_ASSIGNMENT_ILLEGAL_STATE' };
const UNKNOWN = { code: 'AUTO_ASSIGNMENT_NOT_FOUND' };

describe('createAutoAssignment', () => {
  it('makes one that is ready, and locks its set', async () => {
    const made = await autoAssignment(context, setId, { name: ' n ', description: 'd' });
    expect(made).toEqual({
      id: expect.any(Number),
      name: 'n',
      description: 'd',
      filter: 'id==*',
      targetFilterId: null,
      distributionSet: { id: setId, name: 'first', version: '1' },
      forceType: 'forced',
      weight: 1000,
      confirmationRequired: false,
      status: 'ready',
      startAt: FAR_OFF,
      approvalDecidedBy: null,
      approvalRemark: null,
      initiatedBy: 'tester',
      ignoreTargetFilter: false,
      createdAt: expect.any(Date),
      createdBy: 'tester',
      lastModifiedAt: made.createdAt,
      lastModifiedBy: 'tester',
    });
    expect(await findAutoAssignment(context, made.id)).toEqual(made);
    expect(await findDistributionSet(context, setId)).toMatchObject({ locked: true });
  });

  it.each([
    [{ name: '' }, 'INVALID_INPUT', ['name']],
    [{ filter: '' }, 'INVALID_INPUT', ['filter']],
    [{ filter: 'nofield==x' }, 'FILTER_FIELD_UNKNOWN', ['filter']],
    [{ weight: 1001 }, 'INVALID_INPUT', ['weight']],
    [{ startAt: new Date(Number.NaN) }, 'INVALID_INPUT', ['startAt']],
    [{ forceType: 'timeforced' }, 'AUTO_ASSIGNMENT_FORCE_TYPE_INVALID', ['forceType']],
    [{ distributionSetId: -1 }, 'DISTRIBUTION_SET_NOT_FOUND', ['distributionSetId']],
  ] as const)('refuses %j', async (bad, code, path) => {
    await expect(autoAssignment(context, setId, bad)).rejects.toMatchObject({ code, details: { path } });
    expect(await (await listAutoAssignments(context, {})).total()).toBe(0);
  });

  it('keeps names unique in the tenant', async () => {
    const input = { name: 'n', filter: 'id==*', distributionSetId: setId, startAt: FAR_OFF };
    await createAutoAssignment(context, input);
    await expect(createAutoAssignment(context, input)).rejects.toMatchObject({
      code: 'AUTO_ASSIGNMENT_ALREADY_EXISTS',
      details: { path: ['name'] },
    });
  });
});

it('does nothing before its time, nor while it is paused', async () => {
  const made = await autoAssignment(context, setId, { startAt: new Date('2200-01-01') });
  await assignAll(context, made);
  expect((await stateOf(context, 'a')).actions).toEqual([]);
  expect(await findAutoAssignment(context, made.id)).toMatchObject({ status: 'ready' });
  await expect(pauseAutoAssignment(context, made)).rejects.toMatchObject(ILLEGAL);

  const empty = await autoAssignment(context, await createSet(context, 'second'), { filter: 'id==b' });
  expect(await startAutoAssignment(context, empty)).toMatchObject({ status: 'running' });
  await expect(startAutoAssignment(context, empty)).rejects.toMatchObject(ILLEGAL);
  expect(await pauseAutoAssignment(context, empty)).toMatchObject({ status: 'paused' });
  await createTargets(context, { targets: [{ controllerId: 'b' }] });
  await assignAll(context, empty);
  expect((await stateOf(context, 'b')).actions).toEqual([]);
  expect(await resumeAutoAssignment(context, empty)).toMatchObject({ status: 'running' });
  await expect(resumeAutoAssignment(context, empty)).rejects.toMatchObject(ILLEGAL);
  await assignAll(context, empty);
  expect((await stateOf(context, 'b')).actions).toEqual(['running (active)']);
});

it('waits for an approval where the tenant wants one', async () => {
  await setConfiguration(context, { 'auto.assignment.approval.enabled': true });
  const made = await autoAssignment(context, setId);
  const other = await autoAssignment(context, setId, { name: 'other' });
  expect(made.status).toBe('waiting_for_approval');
  await expect(startAutoAssignment(context, made)).rejects.toMatchObject(ILLEGAL);
  await assignAll(context, made);
  expect((await stateOf(context, 'a')).actions).toEqual([]);

  expect(await denyAutoAssignment(context, { id: other.id, remark: 'no' })).toMatchObject({
    status: 'approval_denied',
    approvalDecidedBy: 'tester',
    approvalRemark: 'no',
  });
  await expect(approveAutoAssignment(context, { id: other.id })).rejects.toMatchObject(ILLEGAL);
  expect(await approveAutoAssignment(context, { id: made.id })).toMatchObject({ status: 'ready' });
  await assignAll(context, made);
  await assignAll(context, other);
  expect((await stateOf(context, 'a')).actions).toEqual(['running (active)']);
});

it('can change its name and description, and be deleted without its actions', async () => {
  const made = await autoAssignment(context, setId);
  await assignAll(context, made);
  const renamed = await updateAutoAssignment(context, { id: made.id, name: 'new', description: 'd' });
  expect(renamed).toMatchObject({ name: 'new', description: 'd', status: 'running' });
  expect(await findAutoAssignment(context, made.id)).toEqual(renamed);
  expect(await updateAutoAssignment(context, { id: made.id })).toEqual(renamed);
  const cleared = await updateAutoAssignment(context, { id: made.id, description: null });
  expect(cleared).toMatchObject({ name: 'new', description: null });
  const nameless = { id: made.id, name: null } as unknown as Parameters<typeof updateAutoAssignment>[1];
  await expect(updateAutoAssignment(context, nameless)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { path: ['name'] },
  });
  await deleteAutoAssignment(context, made);
  await expect(findAutoAssignment(context, made.id)).rejects.toMatchObject(UNKNOWN);
  await expect(deleteAutoAssignment(context, made)).rejects.toMatchObject(UNKNOWN);
  await assignAll(context, made);
  expect((await stateOf(context, 'a')).actions).toEqual(['running (active)']);
});

it('ends with its set', async () => {
  const second = await createSet(context, 'second');
  const made = [await autoAssignment(context, setId), await autoAssignment(context, second)];
  await invalidateDistributionSet(context, { id: setId, cancelActions: 'NONE' });
  await deleteDistributionSet(context, { id: second });
  for (const { id } of made) await expect(findAutoAssignment(context, id)).rejects.toMatchObject(UNKNOWN);
  expect(await findDistributionSets(context, [second]), 'nothing else refers to it').toEqual([undefined]);
});

it('is nobody else’s', async () => {
  const { id } = await autoAssignment(context, setId);
  const stranger = (await newTenant(platform)).contextOf();
  for (const verb of [startAutoAssignment, approveAutoAssignment, updateAutoAssignment, deleteAutoAssignment])
    await expect(verb(stranger, { id })).rejects.toMatchObject(UNKNOWN);
  expect(await (await listAutoAssignments(stranger, {})).total()).toBe(0);
});

it('is listed, filtered and ordered', async () => {
  for (const name of ['b', 'a', 'c']) await autoAssignment(context, setId, { name });
  const namesOf = async (request: Parameters<typeof listAutoAssignments>[1]) =>
    (await (await listAutoAssignments(context, request)).page()).items.map(({ name }) => name);
  expect(await namesOf({})).toEqual(['b', 'a', 'c']);
  expect(await namesOf({ filter: 'name!=a;status==ready;distributionSet.name==first' })).toEqual(['b', 'c']);
  for (const field of Object.keys(AUTO_ASSIGNMENT_ORDER) as (keyof typeof AUTO_ASSIGNMENT_ORDER)[]) {
    const orderBy = [{ field, direction: 'desc' }] as const;
    const { items, cursorOf } = await (await listAutoAssignments(context, { first: 2, orderBy })).page();
    const rest = await namesOf({ after: cursorOf(items[1]!), orderBy });
    expect([...items.map(({ name }) => name), ...rest].toSorted(), field).toEqual(['a', 'b', 'c']);
  }
});
