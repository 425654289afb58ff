import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cancelActions } from '../../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../../src/services/deployments/actions/confirm.ts';
import { deleteActions } from '../../../src/services/deployments/actions/delete.ts';
import { forceActions } from '../../../src/services/deployments/actions/force.ts';
import { deleteRollout } from '../../../src/services/deployments/rollouts/delete.ts';
import type { PollAnswer } from '../../../src/services/devices/polling/device.ts';
import { activateOwnAutoConfirm } from '../../../src/services/devices/reports/auto-confirm.ts';
import { reportConfirmation } from '../../../src/services/devices/reports/confirm.ts';
import { reportCancellation } from '../../../src/services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../../src/services/devices/reports/report-deployment.ts';
import { reportInstalled } from '../../../src/services/devices/reports/report-installed.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import { invalidateDistributionSet } from '../../../src/services/software/distribution-sets/invalidate.ts';
import { assign, createSet } from '../deployments/assignments/support.ts';
import { begin, settle } from '../deployments/rollouts/support.ts';
import { type Fleet, newFleet, openDeviceProcess, report } from './support.ts';

const here = await openDeviceProcess();
const there = await openDeviceProcess();
afterAll(() => Promise.all([here.close(), there.close()]));

let fleet: Fleet;
let sets: [number, number];
let actionId: number;
let rolloutId: number;
beforeEach(async () => {
  fleet = await newFleet(here.devices, 'a');
  sets = [await createSet(fleet.context, 'first'), await createSet(fleet.context, 'second')];
});

const CONFIRM = { 'user.confirmation.flow.enabled': true };
const device = () => fleet.acting('a');
const assigns = async (which = 0, options: Parameters<typeof assign>[3] = {}) => {
  [actionId = 0] = await assign(fleet.context, sets[which]!, ['a'], options);
};
const cancels = () => cancelActions(fleet.context, { actionIds: [actionId] });
const said = ({ next, sleep, requestAttributes, installedActionId }: PollAnswer) => ({
  next,
  sleep,
  requestAttributes,
  installedActionId,
});

/** What may happen to a device, one after another; each changes what it is answered. */
const LIFE: [string, () => Promise<unknown>][] = [
  ['is to have a set', () => assigns(0, { forceType: 'soft' })],
  ['is to have it at once', () => forceActions(fleet.context, { actionIds: [actionId] })],
  ['is to have another', () => assigns(1)],
  ['stops the first', async () => reportCancellation(await device(), actionId - 1, report())],
  ['installs the second', async () => reportDeployment(await device(), actionId, report())],
  ['is to have the first again', () => assigns()],
  ['is to stop that', cancels],
  [
    'will not',
    async () =>
      reportCancellation(await device(), actionId, report({ execution: 'rejected', result: 'none' })),
  ],
  ['fails', async () => reportDeployment(await device(), actionId, report({ result: 'failure' }))],
  [
    'has the first by other means',
    async () => reportInstalled(await device(), { name: 'first', version: '1' }),
  ],
  ['loses the history of that', () => deleteActions(fleet.context, { filter: 'status==finished' })],
  ['is to poll more often', () => setConfiguration(fleet.context, { pollingTime: '00:01:00' })],
  [
    'is asked for a confirmation',
    async () => {
      await setConfiguration(fleet.context, CONFIRM);
      await assigns(1);
    },
  ],
  [
    'confirms',
    async () =>
      reportConfirmation(await device(), actionId, { confirmation: 'confirmed', code: null, messages: [] }),
  ],
  ['gets the second offline', () => assigns(1, { offline: true })],
  ['is asked again', () => assigns()],
  ['asks no more', async () => activateOwnAutoConfirm(await device(), {})],
  ['is to stop, as the set is no good', () => invalidate('SOFT')],
  ['is not waited for', () => invalidate('FORCE')],
  [
    'counts as finished in a rollout of what it has',
    () => begin(fleet.context, { name: 'r', distributionSetId: sets[1]! }),
  ],
  [
    'is taken in by a rollout',
    async () => {
      rolloutId = await begin(fleet.context, { name: 'third' });
    },
  ],
  [
    'is let go by it',
    async () => {
      await deleteRollout(fleet.context, { id: rolloutId });
      await settle(fleet.context, rolloutId);
    },
  ],
];
const invalidate = (cancel: 'SOFT' | 'FORCE') =>
  invalidateDistributionSet(fleet.context, { id: sets[0]!, cancelActions: cancel });

it('is what a server that remembers nothing would answer, whatever happens', async () => {
  let before = said(await fleet.ask('a'));
  for (const [what, happen] of LIFE) {
    await fleet.ask('a', there.devices);
    await happen();
    const now = said(await fleet.ask('a'));
    expect(now, what).not.toEqual(before);
    expect(now, what).toEqual(said(await fleet.stored('a')));
    await vi.waitFor(
      async () =>
        expect(said(await fleet.ask('a', there.devices)), `${what}, in another process`).toEqual(now),
      10_000,
    );
    before = now;
  }
});

describe('a repeated poll costs no statement', () => {
  it.each<[string, () => Promise<unknown>, NonNullable<PollAnswer['next']>['kind'] | undefined]>([
    ['nothing', async () => {}, undefined],
    ['an update', assigns, 'deploymentBase'],
    [
      'an update that waits for its window',
      () => assigns(0, { maintenanceWindow: NEVER_NOW }),
      'deploymentBase',
    ],
    ['an update on its way', onItsWay, 'deploymentBase'],
    ['a cancellation', () => assigns().then(cancels), 'cancelAction'],
    [
      'a confirmation',
      async () => {
        await setConfiguration(fleet.context, CONFIRM);
        await assigns();
        await confirmActions(fleet.context, { actionIds: [actionId], confirmation: 'denied' });
      },
      'confirmationBase',
    ],
  ])('with %s to do', async (_, happen, kind) => {
    await fleet.ask('a');
    await happen();
    expect((await fleet.ask('a')).next?.kind).toBe(kind);
    const before = here.statements();
    for (let time = 0; time < 100; time++) expect(fleet.ask('a')).not.toBeInstanceOf(Promise);
    expect(here.statements() - before).toBe(0);
  });
});

const NEVER_NOW = { schedule: '0 0 0 1 1 ? 2090', duration: '01:00:00', timezone: 'Z' };

/** Also what the device reports on the way makes no poll read anything. */
async function onItsWay() {
  await assigns();
  await fleet.ask('a');
  await reportDeployment(await device(), actionId, report({ execution: 'proceeding' }));
  expect(fleet.ask('a')).not.toBeInstanceOf(Promise);
}
