import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cancelActions } from '../../../src/services/deployments/actions/cancel.ts';
import { findAction } from '../../../src/services/deployments/actions/find.ts';
import { listActionEntries } from '../../../src/services/deployments/actions/list-entries.ts';
import { reportCancellation } from '../../../src/services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../../src/services/devices/reports/report-deployment.ts';
import { reportInstalled } from '../../../src/services/devices/reports/report-installed.ts';
import type { ActorContext } from '../../../src/services/shared/context.ts';
import { assign, createSet, stateOf } from '../deployments/assignments/support.ts';
import { type Fleet, newFleet, openDeviceProcess, report } from './support.ts';

const { devices, close } = await openDeviceProcess();
afterAll(close);

let fleet: Fleet;
let device: ActorContext;
let set: number;
let actionId: number;
beforeEach(async () => {
  fleet = await newFleet(devices, 'a');
  device = await fleet.acting('a');
  set = await createSet(fleet.context, 'set');
  [actionId] = (await assign(fleet.context, set, ['a'])) as [number];
});
const entries = async () => {
  const { items } = await (await listActionEntries(fleet.context, actionId, { first: 500 })).page();
  return items;
};
const proceeding = (fields = {}) => report({ execution: 'proceeding', result: 'none', ...fields });

describe('a report', () => {
  it('that repeats the one before changes nothing, where the device says when it was', async () => {
    const said = proceeding({ details: ['half way'], occurredAt: new Date(1e12), code: 3 });
    for (let time = 0; time < 3; time++) await reportDeployment(device, actionId, said);
    expect(await entries()).toMatchObject([
      {
        status: 'running',
        code: 3,
        messages: ['half way', 'Device reported status code: 3'],
        occurredAt: new Date(1e12),
      },
      { status: 'running' },
    ]);
    await reportDeployment(device, actionId, { ...said, occurredAt: new Date(1e12 + 1) });
    expect(await entries()).toHaveLength(3);
  });

  it('is kept in pieces where it says much, and cut off where it says too much', async () => {
    await reportDeployment(device, actionId, proceeding({ details: ['x'.repeat(1_300), 'end'] }));
    expect((await entries())[0]?.messages.map(({ length }) => length)).toEqual([512, 512, 276, 3]);
    await reportDeployment(device, actionId, proceeding({ details: Array(49).fill('y'.repeat(20_000)) }));
    const { messages } = (await entries())[0]!;
    expect(messages).toHaveLength(50);
    expect(messages.join('').length).toBeLessThanOrEqual(50 * 512);
    expect(messages.at(-1)).toMatch(/^y+ … \(cut off\)$/);
  });

  it('that repeats a long one changes nothing either', async () => {
    const said = proceeding({ details: ['x\0'.repeat(20_000)], occurredAt: new Date(1e12) });
    for (let time = 0; time < 2; time++) await reportDeployment(device, actionId, said);
    expect(await entries()).toHaveLength(2);
  });

  it('tells of progress where the device finds no words', async () => {
    await reportDeployment(device, actionId, proceeding({ progress: { done: 2, of: 5 } }));
    expect((await entries())[0]?.messages).toEqual(['Update Server: Target reported PROCEEDING (2 of 5).']);
  });

  it("stays in its last editor's name, and has a code or details instead of a summary", async () => {
    await reportDeployment(device, actionId, proceeding({ code: 3 }));
    expect(await findAction(fleet.context, actionId)).toMatchObject({ lastModifiedBy: 'tester' });
    await reportDeployment(device, actionId, proceeding({ execution: 'download' }));
    const [second, first] = await entries();
    expect([first?.messages, second?.messages]).toEqual([
      ['Device reported status code: 3'],
      ['Update Server: Target confirmed download start.'],
    ]);
  });

  it('takes the code of the one before away where it has none', async () => {
    await reportDeployment(device, actionId, proceeding({ code: 3 }));
    expect(await findAction(fleet.context, actionId)).toMatchObject({ lastStatusCode: 3 });
    await reportDeployment(device, actionId, proceeding());
    expect(await findAction(fleet.context, actionId)).toMatchObject({ lastStatusCode: null });
  });

  it('is refused beyond 50 details, and beyond 1,000 entries unless it is the last', async () => {
    await expect(
      reportDeployment(device, actionId, proceeding({ details: Array(51).fill('x') })),
    ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await fillHistory();
    await expect(reportDeployment(device, actionId, proceeding())).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    await reportDeployment(device, actionId, report());
    expect(await stateOf(fleet.context, 'a')).toMatchObject({ updateStatus: 'in_sync', installed: set });
  });

  it('of the end is taken once, whatever comes at the same time', async () => {
    const reports = [report(), report({ result: 'failure' }), report()];
    const outcomes = await Promise.allSettled(
      reports.map((each) => reportDeployment(device, actionId, each)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ACTION_CLOSED' });
    expect(await entries()).toHaveLength(2);
  });
});

async function fillHistory() {
  const { database, caller } = fleet.context;
  await database.execute(
    `INSERT INTO action_entries (tenant_id, action_id, status, messages, occurred_at, reported_at)
     SELECT ${caller.tenantId}, ${actionId}, 'running', '{}', now(), now() FROM generate_series(1, 999)`,
  );
}

describe('two updates at once', () => {
  let second: number;
  let other: number;
  beforeEach(async () => {
    other = await createSet(fleet.context, 'other');
    [second] = (await assign(fleet.context, other, ['a'])) as [number];
  });

  it('the old one may yet succeed; the new one is still to come', async () => {
    await reportDeployment(device, actionId, report());
    expect(await stateOf(fleet.context, 'a')).toEqual({
      updateStatus: 'pending',
      assigned: other,
      installed: set,
      actions: ['finished', 'running (active)'],
    });
    await reportDeployment(device, second, report({ result: 'failure' }));
    expect(await stateOf(fleet.context, 'a')).toMatchObject({
      updateStatus: 'error',
      assigned: set,
      installed: set,
    });
  });

  it('both go on where the device refuses to stop', async () => {
    await reportCancellation(device, actionId, report({ execution: 'rejected', result: 'none' }));
    expect((await stateOf(fleet.context, 'a')).actions).toEqual(['running (active)', 'running (active)']);
  });
});

describe('a cancellation', () => {
  it('is confirmed once, and again without effect', async () => {
    await cancelActions(fleet.context, { actionIds: [actionId] });
    await reportCancellation(device, actionId, report());
    await reportCancellation(device, actionId, report());
    expect(await entries()).toHaveLength(3);
    expect(await stateOf(fleet.context, 'a')).toMatchObject({ updateStatus: 'in_sync', assigned: null });
  });

  const completed = ['Update Server: Cancellation completion is finished successfully.'];
  it.each([
    ['closed', 'success', 'Update Server: Cancellation confirmed.', completed],
    ['closed', 'failure', 'Update Server: Target was not able to complete cancellation.', []],
    ['rejected', 'none', 'Update Server: Target rejected the cancellation request.', []],
  ] as const)(
    'that is answered by %s and %s is told so, around what the device says',
    async (execution, result, answer, more) => {
      await cancelActions(fleet.context, { actionIds: [actionId] });
      await reportCancellation(device, actionId, report({ execution, result, details: ['said'], code: 3 }));
      const said = ['said', 'Device reported status code: 3'];
      expect((await entries())[0]?.messages).toEqual([answer, ...said, ...more]);
      expect(await findAction(fleet.context, actionId)).toMatchObject({ lastStatusCode: null });
    },
  );

  it('that is answered by canceled goes on: the history says that this does not end it', async () => {
    await cancelActions(fleet.context, { actionIds: [actionId] });
    const canceled = report({ execution: 'canceled', details: ['stopped'] });
    await reportCancellation(device, actionId, canceled);
    const [entry] = await entries();
    expect(entry).toMatchObject({ status: 'warning', messages: [expect.any(String), 'stopped'] });
    expect(entry?.messages[0]).toMatch(/^Update Server: Target reported cancel for a cancel /);
    expect((await fleet.ask('a')).next).toMatchObject({ kind: 'cancelAction', actionId });

    await cancelActions(fleet.context, { actionIds: [actionId], force: true });
    expect((await fleet.ask('a')).next).toBeNull();
    await reportCancellation(device, actionId, canceled);
    expect(await stateOf(fleet.context, 'a')).toMatchObject({
      updateStatus: 'in_sync',
      actions: ['canceled'],
    });
  });

  it('that nobody asked for is refused', async () => {
    await expect(reportCancellation(device, actionId, report())).rejects.toMatchObject({
      code: 'ACTION_NOT_CANCELABLE',
    });
  });
});

describe('what a device says it has', () => {
  it('counts as installed, and ends what is under way', async () => {
    await createSet(fleet.context, 'other');
    expect(await reportInstalled(device, { name: 'other', version: '1' })).toBe(true);
    expect(await reportInstalled(device, { name: 'other', version: '1' })).toBe(false);
    expect((await stateOf(fleet.context, 'a')).actions).toEqual(['canceled', 'finished']);
  });

  it.each(['nobody', 'null\0'])('must be known: %j', async (name) => {
    await expect(reportInstalled(device, { name, version: '1' })).rejects.toMatchObject({
      code: 'DISTRIBUTION_SET_NOT_FOUND',
    });
  });
});

it('an action of another device is not there', async () => {
  const other = await newFleet(devices, 'a');
  await expect(reportDeployment(await other.acting('a'), actionId, report())).rejects.toMatchObject({
    code: 'ACTION_NOT_FOUND',
  });
});
