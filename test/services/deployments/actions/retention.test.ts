import { sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { cancelActions } from '../../../../src/services/deployments/actions/cancel.ts';
import { cleanUpActions, cleanUpSomeActions } from '../../../../src/services/deployments/actions/clean-up.ts';
import { listActionsOfTarget } from '../../../../src/services/deployments/actions/list.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { reportInstalled } from '../../../../src/services/devices/reports/report-installed.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { setTenantQuotas } from '../../../../src/services/platform/tenants/quotas.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { assign, createSet } from '../assignments/support.ts';
import { assignAll, autoAssignment } from '../auto-assignments/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const DAY = 86_400_000;
let context: Context;
let setId: number;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await createTargets(context, { targets: ['a', 'b', 'c'].map((controllerId) => ({ controllerId })) });
  setId = await createSet(context, 'first');
});
const statesOf = async (controllerId: string) => {
  const { items } = await (await listActionsOfTarget(context, controllerId, {})).page();
  return items.map(({ status }) => status);
};
/** A second later than so many milliseconds from now. */
const inTime = (ms: number) => ({ ...platform, clock: () => new Date(Date.now() + ms + 1_000) });

describe('the cleanup of actions', () => {
  beforeEach(async () => {
    const [canceled] = await assign(context, setId, ['a', 'b']);
    await cancelActions(context, { actionIds: [canceled!] });
    await cancelActions(context, { actionIds: [canceled!], force: true });
    await assign(context, setId, ['c'], { offline: true });
  });
  const cleanUp = (ms: number) => cleanUpSomeActions(inTime(ms), context.caller.tenantId);

  it('deletes those that ended long enough ago, in the states that the tenant names', async () => {
    await setConfiguration(context, { 'action.cleanup.auto.expiry': DAY });
    await cleanUp(DAY - 60_000);
    expect(await statesOf('a')).toEqual(['canceled']);
    await cleanUp(DAY);
    expect([await statesOf('a'), await statesOf('b'), await statesOf('c')]).toEqual([
      [],
      ['running'],
      ['finished'],
    ]);
    await setConfiguration(context, { 'action.cleanup.auto.status': 'FINISHED,RUNNING' });
    await cleanUp(DAY);
    expect([await statesOf('b'), await statesOf('c')]).toEqual([['running'], []]);
  });

  it.each([
    {},
    { 'action.cleanup.auto.expiry': -1 },
    { 'action.cleanup.auto.expiry': Number.MAX_SAFE_INTEGER },
    { 'action.cleanup.auto.expiry': 0, 'action.cleanup.enabled': false },
    { 'action.cleanup.auto.expiry': 0, 'action.cleanup.auto.status': '' },
  ])('deletes none with %j', async (configuration) => {
    await setConfiguration(context, configuration);
    await cleanUp(DAY);
    expect(await statesOf('a')).toEqual(['canceled']);
  });

  it('is done for every tenant', async () => {
    await setConfiguration(context, { 'action.cleanup.auto.expiry': 0 });
    await cleanUpActions(inTime(0), () => false);
    expect(await statesOf('a')).toEqual([]);
  });
});

describe('a target that has as many actions as it may have', () => {
  beforeEach(async () => {
    await platform.database.execute(sql`
      INSERT INTO actions (tenant_id, target_id, set_id, status, active, force_type, weight, initiated_by,
        created_at, created_by, last_modified_at, last_modified_by)
      SELECT tenant_id, id, ${await createSet(context, 'old')}, 'finished', false, 'forced', 1, 'x', now(), 'x', now(), 'x'
      FROM targets, generate_series(1, 2000)
      WHERE tenant_id = ${context.caller.tenantId} AND controller_id = 'a' /* of a test */`);
  });
  const total = async () => (await listActionsOfTarget(context, 'a', {})).total();

  it('gets no other, and others get theirs', async () => {
    await expect(assign(context, setId, ['a', 'b'])).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(await statesOf('b')).toEqual([]);
    await assignAll(context, await autoAssignment(context, setId));
    expect([await total(), await statesOf('b')]).toEqual([2000, ['running']]);
  });

  it('takes no report of another set that its device has', async () => {
    const device = asDevice(context, await context.tenants.byId(context.caller.tenantId), 'a', {
      address: 'x',
    });
    await expect(reportInstalled(device, { name: 'first', version: '1' })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
  });

  it('loses the oldest where the tenant wants that', async () => {
    await setConfiguration(context, { 'action.cleanup.onQuotaHit.percent': 10 });
    expect(await assign(context, setId, ['a'])).toHaveLength(1);
    expect(await total()).toBe(1801);
  });

  it('may have as many as the system has set for its tenant, and loses those beyond', async () => {
    const { tenantId } = context.caller;
    const system = (await newTenant(platform)).contextOf(PERMISSIONS, ['SYSTEM_ADMIN']);
    const limit = (most: number) =>
      setTenantQuotas(system, { tenantId, quotas: [{ kind: 'target_actions', limit: most }] });
    await limit(2_001);
    expect(await assign(context, setId, ['a'])).toHaveLength(1);
    await limit(1_000);
    await expect(assign(context, await createSet(context, 'second'), ['a'])).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      message: 'No more than 1000 actions of a target are allowed.',
    });
    await setConfiguration(context, { 'action.cleanup.onQuotaHit.percent': 10 });
    await assign(context, await createSet(context, 'third'), ['a']);
    expect(await total()).toBe(901);
  });
});
