import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cancelActions } from '../../../src/services/deployments/actions/cancel.ts';
import { confirmActions } from '../../../src/services/deployments/actions/confirm.ts';
import { findAction } from '../../../src/services/deployments/actions/find.ts';
import { listActionEntries } from '../../../src/services/deployments/actions/list-entries.ts';
import { activateOwnAutoConfirm } from '../../../src/services/devices/reports/auto-confirm.ts';
import { reportConfirmation } from '../../../src/services/devices/reports/confirm.ts';
import { reportDeployment } from '../../../src/services/devices/reports/report-deployment.ts';
import { noteRetrieval } from '../../../src/services/devices/updates/retrieve.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import type { ActorContext } from '../../../src/services/shared/context.ts';
import { assign, createSet } from '../deployments/assignments/support.ts';
import { type Fleet, newFleet, openDeviceProcess, ownAction, report } from './support.ts';

const REJECTED = 'Update Server: Target rejected action. Action will stay in confirmation pending state.';
const CONFIRMED =
  'Update Server: Target confirmed action. Therefore, it will be set to the running state to proceed with the deployment.';
const REVOKED =
  'Update Server: Target revoked previously granted confirmation. Action returned to confirmation-pending state.';

const { devices, close } = await openDeviceProcess();
afterAll(close);

let fleet: Fleet;
let device: ActorContext;
let actionId: number;
const askForConfirmation = (asks: boolean) =>
  setConfiguration(fleet.context, { 'user.confirmation.flow.enabled': asks });
beforeEach(async () => {
  fleet = await newFleet(devices, 'a');
  await askForConfirmation(true);
  device = await fleet.acting('a');
  [actionId] = (await assign(fleet.context, await createSet(fleet.context, 'set'), ['a'])) as [number];
});

type Said = Parameters<typeof reportConfirmation>[2];
const said = (confirmation: Said['confirmation'], fields: Partial<Said> = {}): Said => ({
  confirmation,
  code: null,
  messages: [],
  ...fields,
});
const say = (...words: Parameters<typeof said>) => reportConfirmation(device, actionId, said(...words));
const newest = async () =>
  (await (await listActionEntries(fleet.context, actionId, { first: 1 })).page()).items[0];
const statusOf = async () => (await findAction(fleet.context, actionId)).status;
const nextStep = async () => (await fleet.ask('a')).next?.kind;

describe('what the history tells of consent', () => {
  it.each([
    ['denied', REJECTED],
    ['confirmed', CONFIRMED],
  ] as const)('that was %s: what was said, and two messages of the server', async (word, answer) => {
    await say(word, { code: 7, messages: ['one', 'two'] });
    expect(await newest()).toMatchObject({
      status: word === 'denied' ? 'wait_for_confirmation' : 'running',
      code: 7,
      messages: ['one', 'two', answer, 'Confirmation status code: 7'],
    });
  });

  it('without a word and a code: one message of the server', async () => {
    await say('denied');
    expect((await newest())?.messages).toEqual([REJECTED]);
  });

  it('is no more than 50 messages, in pieces of 512', async () => {
    await say('denied', { messages: ['x'.repeat(1_300)] });
    expect((await newest())?.messages.slice(0, 3).map(({ length }) => length)).toEqual([512, 512, 276]);
    await expect(say('denied', { messages: Array(50).fill('x') })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
  });
});

describe('consent that was given', () => {
  beforeEach(() => say('confirmed'));

  it('may be taken back while the update is to be installed, and given again', async () => {
    expect(await nextStep()).toBe('deploymentBase');
    await noteRetrieval(device, await ownAction(fleet, 'a', actionId));
    await say('denied', { messages: ['not now'] });
    expect(await newest()).toMatchObject({
      status: 'wait_for_confirmation',
      messages: ['not now', REVOKED],
    });
    expect([await statusOf(), await nextStep()]).toEqual(['wait_for_confirmation', 'confirmationBase']);
    await expect(reportDeployment(device, actionId, report())).rejects.toMatchObject({
      code: 'ACTION_NOT_FOUND',
    });
    await say('confirmed');
    expect(await nextStep()).toBe('deploymentBase');
    await reportDeployment(device, actionId, report());
    expect(await statusOf()).toBe('finished');
  });

  it('may be taken back by an operator who names the action, not by a filter', async () => {
    const deny = { confirmation: 'denied' as const };
    expect(await confirmActions(fleet.context, { ...deny, filter: 'status==running' })).toMatchObject({
      ids: [],
    });
    expect(await statusOf()).toBe('running');
    expect(await confirmActions(fleet.context, { ...deny, actionIds: [actionId] })).toMatchObject({
      ids: [actionId],
    });
    expect((await newest())?.messages).toEqual([REVOKED]);
  });

  it('stays once the update is to be stopped, or is over', async () => {
    await cancelActions(fleet.context, { actionIds: [actionId] });
    await expect(say('denied')).rejects.toMatchObject({ code: 'ACTION_NOT_FOUND' });
    await expect(
      confirmActions(fleet.context, { confirmation: 'denied', actionIds: [actionId] }),
    ).rejects.toMatchObject({ code: 'ACTION_NOT_WAITING' });
    await reportDeployment(device, actionId, report());
    await expect(say('denied')).rejects.toMatchObject({ code: 'ACTION_CLOSED' });
  });

  it('stays where the tenant asks for none any more', async () => {
    await askForConfirmation(false);
    await expect(say('denied')).rejects.toMatchObject({ code: 'ACTION_NOT_FOUND' });
    expect(await statusOf()).toBe('running');
  });

  it('is not given twice', async () => {
    await expect(say('confirmed')).rejects.toMatchObject({ code: 'ACTION_NOT_FOUND' });
  });
});

it('consent that a device gave once and for all may be taken back for one update', async () => {
  await activateOwnAutoConfirm(device, {});
  expect(await statusOf()).toBe('running');
  await say('denied');
  expect(await nextStep()).toBe('confirmationBase');
});
