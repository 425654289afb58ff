import { and, eq } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { actionEntries } from '../../../src/database/tables/actions.ts';
import { auditEvents } from '../../../src/database/tables/audit.ts';
import { targets } from '../../../src/database/tables/targets.ts';
import { reportAttributes } from '../../../src/services/devices/reports/report-attributes.ts';
import { reportDeployment } from '../../../src/services/devices/reports/report-deployment.ts';
import { noteDownload } from '../../../src/services/devices/updates/downloads.ts';
import { findAttributes } from '../../../src/services/fleet/targets/attributes.ts';
import { assign, createSet } from '../deployments/assignments/support.ts';
import { type Fleet, newFleet, openDeviceProcess, report } from './support.ts';

const here = await openDeviceProcess();
afterAll(here.close);

const NAMES = Array.from({ length: 12 }, (_, n) => `d${10 + n}`);
let fleet: Fleet;
let actionIds: number[];
beforeEach(async () => {
  fleet = await newFleet(here.devices, ...NAMES);
  actionIds = await assign(fleet.context, await createSet(fleet.context, 'set'), NAMES);
});

const actingOf = () => Promise.all(NAMES.map(fleet.acting));
const statusesOf = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'done' : outcome.reason.code));

const eventsOf = async (type: string) =>
  await fleet.context.database
    .select({ actor: auditEvents.actor, subjects: auditEvents.subjects })
    .from(auditEvents)
    .where(and(eq(auditEvents.tenantId, fleet.context.caller.tenantId), eq(auditEvents.type, type)))
    .orderBy(auditEvents.id);

/** Holds the lock of a target until it is let go. */
async function locked(controllerId: string, work: () => Promise<void>): Promise<void> {
  await fleet.context.database.transaction(async (tx) => {
    await tx
      .select()
      .from(targets)
      .where(and(eq(targets.tenantId, fleet.context.caller.tenantId), eq(targets.controllerId, controllerId)))
      .for('update');
    await work();
  });
}

/** Does something for every device at the same time. @returns the outcomes, and what it took of transactions */
async function allAtOnce(
  work: (device: Awaited<ReturnType<Fleet['acting']>>, index: number) => Promise<void>,
) {
  const devices = await actingOf();
  const before = here.statements();
  const outcomes = statusesOf(await Promise.allSettled(devices.map(work)));
  return { outcomes, transactions: here.statements() - before };
}

describe('reports that come together', () => {
  it('share a transaction, and each has an outcome of its own', async () => {
    await reportDeployment(await fleet.acting('d11'), actionIds[1]!, report());
    const details = Array(51).fill('too many');
    const { outcomes, transactions } = await allAtOnce((device, n) =>
      reportDeployment(device, n === 2 ? 0 : actionIds[n]!, report(n === 3 ? { details } : {})),
    );
    expect(outcomes).toEqual(
      NAMES.map((_, n) => ['done', 'ACTION_CLOSED', 'ACTION_NOT_FOUND', 'QUOTA_EXCEEDED'][n] ?? 'done'),
    );
    // One for all, and one for the action that isn't there: it might have been locked.
    expect(transactions).toBeLessThanOrEqual(3);
    const done = NAMES.filter((_, n) => n !== 2 && n !== 3).toSorted();
    const events = await eventsOf('action.finished');
    expect(events.map(({ actor }) => actor).toSorted()).toEqual(done);
    for (const { actor, subjects } of events) expect(subjects).toEqual([actor]);
    const stored = await Promise.all(NAMES.map(fleet.stored));
    expect(NAMES.filter((_, n) => stored[n]!.next === null).toSorted()).toEqual(done);
  });

  it('do not wait for one whose target is locked', async () => {
    let late: Promise<void> | undefined;
    await locked('d10', async () => {
      const devices = await actingOf();
      const [first, ...others] = devices.map((device, n) =>
        reportDeployment(device, actionIds[n]!, report()),
      );
      late = first;
      await Promise.all(others);
    });
    await late;
    expect((await eventsOf('action.finished')).map(({ actor }) => actor).at(-1)).toBe('d10');
  });

  it('of one device are taken in turn', async () => {
    const device = await fleet.acting('d10');
    const ids = ['proceeding', 'download', 'closed'] as const;
    await Promise.all(
      ids.map((execution) =>
        reportDeployment(
          device,
          actionIds[0]!,
          report({ execution, result: execution === 'closed' ? 'success' : 'none' }),
        ),
      ),
    );
    expect(await entriesOf(actionIds[0]!)).toEqual(['running', 'running', 'download', 'finished']);
  });
});

const entriesOf = async (actionId: number) => {
  const rows = await fleet.context.database
    .select({ status: actionEntries.status })
    .from(actionEntries)
    .where(
      and(eq(actionEntries.tenantId, fleet.context.caller.tenantId), eq(actionEntries.actionId, actionId)),
    )
    .orderBy(actionEntries.id);
  return rows.map(({ status }) => status);
};

describe('attributes that come together', () => {
  it('share a transaction, and each has an outcome of its own', async () => {
    const { outcomes, transactions } = await allAtOnce((device, n) =>
      reportAttributes(
        device,
        'merge',
        n === 4
          ? Array.from({ length: 101 }, (_, key) => [`k${key}`, 'v'] as const)
          : [['name', device.caller.username]],
      ),
    );
    expect(outcomes).toEqual(NAMES.map((_, n) => (n === 4 ? 'QUOTA_EXCEEDED' : 'done')));
    expect(transactions).toBeLessThanOrEqual(2);
    const ids = await Promise.all(NAMES.map(async (name) => (await fleet.stored(name)).targetId));
    const found = await findAttributes(fleet.context, ids);
    expect(ids.map((id) => found.get(id)!.map(({ value }) => value))).toEqual(
      NAMES.map((name, n) => (n === 4 ? [] : [name])),
    );
    await allAtOnce((device) => reportAttributes(device, 'replace', [['other', '1']]));
    const after = await findAttributes(fleet.context, ids);
    for (const id of ids) expect(after.get(id)).toEqual([{ key: 'other', value: '1' }]);
  });

  it('do not wait for one whose target is locked', async () => {
    let late: Promise<void> | undefined;
    await locked('d10', async () => {
      const devices = await actingOf();
      const [first, ...others] = devices.map((device) => reportAttributes(device, 'merge', [['a', 'b']]));
      late = first;
      await Promise.all(others);
    });
    await late;
    expect(await eventsOf('target.attributes-reported')).toHaveLength(NAMES.length);
  });
});

it('a download is noted once for an action and a file, whichever process it goes through', async () => {
  const device = await fleet.acting('d10');
  const note = (by = device, path = '/a') => noteDownload(by, actionIds[0]!, { filename: 'a', path });
  await Promise.all([note(), note(), note()]);
  await note();
  const downloads = async () =>
    (await entriesOf(actionIds[0]!)).filter((status) => status === 'download').length;
  expect(await downloads()).toBe(1);
  const there = await openDeviceProcess();
  await note({ ...device, database: there.devices.database });
  expect(await downloads()).toBe(1);
  await note({ ...device, database: there.devices.database }, '/b');
  expect(await downloads()).toBe(2);
  await there.close();
});
