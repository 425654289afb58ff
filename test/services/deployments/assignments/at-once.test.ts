import { afterAll, beforeEach, expect, it } from 'vitest';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { listActions } from '../../../../src/services/deployments/actions/list.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { reportDeployment } from '../../../../src/services/devices/reports/report-deployment.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { invalidateDistributionSet } from '../../../../src/services/software/distribution-sets/invalidate.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { assignAll, autoAssignment } from '../auto-assignments/support.ts';
import { assign, createSet, stateOf } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const TARGETS = ['a', 'b', 'c', 'd', 'e'];
let context: Context;
let sets: number[];
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await createTargets(context, { targets: TARGETS.map((controllerId) => ({ controllerId })) });
  sets = [];
  for (const name of ['first', 'second', 'third']) sets.push(await createSet(context, name));
});
const running = (states: readonly string[]) => states.filter((state) => state === 'running (active)');

/** What must be so whoever came first: one update to carry out, and that of the set which the target is to have. */
async function expectConsistent() {
  for (const controllerId of TARGETS) {
    const { assigned, updateStatus, actions } = await stateOf(context, controllerId);
    expect(running(actions)).toHaveLength(1);
    const filter = `target.controllerId==${controllerId};status==running`;
    const { items } = await (await listActions(context, { filter })).page();
    expect({ assigned, updateStatus }).toEqual({
      assigned: items[0]!.distributionSet.id,
      updateStatus: 'pending',
    });
  }
}

it('several assignments to the same targets, in any order, leave each with one update', async () => {
  const backwards = TARGETS.toReversed();
  await Promise.all([
    assign(context, sets[0]!, TARGETS),
    assign(context, sets[1]!, backwards),
    assignDistributionSet(context, {
      distributionSetId: sets[2]!,
      assignments: backwards.map((controllerId) => ({ controllerIds: [controllerId] })),
    }),
    assign(context, sets[0]!, backwards),
  ]);
  await expectConsistent();
});

it('assignments, automatic ones, cancellations and reports at once neither get lost nor block each other', async () => {
  const first = await assign(context, sets[0]!, TARGETS);
  const automatic = await autoAssignment(context, sets[1]!);
  const tenant = await context.tenants.byId(context.caller.tenantId);
  const finished = { execution: 'closed', result: 'success', details: [] } as const;
  const outcomes = await Promise.allSettled([
    ...TARGETS.map((controllerId, at) =>
      reportDeployment(asDevice(context, tenant, controllerId, { address: 'x' }), first[at]!, finished),
    ),
    assignAll(context, automatic),
    assign(context, sets[2]!, TARGETS.toReversed()),
    cancelActions(context, { filter: `distributionSet.id==${sets[0]}` }),
  ]);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  await assignAll(context, automatic);
  for (const controllerId of TARGETS) {
    const { installed, actions } = await stateOf(context, controllerId);
    expect(installed, 'what was reported').toBe(sets[0]);
    expect(running(actions)).toHaveLength(1);
    expect(actions, 'one of each set').toHaveLength(3);
  }
  await expectConsistent();
});

it('a set that is invalidated while it is assigned is nowhere to be carried out afterwards', async () => {
  const automatic = await autoAssignment(context, sets[0]!);
  await Promise.allSettled([
    assignAll(context, automatic),
    assign(context, sets[0]!, TARGETS),
    invalidateDistributionSet(context, { id: sets[0]!, cancelActions: 'FORCE' }),
    assignAll(context, automatic),
  ]);
  for (const controllerId of TARGETS)
    expect(await stateOf(context, controllerId)).toMatchObject({ assigned: null });
});
