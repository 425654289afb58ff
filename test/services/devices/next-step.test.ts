import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cancelActions } from '../../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../../src/services/deployments/actions/confirm.ts';
import { forceActions } from '../../../src/services/deployments/actions/force.ts';
import { activateAutoConfirm } from '../../../src/services/deployments/auto-confirm/activate.ts';
import { reportCancellation } from '../../../src/services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../../src/services/devices/reports/report-deployment.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import { assign, createSet, stateOf } from '../deployments/assignments/support.ts';
import { type Fleet, newFleet, openDeviceProcess, report } from './support.ts';

const here = await openDeviceProcess();
const there = await openDeviceProcess();
afterAll(() => Promise.all([here.close(), there.close()]));
afterEach(() => here.setClock(undefined));

let fleet: Fleet;
let set: number;
beforeEach(async () => {
  fleet = await newFleet(here.devices, 'a');
  set = await createSet(fleet.context, 'set');
});
const next = async () => (await fleet.ask('a')).next;

describe('what a poll is answered', () => {
  it('comes from memory, also with something to do', async () => {
    const [actionId] = await assign(fleet.context, set, ['a']);
    expect(await next()).toMatchObject({ kind: 'deploymentBase', actionId });
    expect(fleet.ask('a')).not.toBeInstanceOf(Promise);
    const device = await fleet.acting('a');
    await reportDeployment(device, actionId!, report({ execution: 'proceeding', result: 'none' }));
    expect(fleet.ask('a'), 'a report on the way changes nothing').not.toBeInstanceOf(Promise);
  });

  it('is new at once in every process', async () => {
    await fleet.ask('a');
    await fleet.ask('a', there.devices);
    const [actionId] = await assign(fleet.context, set, ['a']);
    expect(await next()).toMatchObject({ actionId });
    await vi.waitFor(
      async () => expect((await fleet.ask('a', there.devices)).next).toMatchObject({ actionId }),
      10_000,
    );
  });

  it('is the action of the highest weight, and of equals the oldest', async () => {
    const [step, other] = [
      await createSet(fleet.context, 'step', true),
      await createSet(fleet.context, 'other', true),
    ];
    const [low] = await assign(fleet.context, step, ['a'], { weight: 1 });
    const [old] = await assign(fleet.context, other, ['a'], { weight: 5 });
    const [young] = await assign(fleet.context, set, ['a'], { weight: 5 });
    const device = await fleet.acting('a');
    const seen: unknown[] = [];
    for (let step = await next(); step; step = await next()) {
      seen.push(step.actionId);
      await reportDeployment(device, step.actionId, report());
    }
    expect(seen).toEqual([old, young, low]);
  });

  it('is the cancellation of what is replaced, before what replaces it', async () => {
    const [first] = await assign(fleet.context, set, ['a']);
    const [second] = await assign(fleet.context, await createSet(fleet.context, 'other'), ['a']);
    expect(await next()).toMatchObject({ kind: 'cancelAction', actionId: first });
    await reportCancellation(await fleet.acting('a'), first!, report());
    expect(await next()).toMatchObject({ kind: 'deploymentBase', actionId: second });
  });

  it('tells of what is installed, also beside what is to come', async () => {
    const [actionId] = await assign(fleet.context, set, ['a']);
    await reportDeployment(await fleet.acting('a'), actionId!, report());
    expect(await fleet.ask('a')).toMatchObject({
      next: null,
      installedActionId: actionId,
      requestAttributes: true,
    });
    await assign(fleet.context, await createSet(fleet.context, 'other'), ['a']);
    expect(await fleet.ask('a')).toMatchObject({
      installedActionId: actionId,
      next: { kind: 'deploymentBase' },
    });
  });

  it('has another number once the action is handled in another way', async () => {
    const [actionId] = await assign(fleet.context, set, ['a'], { forceType: 'soft' });
    const before = await next();
    await forceActions(fleet.context, { actionIds: [actionId!] });
    const after = await next();
    expect(after).toMatchObject({ actionId });
    expect(after?.revision).not.toBe(before?.revision);
  });
});

