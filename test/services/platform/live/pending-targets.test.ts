import { expect, it } from 'vitest';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { deleteEnrollmentGroup } from '../../../../src/services/devices/enrollment/delete.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import type { PendingTargetCounts } from '../../../../src/services/devices/pending-targets/count.ts';
import { rejectTargets } from '../../../../src/services/devices/pending-targets/reject.ts';
import { registerPending } from '../../../../src/services/devices/sign-in/register-pending.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import type { Feed } from '../../../../src/services/platform/live/feed.ts';
import { watchPendingTargets } from '../../../../src/services/platform/live/watch-pending-targets.ts';
import { watchSummary } from '../../../../src/services/platform/live/watch-summary.ts';
import { newTenant } from '../../../support/platform.ts';
import { openTwoProcesses, watching } from './support.ts';

const { here, there, liveThere } = await openTwoProcesses();

async function open() {
  const tenant = await newTenant(here);
  const context = tenant.contextOf();
  const { group } = await createEnrollmentGroup(context, { name: 'g', requiresApproval: true });
  const register = async (...names: string[]) => {
    const known = await here.tenants.byId(tenant.tenantId);
    for (const name of names)
      await registerPending(asDevice(context, known, name, { address: 'x' }), {
        groupId: group.id,
        address: 'x',
      });
  };
  return { tenant, context, groupId: group.id, register };
}
const told = async (feed: Feed<PendingTargetCounts>) => {
  const { pending, rejected } = (await feed.next()).value;
  return [pending, rejected];
};

it('tells another process of devices that register, are approved, rejected or go with their group', async () => {
  const { context, groupId, register } = await open();
  const feed = watchPendingTargets(watching(context, liveThere, there));
  expect(await told(feed)).toEqual([0, 0]);
  await register('a');
  expect(await told(feed)).toEqual([1, 0]);
  await approveTargets(context, { controllerIds: ['a'] });
  expect(await told(feed)).toEqual([0, 0]);
  await register('b');
  expect(await told(feed)).toEqual([1, 0]);
  await rejectTargets(context, { controllerIds: ['b'] });
  expect(await told(feed)).toEqual([0, 1]);
  await register('c');
  expect(await told(feed)).toEqual([1, 1]);
  await createTargets(context, { targets: [{ controllerId: 'c' }] });
  expect(await told(feed)).toEqual([0, 1]);
  await deleteEnrollmentGroup(context, { id: groupId });
  expect(await told(feed)).toEqual([0, 0]);
  await feed.return!();
});

it('tells of others that are as many', async () => {
  const { context, register } = await open();
  await register('a');
  const feed = watchPendingTargets(watching(context, liveThere, there));
  expect(await told(feed)).toEqual([1, 0]);
  await Promise.all([approveTargets(context, { controllerIds: ['a'] }), register('b')]);
  const counts = [await told(feed)];
  // On a slow machine the change between is told, too.
  while (counts.at(-1)![0] !== 1) counts.push(await told(feed));
  expect(counts.at(-1)).toEqual([1, 0]);
  await feed.return!();
});

it('moves the numbers of the fleet at once', async () => {
  const { context, register } = await open();
  const feed = watchSummary(watching(context, liveThere, there));
  expect((await feed.next()).value).toMatchObject({ waitingForApproval: 0 });
  await register('a');
  const began = performance.now();
  expect((await feed.next()).value).toMatchObject({ waitingForApproval: 1 });
  // Without an announcement it takes the ten seconds after which what time changes is looked at.
  expect(performance.now() - began).toBeLessThan(8_000);
  await feed.return!();
});

it('shows nothing to who may read only some targets, and ends for who may read none any more', async () => {
  const { tenant, register } = await open();
  await register('a');
  const scoped = watchPendingTargets(watching(tenant.contextOf(['READ_TARGET/group==x']), liveThere, there));
  expect(await told(scoped)).toEqual([0, 0]);
  await scoped.return!();
  const lost = watching(tenant.contextOf(), liveThere, there);
  const feed = watchPendingTargets(lost);
  await feed.next();
  lost.caller = tenant.contextOf([]).caller;
  liveThere.recheck(tenant.tenantId);
  await expect(feed.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(() => watchPendingTargets(watching(tenant.contextOf([]), liveThere, there))).toThrow(/READ_TARGET/);
});
