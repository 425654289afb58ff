import { afterAll, beforeEach, expect, it } from 'vitest';
import { cancelActions } from '../../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../../src/services/deployments/actions/confirm.ts';
import { forceActions } from '../../../src/services/deployments/actions/force.ts';
import { listActionEntries } from '../../../src/services/deployments/actions/list-entries.ts';
import { activateOwnAutoConfirm } from '../../../src/services/devices/reports/auto-confirm.ts';
import { reportConfirmation } from '../../../src/services/devices/reports/confirm.ts';
import { reportCancellation } from '../../../src/services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../../src/services/devices/reports/report-deployment.ts';
import { noteRetrieval } from '../../../src/services/devices/updates/retrieve.ts';
import { deleteTargets } from '../../../src/services/fleet/targets/delete.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import { stored } from '../../support/stored.ts';
import { assign, createSet, stateOf } from '../deployments/assignments/support.ts';
import { type Fleet, newFleet, openDeviceProcess, ownAction, report } from './support.ts';

const { devices, close } = await openDeviceProcess();
afterAll(close);

/** Each race is run by so many devices at once: who wins is another one every time. In the order in which they are made. */
const NAMES = [...'abcdefghijkl'].map((letter) => `d-${letter}`);

let fleet: Fleet;
let set: number;
let actionIds: number[];
beforeEach(async () => {
  fleet = await newFleet(devices, ...NAMES);
  set = await createSet(fleet.context, 'set');
  actionIds = await assign(fleet.context, set, NAMES);
});

/** All at once; the code of what was refused, in the order of the work. */
async function race(...work: (() => Promise<unknown>)[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(work.map((each) => each()));
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? 'done' : String(outcome.reason.code ?? outcome.reason),
  );
}
const eachDevice = (work: (name: string, id: number) => Promise<void>) =>
  Promise.all(NAMES.map((name, index) => work(name, actionIds[index]!)));
const statusesOf = async (id: number) => {
  const { items } = await (await listActionEntries(fleet.context, id, {})).page();
  return items.map(({ status }) => status).reverse();
};

it('an end counts, whether it is told before or after the request to cancel', async () => {
  await eachDevice(async (name, id) => {
    const device = await fleet.acting(name);
    const [told, cancel] = await race(
      () => reportDeployment(device, id, report()),
      () => cancelActions(fleet.context, { actionIds: [id] }),
    );
    expect([told, cancel]).toEqual(['done', expect.stringMatching(/^(done|ACTION_NOT_CANCELABLE)$/)]);
    expect(await stateOf(fleet.context, name)).toMatchObject({ updateStatus: 'in_sync', installed: set });
  });
});

it('an update either ends or is stopped, and the target follows', async () => {
  await cancelActions(fleet.context, { actionIds });
  await eachDevice(async (name, id) => {
    const device = await fleet.acting(name);
    const outcome = await race(
      () => reportDeployment(device, id, report()),
      () => reportCancellation(device, id, report()),
    );
    const isFinished = outcome[0] === 'done';
    expect(outcome).toEqual(isFinished ? ['done', 'ACTION_NOT_CANCELABLE'] : ['ACTION_CLOSED', 'done']);
    expect(await stateOf(fleet.context, name)).toEqual({
      updateStatus: 'in_sync',
      assigned: isFinished ? set : null,
      installed: isFinished ? set : null,
      actions: [isFinished ? 'finished' : 'canceled'],
    });
  });
});

it('an assignment comes whole, before or after a report', async () => {
  const other = await createSet(fleet.context, 'other');
  const reports = NAMES.map(
    (name, index) => async () => reportDeployment(await fleet.acting(name), actionIds[index]!, report()),
  );
  expect(new Set(await race(...reports, () => assign(fleet.context, other, NAMES)))).toEqual(
    new Set(['done']),
  );
  for (const name of NAMES)
    expect(await stateOf(fleet.context, name)).toEqual({
      updateStatus: 'pending',
      assigned: other,
      installed: set,
      actions: ['finished', 'running (active)'],
    });
});

it('whoever reports while all are forced or canceled waits, and nobody blocks another', async () => {
  const reports = NAMES.flatMap((name, index) =>
    Array.from(
      { length: 3 },
      () => async () =>
        reportDeployment(await fleet.acting(name), actionIds[index]!, report({ execution: 'proceeding' })),
    ),
  );
  const bulks = [
    () => forceActions(fleet.context, { filter: 'active==true' }),
    () => cancelActions(fleet.context, { filter: 'active==true' }),
    () => cancelActions(fleet.context, { actionIds: [...actionIds].reverse() }),
  ];
  const outcome = await race(...reports, ...bulks);
  expect(new Set(outcome.slice(0, -1))).toEqual(new Set(['done']));
  expect(['done', 'ACTION_NOT_CANCELABLE']).toContain(outcome.at(-1));
  await eachDevice(async (_, id) => {
    expect((await statusesOf(id)).sort()).toEqual(['canceling', 'running', 'running', 'running', 'running']);
  });
});

it('a fetch is noted once', async () => {
  await eachDevice(async (name, id) => {
    const device = await fleet.acting(name);
    const met = await ownAction(fleet, name, id);
    const outcome = await race(
      () => noteRetrieval(device, met),
      () => noteRetrieval(device, met),
    );
    expect(outcome).toEqual(['done', 'done']);
    expect(await statusesOf(id)).toEqual(['running', 'retrieved']);
  });
});

it('a confirmation is taken once, whoever gives it', async () => {
  await setConfiguration(fleet.context, { 'user.confirmation.flow.enabled': true });
  actionIds = await assign(fleet.context, await createSet(fleet.context, 'asked'), NAMES);
  await eachDevice(async (name, id) => {
    const device = await fleet.acting(name);
    const said = { confirmation: 'confirmed', code: null, messages: [] } as const;
    await race(
      () => reportConfirmation(device, id, said),
      () => confirmActions(fleet.context, { actionIds: [id], confirmation: 'confirmed' }),
      () => activateOwnAutoConfirm(device, {}),
    );
    expect(await statusesOf(id)).toEqual(['wait_for_confirmation', 'running']);
  });
});

it('of a target deleted meanwhile nothing is left', async () => {
  const reports = NAMES.map(
    (name, index) => async () =>
      reportDeployment(await fleet.acting(name), actionIds[index]!, report({ execution: 'proceeding' })),
  );
  const outcome = await race(
    ...reports,
    () => deleteTargets(fleet.context, { filter: 'id==d-*' }),
    ...reports,
  );
  expect(outcome[reports.length]).toBe('done');
  for (const each of outcome) expect(['done', 'TARGET_NOT_FOUND']).toContain(each);
  const { database, caller } = fleet.context;
  const left = (await stored(database, caller.tenantId)).filter((row) => OF_TARGETS.test(row));
  expect(left).toEqual([]);
});

const OF_TARGETS = /^(targets|target_polls|target_deployments|actions|action_entries) /;
