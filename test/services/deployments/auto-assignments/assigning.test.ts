import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { listActionsOfTarget } from '../../../../src/services/deployments/actions/list.ts';
import { findAutoAssignment } from '../../../../src/services/deployments/auto-assignments/find.ts';
import { autoAssigner } from '../../../../src/services/deployments/auto-assignments/run.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { reportDeployment } from '../../../../src/services/devices/reports/report-deployment.ts';
import { addCompatibleSetTypes } from '../../../../src/services/fleet/target-types/compatible-set-types.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { listDistributionSetTypes } from '../../../../src/services/software/distribution-set-types/list.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';
import { assign, createSet, stateOf } from '../assignments/support.ts';
import { assignAll, autoAssignment } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let tenant: TestTenant;
let context: Context;
let setId: number;
beforeEach(async () => {
  tenant = await newTenant(platform);
  context = tenant.contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a', group: 'mine' }, { controllerId: 'b' }] });
  setId = await createSet(context, 'first');
});
const actionsOf = async (controllerId: string) =>
  (await (await listActionsOfTarget(context, controllerId, {})).page()).items;

describe('an auto-assignment whose time has come', () => {
  it('gives each target that matches an action in the name of who set it up', async () => {
    const made = await autoAssignment(tenant.contextOf(undefined, [], 'somebody'), setId, {
      filter: 'id==a',
      forceType: 'soft',
      weight: 3,
    });
    await assignAll(context, made);
    expect(await actionsOf('a')).toMatchObject([
      { status: 'running', forceType: 'soft', weight: 3, initiatedBy: 'somebody', createdBy: 'somebody' },
    ]);
    expect(await stateOf(context, 'a')).toMatchObject({ updateStatus: 'pending', assigned: setId });
    expect(await actionsOf('b')).toEqual([]);
    expect(await findAutoAssignment(context, made.id)).toMatchObject({ status: 'running' });
    const { items } = await (await listAuditEvents(context, { first: 2 })).page();
    expect(items).toMatchObject([
      {
        type: 'distribution-set.auto-assigned',
        actor: 'somebody',
        actorKind: 'SYSTEM',
        channel: 'SERVER',
        filter: 'id==a',
        count: 1,
      },
      { type: 'auto-assignment.started' },
    ]);
  });

  it('finds targets that come later', async () => {
    const made = await autoAssignment(context, setId);
    await assignAll(context, made);
    await createTargets(context, { targets: [{ controllerId: 'c' }] });
    await assignAll(context, made);
    expect(await actionsOf('c')).toHaveLength(1);
    expect(await actionsOf('a')).toHaveLength(1);
  });

  it('passes over targets that had an action of the set, be it canceled or failed', async () => {
    const [canceled, failed] = await assign(context, setId, ['a', 'b']);
    await cancelActions(context, { actionIds: [canceled!] });
    await cancelActions(context, { actionIds: [canceled!], force: true });
    const device = asDevice(context, await context.tenants.byId(tenant.tenantId), 'b', { address: 'x' });
    await reportDeployment(device, failed!, { execution: 'closed', result: 'failure', details: [] });
    await assignAll(context, await autoAssignment(context, setId));
    expect(await actionsOf('a')).toMatchObject([{ status: 'canceled' }]);
    expect(await actionsOf('b')).toMatchObject([{ status: 'error' }]);
  });

  it('passes over targets whose type does not take the set', async () => {
    const { created: targetTypes } = await createTargetTypes(context, { targetTypes: [{ name: 'picky' }] });
    const { items } = await (await listDistributionSetTypes(context, { filter: 'key==app' })).page();
    const targetTypeId = targetTypes[0]!.id;
    await addCompatibleSetTypes(context, { id: targetTypeId, setTypeIds: [items[0]!.id] });
    await createTargets(context, { targets: [{ controllerId: 'c', targetTypeId }] });
    await assignAll(context, await autoAssignment(context, setId));
    expect(await actionsOf('c')).toEqual([]);
    expect(await actionsOf('a')).toHaveLength(1);
  });

  it('replaces what its targets have still to do', async () => {
    await assign(context, await createSet(context, 'second'), ['a']);
    await assignAll(context, await autoAssignment(context, setId));
    expect((await stateOf(context, 'a')).actions).toEqual(['canceling (active)', 'running (active)']);
  });

  it('asks for confirmation where the tenant does, and it', async () => {
    await setConfiguration(context, { 'user.confirmation.flow.enabled': true });
    const second = await createSet(context, 'second');
    await assignAll(context, await autoAssignment(context, setId, { filter: 'id==a' }));
    await assignAll(
      context,
      await autoAssignment(context, second, { filter: 'id==b', confirmationRequired: false }),
    );
    expect(await actionsOf('a')).toMatchObject([{ status: 'wait_for_confirmation' }]);
    expect(await actionsOf('b')).toMatchObject([{ status: 'running' }]);
  });
});

it('reaches later, too, only the targets that its maker reached', async () => {
  const others = [...context.caller.permissions.keys()].filter(
    (permission) => permission !== 'UPDATE_TARGET',
  );
  const scoped = tenant.contextOf([...others, 'UPDATE_TARGET/group==mine']);
  const made = await autoAssignment(scoped, setId);
  await createTargets(context, { targets: [{ controllerId: 'c' }, { controllerId: 'd', group: 'mine' }] });
  await assignAll(context, made);
  expect(await actionsOf('a')).toHaveLength(1);
  expect(await actionsOf('d')).toHaveLength(1);
  for (const controllerId of ['b', 'c']) expect(await actionsOf(controllerId)).toEqual([]);
});

it('goes through more targets than fit one transaction', async () => {
  const many = Array.from({ length: 1_200 }, (_, index) => ({ controllerId: `many${index}` }));
  await createTargets(context, { targets: many });
  await assignAll(context, await autoAssignment(context, setId, { filter: 'id==many*' }));
  expect(await actionsOf('many0')).toHaveLength(1);
  expect(await actionsOf('many1199')).toHaveLength(1);
});

it('never gives a target two actions of the set, however many assign at once', async () => {
  const made = await autoAssignment(context, setId);
  await Promise.all([
    assignAll(context, made),
    assign(context, setId, ['b', 'a']),
    assignAll(context, made),
    assign(context, setId, ['a', 'b']),
  ]);
  for (const controllerId of ['a', 'b']) expect(await actionsOf(controllerId)).toHaveLength(1);
});

it('is run with all others, and again where it failed', async () => {
  const made = await autoAssignment(context, setId, { startAt: null });
  const failure = new Error('once');
  let fails = true;
  const byId: typeof platform.tenants.byId = async (id) => {
    if (id === tenant.tenantId && fails) throw failure;
    return platform.tenants.byId(id);
  };
  const errors: unknown[] = [];
  const run = () =>
    autoAssigner({ ...platform, tenants: { ...platform.tenants, byId } }, (error) => errors.push(error))();
  await run();
  expect(errors).toContain(failure);
  fails = false;
  await run();
  expect(await findAutoAssignment(context, made.id)).toMatchObject({ status: 'running' });
  expect(await actionsOf('a')).toHaveLength(1);
});
