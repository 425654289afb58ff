import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { targetCounts, targets } from '../../../../src/database/tables/targets.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { type DevicePlatform, openDevices, poll } from '../../../../src/services/devices/polling/poll.ts';
import { importTargets } from '../../../../src/services/fleet/imports/import-targets.ts';
import type { ImportedTarget, RowBatch } from '../../../../src/services/fleet/imports/source.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform, type TestTenant } from '../../../support/platform.ts';

const [one, other] = [await openTestPlatform(), await openTestPlatform()];
const MOST = 20;
const limited = ({ platform }: typeof one) => ({
  ...platform,
  systemDefaults: { ...platform.systemDefaults, mostTargets: MOST },
});
const processes = [one, other].map((each) => openDevices(limited(each), 1_000, console.error)) as [
  DevicePlatform,
  DevicePlatform,
];
afterAll(async () => {
  for (const { pollTimes } of processes) await pollTimes.close();
  for (const { close } of [one, other]) await close();
});

let tenant: TestTenant;
let context: Context;
beforeEach(async () => {
  tenant = await newTenant(processes[0]);
  context = tenant.contextOf();
});
const at = (process: DevicePlatform, as: Context = context): Context => ({ ...as, ...process });

const FULL = { code: 'QUOTA_EXCEEDED', message: `No more than ${MOST} targets are allowed.` };
const named = (count: number, name = 'd') =>
  Array.from({ length: count }, (_, n) => ({ controllerId: `${name}-${n}` }));
const create = (count: number, name?: string, from = context) =>
  createTargets(from, { targets: named(count, name) });
const rowsOf = (rows: readonly ImportedTarget[]) =>
  async function* (): AsyncGenerator<RowBatch> {
    yield {
      rows: rows.map((target, index) => ({ line: index + 2, target })),
      end: { bytes: rows.length, lines: rows.length, digest: '1' },
    };
  };
const importing = (rows: readonly ImportedTarget[], options = {}, from = context) =>
  importTargets(from, { format: 'csv', mode: 'upsert', ...options }, rowsOf(rows));
/** A group by whose token devices register themselves, or wait for an approval. */
async function openGroup(requiresApproval = false) {
  const { token } = await createEnrollmentGroup(context, { name: 'factory', requiresApproval });
  return async (controllerId: string, process = processes[0]) => {
    const credentials = { gatewayToken: token };
    return poll(process, { tenantName: tenant.name, controllerId, credentials, address: 'http://10.0.0.1' });
  };
}

/** As it is counted, and as it is. */
async function counted() {
  const { database } = context;
  const [kept] = await database
    .select({ total: sql<string>`COALESCE(sum(${targetCounts.total}), 0)` })
    .from(targetCounts)
    .where(eq(targetCounts.tenantId, tenant.tenantId));
  const total = await database.$count(targets, eq(targets.tenantId, tenant.tenantId));
  return { kept: Number(kept!.total), total };
}
const expectCount = async (count: number) => expect(await counted()).toEqual({ kept: count, total: count });

describe('a tenant has no more targets than it may have', () => {
  it('whoever makes them: callers, imports and devices', async () => {
    await create(MOST - 2);
    await importing(named(1, 'imported'));
    const register = await openGroup();
    await register('registered');
    await expectCount(MOST);
    for (const more of [() => create(1, 'x'), () => importing(named(1, 'x')), async () => register('x')])
      await expect(more()).rejects.toMatchObject(FULL);
    await expectCount(MOST);
  });

  it('nor by approval', async () => {
    const ask = await openGroup(true);
    for (const id of ['a', 'b']) await ask(id);
    await create(MOST - 1);
    await expect(approveTargets(context, { filter: 'controllerId==*' })).rejects.toMatchObject(FULL);
    await approveTargets(context, { controllerIds: ['a'] });
    await expectCount(MOST);
  });

  it('exactly, however many are made at the same time in several processes', async () => {
    const register = await openGroup();
    const makers = Array.from({ length: 48 }, (_, n) => {
      const process = processes[n % 2]!;
      const from = at(process);
      if (n % 3 === 0) return create(1, `c${n}`, from);
      return n % 3 === 1 ? register(`r${n}`, process) : importing(named(1, `i${n}`), {}, from);
    });
    const outcomes = await Promise.allSettled(makers);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: FULL });
    expect(refused).toHaveLength(48 - MOST);
    await expectCount(MOST);
  });

  it('and has room again after a deletion', async () => {
    await create(MOST);
    expect(await deleteTargets(context, { filter: 'id==d-1*' })).toBe(11);
    await expectCount(MOST - 11);
    await create(11, 'new');
    await expect(create(1, 'x')).rejects.toMatchObject(FULL);
  });
});

describe('what counts', () => {
  it('is what was made, not what was there already, refused or only tried', async () => {
    await create(2);
    await createTargets(context, {
      targets: [...named(3), { controllerId: '' }],
      errorPolicy: 'REJECT_FAILED_ROWS',
    });
    await createTargets(context, { targets: [...named(4), ...named(1, 'new')] });
    await createTargets(context, { targets: named(5), dryRun: true });
    await importing([...named(4), { controllerId: 'd-3' }]);
    await importing(named(9), { dryRun: true });
    await deleteTargets(context, { filter: 'id==*', dryRun: true });
    await expectCount(4);
    await importing(Array(MOST + 1).fill({ controllerId: 'd-0' }));
    await expectCount(4);
  });

  it('is only what the caller reaches', async () => {
    const scoped = tenant.contextOf(['CREATE_TARGET/group==mine']);
    await createTargets(scoped, {
      targets: [{ controllerId: 'a', group: 'mine' }, { controllerId: 'b' }],
      errorPolicy: 'REJECT_FAILED_ROWS',
    });
    await importing(
      [{ controllerId: 'c', group: 'mine' }, { controllerId: 'd' }],
      { mode: 'create' },
      scoped,
    );
    await expectCount(2);
  });

  it('is refused by a rehearsal, too', async () => {
    await create(MOST - 2);
    const tried = { targets: named(3, 'x'), dryRun: true };
    await expect(createTargets(context, tried)).rejects.toMatchObject(FULL);
    await expect(importing(named(3, 'x'), { dryRun: true })).rejects.toMatchObject(FULL);
    await importing(named(2, 'x'), { dryRun: true });
    await expectCount(MOST - 2);
  });
});

it('a rehearsal of many chunks counts them together', async () => {
  const chunk = (name: string, from: number) => ({
    rows: named(5_000, name).map((target, index) => ({ line: from + index + 2, target })),
    end: { bytes: from + 5_000, lines: from + 5_000, digest: name },
  });
  const systemDefaults = { ...context.systemDefaults, mostTargets: 7_000 };
  const rehearsal = importTargets(
    { ...context, systemDefaults },
    { format: 'csv', mode: 'create', dryRun: true },
    async function* () {
      yield chunk('a', 0);
      yield chunk('b', 5_000);
    },
  );
  await expect(rehearsal).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
});