describe('what time alone changes', () => {
  const time = (clock: string) => here.setClock(new Date(`2030-05-05T${clock}Z`));

  it('is seen at its moment: a forced time', async () => {
    time('12:00:00');
    await assign(fleet.context, set, ['a'], {
      forceType: 'timeforced',
      forcedAt: new Date('2030-05-05T12:00:10Z'),
    });
    const before = await next();
    time('12:00:09');
    expect(fleet.ask('a')).not.toBeInstanceOf(Promise);
    time('12:00:10');
    expect((await next())?.revision).not.toBe(before?.revision);
  });

  it('and a maintenance window, before which the device asks more often', async () => {
    time('12:00:00');
    const maintenanceWindow = { schedule: '0 6 12 * * ?', duration: '00:01:00', timezone: 'Z' };
    await assign(fleet.context, set, ['a'], { maintenanceWindow });
    const closed = await fleet.ask('a');
    expect(closed.sleep, 'a third of six minutes').toBe('00:02:00');
    time('12:06:00');
    const open = await fleet.ask('a');
    expect(open.sleep).toBe('00:05:00');
    expect(open.next?.revision).not.toBe(closed.next?.revision);
    time('12:07:00');
    expect((await next())?.revision).toBe(closed.next?.revision);
  });

  it.each([
    ['no shorter than half a minute', 100, '00:00:30'],
    ['nor in any other way where the tenant wants none', 0, '00:05:00'],
  ])('%s', async (_, maintenanceWindowPollCount, sleep) => {
    time('12:00:00');
    await setConfiguration(fleet.context, { maintenanceWindowPollCount });
    const maintenanceWindow = { schedule: '0 6 12 * * ?', duration: '00:01:00', timezone: 'Z' };
    await assign(fleet.context, set, ['a'], { maintenanceWindow });
    expect(await fleet.ask('a')).toMatchObject({ sleep });
  });
});

describe('a confirmation', () => {
  let actionId: number;
  beforeEach(async () => {
    await setConfiguration(fleet.context, { 'user.confirmation.flow.enabled': true });
    const [id] = await assign(fleet.context, set, ['a']);
    actionId = id!;
  });

  it('comes first, by an operator or by auto-confirmation', async () => {
    expect(await next()).toMatchObject({ kind: 'confirmationBase', actionId });
    await confirmActions(fleet.context, {
      actionIds: [actionId],
      confirmation: 'denied',
      details: ['not now'],
    });
    expect(await next()).toMatchObject({ kind: 'confirmationBase' });
    await confirmActions(fleet.context, { filter: 'active==true', confirmation: 'confirmed', code: 7 });
    expect(await next()).toMatchObject({ kind: 'deploymentBase', actionId });
    await expect(
      confirmActions(fleet.context, { actionIds: [actionId], confirmation: 'confirmed' }),
    ).rejects.toMatchObject({ code: 'ACTION_NOT_WAITING' });
  });

  it('is not waited for once auto-confirmation is active', async () => {
    await activateAutoConfirm(fleet.context, { controllerId: 'a' });
    expect(await next()).toMatchObject({ kind: 'deploymentBase', actionId });
    await assign(fleet.context, await createSet(fleet.context, 'other'), ['a']);
    expect((await stateOf(fleet.context, 'a')).actions).toEqual(['canceling (active)', 'running (active)']);
  });

  it('may also be given up', async () => {
    await cancelActions(fleet.context, { actionIds: [actionId] });
    expect(await next()).toMatchObject({ kind: 'cancelAction' });
    await reportCancellation(await fleet.acting('a'), actionId, report());
    await expect(
      confirmActions(fleet.context, { actionIds: [actionId], confirmation: 'confirmed' }),
    ).rejects.toMatchObject({ code: 'ACTION_CLOSED' });
  });
});
