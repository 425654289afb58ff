import { afterAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../src/services/access/grants.ts';
import { asDevice } from '../../../src/services/devices/device-context.ts';
import { reportAttributes } from '../../../src/services/devices/reports/report-attributes.ts';
import { reportInstalled } from '../../../src/services/devices/reports/report-installed.ts';
import { importTargets } from '../../../src/services/fleet/imports/import-targets.ts';
import { createTargetMetadata } from '../../../src/services/fleet/target-metadata/create.ts';
import { setTargetMetadata } from '../../../src/services/fleet/target-metadata/set.ts';
import { setTargetAttributes } from '../../../src/services/fleet/targets/set-attributes.ts';
import { changeMany } from '../../../src/services/jobs/begin.ts';
import { listAuditEvents } from '../../../src/services/platform/audit/list.ts';
import { nearFrom, type TargetLimit } from '../../../src/services/platform/quotas.ts';
import { setTenantQuotas } from '../../../src/services/platform/tenants/quotas.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { openTwoProcesses } from '../../support/devices.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';
import { assign, createSet } from '../deployments/assignments/support.ts';
import { assignAll, autoAssignment } from '../deployments/auto-assignments/support.ts';
import { addTargets, begin, stateOf } from '../deployments/rollouts/support.ts';
import { fleet, runJobs } from '../jobs/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);
const world = await openTwoProcesses();

/** So many are a job of two batches. */
const FEW = 1_150;

const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ key: `k${from + n}`, value: 'v' }));

/** A tenant with these targets, each of which may have so many of a kind. */
async function newLimited(kind: TargetLimit, most: number, ...controllerIds: string[]) {
  const tenant = await newTenant(platform);
  const context = tenant.contextOf();
  await limit(tenant.tenantId, kind, most);
  await addTargets(context, ...controllerIds);
  return context;
}

async function limit(tenantId: number, kind: TargetLimit, most: number): Promise<void> {
  const system = (await newTenant(platform)).contextOf(PERMISSIONS, ['SYSTEM_ADMIN']);
  await setTenantQuotas(system, { tenantId, quotas: [{ kind, limit: most }] });
}

const deviceOf = async (context: Context, controllerId: string) =>
  asDevice(context, await context.tenants.byId(context.caller.tenantId), controllerId, { address: 'x' });

/** What was told since the last look, the oldest first: `near a 8/10`, where of more than one the fullest counts. */
function openTold(context: Context) {
  let seen = 0;
  return async () => {
    const orderBy = [{ field: 'id', direction: 'asc' }] as const;
    const { items } = await (
      await listAuditEvents(context, { filter: 'type==target.quota-*', orderBy })
    ).page();
    const news = items.slice(seen);
    seen = items.length;
    return news.map(({ type, subjects, changes }) => {
      const [used, most] = [changes?.['used']?.new, changes?.['limit']?.new];
      return `${type.replace('target.quota-', '')} ${subjects?.join()} ${used}/${most}`;
    });
  };
}

it('is told once, and again only after the target fell below', async () => {
  const context = await newLimited('target_attributes', 10, 'a', 'b');
  const told = openTold(context);
  const set = (controllerIds: string[], from: number, to: number, mode: 'merge' | 'remove' = 'merge') =>
    setTargetAttributes(context, { controllerIds, attributes: entries(from, to), mode });
  await set(['a', 'b'], 0, 7);
  expect(await told()).toEqual([]);
  await set(['a', 'b'], 0, 8);
  expect(await told()).toEqual(['near a,b 8/10']);
  await set(['a', 'b'], 8, 9);
  expect(await told(), 'still near').toEqual([]);
  await set(['a'], 9, 10);
  expect(await told()).toEqual(['reached a 10/10']);
  await set(['a'], 9, 10, 'remove');
  await set(['a'], 9, 10);
  expect(await told()).toEqual(['reached a 10/10']);
  await set(['a'], 5, 10, 'remove');
  await set(['a'], 5, 9);
  expect(await told()).toEqual(['near a 9/10']);
});

it('is told of attributes that a device reports, in its name', async () => {
  const context = await newLimited('target_attributes', 10, 'a');
  const told = openTold(context);
  const report = async (to: number) =>
    reportAttributes(
      await deviceOf(context, 'a'),
      'replace',
      entries(0, to).map(({ key, value }) => [key, value]),
    );
  await report(7);
  await report(8);
  await report(9);
  expect(await told()).toEqual(['near a 8/10']);
  await report(10);
  expect(await told()).toEqual(['reached a 10/10']);
  const { items } = await (await listAuditEvents(context, { filter: 'type==target.quota-*' })).page();
  expect(items.map(({ actor, actorKind }) => [actor, actorKind])).toEqual([
    ['a', 'DEVICE'],
    ['a', 'DEVICE'],
  ]);
});

