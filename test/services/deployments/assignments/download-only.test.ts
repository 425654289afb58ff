import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { findAction } from '../../../../src/services/deployments/actions/find.ts';
import { handlingOf } from '../../../../src/services/deployments/actions/handling.ts';
import { assignDistributionSet } from '../../../../src/services/deployments/assignments/assign.ts';
import { reportDeployment } from '../../../../src/services/devices/reports/report-deployment.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { ActorContext } from '../../../../src/services/shared/context.ts';
import { type Fleet, newFleet, openDeviceProcess, report } from '../../devices/support.ts';
import { assignAll, autoAssignment } from '../auto-assignments/support.ts';
import { begin, report as reportEnd } from '../rollouts/support.ts';
import { assign, createSet, stateOf } from './support.ts';

const { devices, close } = await openDeviceProcess();
afterAll(close);

let fleet: Fleet;
let device: ActorContext;
let set: number;
/** A device that has downloaded a set, and was only to download it. */
beforeEach(async () => {
  fleet = await newFleet(devices, 'a');
  device = await fleet.acting('a');
  set = await createSet(fleet.context, 'set');
  const [id] = await assign(fleet.context, set, ['a'], { forceType: 'downloadonly' });
  await reportDeployment(device, id!, report({ execution: 'downloaded', result: 'none' }));
});
const DOWNLOADED = { updateStatus: 'in_sync', installed: null, actions: ['downloaded'] };
const INSTALLING = {
  updateStatus: 'pending',
  installed: null,
  actions: ['downloaded', 'running (active)'],
};
const installs = async () => {
  const { next } = await fleet.ask('a');
  expect(next).toMatchObject({ kind: 'deploymentBase' });
  const action = await findAction(fleet.context, next!.actionId);
  expect(handlingOf(action, new Date()).update).not.toBe('skip');
  await reportDeployment(device, next!.actionId, report());
  expect(await stateOf(fleet.context, 'a')).toMatchObject({ updateStatus: 'in_sync', installed: set });
};

describe('what was only downloaded', () => {
  it.each(['forced', 'soft', 'timeforced'] as const)(
    'is to be installed when it is assigned %s',
    async (forceType) => {
      expect(await stateOf(fleet.context, 'a')).toMatchObject(DOWNLOADED);
      expect(await assign(fleet.context, set, ['a'], { forceType })).toHaveLength(1);
      expect(await stateOf(fleet.context, 'a')).toMatchObject(INSTALLING);
      expect(await assign(fleet.context, set, ['a'], { forceType })).toEqual([]);
      await installs();
      expect(await assign(fleet.context, set, ['a'], { forceType })).toEqual([]);
    },
  );

  it('need not be downloaded again', async () => {
    const assignments = [{ controllerIds: ['a'], forceType: 'downloadonly' as const }];
    expect(await assignDistributionSet(fleet.context, { distributionSetId: set, assignments })).toMatchObject(
      { alreadyAssigned: 1, actions: [] },
    );
  });

  it('is installed by a rollout that is to install it, and not downloaded by one that is not', async () => {
    await begin(fleet.context, { name: 'again', distributionSetId: set, forceType: 'downloadonly' });
    expect(await stateOf(fleet.context, 'a')).toMatchObject({
      ...DOWNLOADED,
      actions: ['downloaded', 'finished'],
    });
    await begin(fleet.context, { name: 'now', distributionSetId: set, forceType: 'forced' });
    expect((await stateOf(fleet.context, 'a')).actions).toEqual([
      'downloaded',
      'finished',
      'running (active)',
    ]);
    await installs();
  });

  it('is installed by an auto-assignment that is to install it, once', async () => {
    const again = await autoAssignment(fleet.context, set, { name: 'again', forceType: 'downloadonly' });
    await assignAll(fleet.context, again);
    expect(await stateOf(fleet.context, 'a')).toMatchObject(DOWNLOADED);
    const now = await autoAssignment(fleet.context, set, { name: 'now', forceType: 'soft' });
    for (let time = 0; time < 2; time++) await assignAll(fleet.context, now);
    expect(await stateOf(fleet.context, 'a')).toMatchObject(INSTALLING);
    await installs();
  });
});

it.each([
  ['soft', false, 2],
  ['downloadonly', false, 3],
  ['soft', true, 1],
] as const)('a dry run counts what would be done: %s, offline %s', async (forceType, offline, already) => {
  const { context } = fleet;
  const names = ['under-way', 'installed', 'failed', 'another', 'nothing'];
  await createTargets(context, { targets: names.map((controllerId) => ({ controllerId })) });
  await assign(context, set, ['under-way', 'failed']);
  await reportEnd(context, 'failed', 'failure');
  await assign(context, set, ['installed'], { offline: true });
  await assign(context, await createSet(context, 'other'), ['another']);
  const input = { distributionSetId: set, assignments: [{ filter: 'id==*', forceType }], offline };
  const counted = await assignDistributionSet(context, { ...input, dryRun: true });
  expect(counted).toMatchObject({ alreadyAssigned: already, affectedCount: 6 - already });
  const { affectedCount, alreadyAssigned } = await assignDistributionSet(context, input);
  expect(counted).toMatchObject({ affectedCount, alreadyAssigned });
});

it('what is still to be downloaded only is assigned already', async () => {
  const other = await createSet(fleet.context, 'other');
  await assign(fleet.context, other, ['a'], { forceType: 'downloadonly' });
  expect(await assign(fleet.context, other, ['a'], { forceType: 'forced' })).toEqual([]);
});