it('is told of metadata, and one that has more than a lowered limit keeps it', async () => {
  const context = await newLimited('target_metadata', 10, 'a', 'b');
  const told = openTold(context);
  await createTargetMetadata(context, { controllerId: 'a', entries: entries(0, 7) });
  await setTargetMetadata(context, { controllerIds: ['a', 'b'], entries: entries(5, 8) });
  expect(await told()).toEqual(['near a 8/10']);
  await setTargetMetadata(context, { controllerIds: ['b'], entries: entries(0, 10) });
  expect(await told()).toEqual(['reached b 10/10']);
  await limit(context.caller.tenantId, 'target_metadata', 4);
  expect(
    await setTargetMetadata(context, { controllerIds: ['b'], entries: [{ key: 'k0', value: 'w' }] }),
  ).toBe(1);
  await expect(
    setTargetMetadata(context, { controllerIds: ['b'], entries: entries(10, 11) }),
  ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
});

describe.each(['attributes', 'metadata'] as const)('is told of %s of an import', (field) => {
  const load = (context: Context, rows: Record<string, [from: number, to: number]>, dryRun = false) =>
    importTargets(context, { format: 'ndjson', mode: 'upsert', dryRun }, async function* () {
      const targets = Object.entries(rows).map(([controllerId, [from, to]], line) => ({
        line: line + 1,
        target: { controllerId, [field]: entries(from, to).map(({ key, value }) => [key, value] as const) },
      }));
      yield { rows: targets, end: { bytes: 1, lines: targets.length, digest: 'd' } };
    });

  it('that creates and changes targets', async () => {
    const context = await newLimited(`target_${field}`, 10);
    const told = openTold(context);
    await load(context, { a: [0, 7], b: [0, 8] }, true);
    expect(await told(), 'a rehearsal tells nothing').toEqual([]);
    await load(context, { a: [0, 7], b: [0, 8], c: [0, 9] });
    expect(await told()).toEqual(['near b,c 9/10']);
    await load(context, { a: [0, 8], b: [1, 9], d: [0, 10] });
    expect((await told()).sort()).toEqual(['near a 8/10', 'reached d 10/10']);
  });

  it('and one over a lowered limit keeps what it has', async () => {
    const context = await newLimited(`target_${field}`, 10);
    await load(context, { a: [0, 7] });
    await limit(context.caller.tenantId, `target_${field}`, 4);
    expect(await load(context, { a: [0, 3] })).toMatchObject({ rowsUpdated: 1, rowsRefused: 0 });
    expect(await load(context, { a: [7, 8] })).toMatchObject({ rowsUpdated: 0, rowsRefused: 1 });
  });
});

describe('is told of actions', () => {
  /** Targets that have three of five actions. */
  async function busy(...controllerIds: string[]) {
    const context = await newLimited('target_actions', 5, ...controllerIds);
    for (const name of ['1', '2', '3']) await assign(context, await createSet(context, name), controllerIds);
    return context;
  }

  it('that are assigned, and that devices report', async () => {
    const context = await busy('a', 'b');
    const told = openTold(context);
    expect(await told()).toEqual([]);
    const set = await createSet(context, 'new');
    await assign(context, set, ['a', 'b']);
    expect(await told()).toEqual(['near a,b 4/5']);
    await createSet(context, 'other');
    await reportInstalled(await deviceOf(context, 'a'), { name: 'other', version: '1' });
    expect(await told()).toEqual(['reached a 5/5']);
    const last = assign(context, await createSet(context, 'last'), ['a', 'b']);
    await expect(last).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(await told()).toEqual([]);
  });

  it('of an auto-assignment', async () => {
    const context = await busy('a');
    const told = openTold(context);
    await assignAll(context, await autoAssignment(context, await createSet(context, 'new')));
    expect(await told()).toEqual(['near a 4/5']);
  });

  it('of a rollout, in which a target without room gets none, and does not start', async () => {
    const context = await busy('a');
    await addTargets(context, 'b');
    const told = openTold(context);
    for (const name of ['r1', 'r2']) await begin(context, { name });
    expect(await told()).toEqual(['near a 4/5', 'reached a 5/5']);
    const id = await begin(context, { name: 'r3' });
    expect(await stateOf(context, id)).toMatchObject({ counts: { notStarted: 1, running: 1 } });
  });
});

it('is told of what an enrollment group gives to new devices', async () => {
  const { context, ask, newGroup } = await world.openTenant();
  const most = nearFrom(100);
  const { shown } = await newGroup({ attributes: entries(0, most) });
  await ask('a', shown);
  expect(await openTold(context)()).toEqual([`near a ${most}/100`]);
});

it('is one event for many targets, which each of them finds, apart from that of their job', async () => {
  const { context } = await fleet(platform, FEW);
  const filter = 'id==t*';
  await limit(context.caller.tenantId, 'target_metadata', 10);
  const { job } = await changeMany(context, 'set_target_metadata', { filter, entries: entries(0, 8) });
  await runJobs(platform, context, job!);
  const eventsOf = async (type: string) =>
    (await (await listAuditEvents(context, { filter: `type==${type}` })).page()).items;
  const near = await eventsOf('target.quota-near');
  expect(near.map(({ subjects, count }) => [subjects, count]).sort()).toEqual([
    [null, 1_000],
    [null, FEW - 1_000],
  ]);
  expect((await eventsOf('target.metadata-set')).map(({ count }) => count)).toEqual([FEW]);
  const ofOne = await (await listAuditEvents(context, { filter: 'target==t7 and type==*.quota-*' })).page();
  expect(ofOne.items.map(({ type }) => type)).toEqual(['target.quota-near']);
});
