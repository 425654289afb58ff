import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { actions } from '../../../../src/database/tables/actions.ts';
import { rollouts } from '../../../../src/database/tables/rollouts.ts';
import { targets } from '../../../../src/database/tables/targets.ts';
import { advanceRollout } from '../../../../src/services/deployments/rollouts/advance.ts';
import { createRollout } from '../../../../src/services/deployments/rollouts/create.ts';
import { findRollout } from '../../../../src/services/deployments/rollouts/find.ts';
import { openRollouts } from '../../../../src/services/deployments/rollouts/run.ts';
import { startRollout } from '../../../../src/services/deployments/rollouts/start.ts';
import { openDevices, poll } from '../../../../src/services/devices/polling/poll.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createMigratedDatabase } from '../../../support/database.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { createSet } from '../assignments/support.ts';
import { addTargets, begin, plan, settle, stateOf } from './support.ts';

// A database of its own: servers of other tests would do what is to be seen here.
const database = await createMigratedDatabase();
const [one, other] = [
  await openTestPlatform(database.connection),
  await openTestPlatform(database.connection),
];
const [here, there] = [one.platform, other.platform];
afterAll(async () => {
  for (const { close } of [one, other]) await close();
  await database.drop();
});
const openContext = async () => (await newTenant(here)).contextOf();

/** Many targets at once, by the database alone. */
const addMany = ({ database, caller }: Context, count: number) =>
  database.execute(sql`
    INSERT INTO ${targets} (tenant_id, controller_id, name, security_token, request_attributes, update_status,
      created_at, created_by, last_modified_at, last_modified_by)
    SELECT ${caller.tenantId}::bigint, 'd' || n, 'd' || n, 't', TRUE, 'registered', now(), 'x', now(), 'x'
    FROM generate_series(1, ${count}::int) AS n`);

describe('the periodic job', () => {
  it('goes on where a crash left it: no target twice, none forgotten', async () => {
    const context = await openContext();
    await addMany(context, 1_300);
    const id = await plan(context, { name: 'r', groupCount: 1 });
    await startRollout(context, { id });
    const key = { tenantId: context.caller.tenantId, id };
    await advanceRollout(here, key);
    await advanceRollout(here, key);
    expect(await stateOf(context, id)).toMatchObject({
      status: 'starting',
      counts: { running: 500, scheduled: 800 },
    });

    const crashed = new Error('crashed');
    const crashing = new Proxy(here.database, {
      get(real, property) {
        if (property !== 'transaction') return Reflect.get(real, property);
        return (work: Parameters<typeof real.transaction>[0]) =>
          real.transaction(async (tx) => {
            await work(tx);
            throw crashed;
          });
      },
    });
    await expect(advanceRollout({ ...here, database: crashing }, key)).rejects.toBe(crashed);
    expect((await stateOf(context, id)).counts).toEqual({ running: 500, scheduled: 800 });
    while (await advanceRollout(there, key));
    expect(await stateOf(context, id)).toMatchObject({ status: 'running', counts: { running: 1_300 } });
    const [row] = await context.database.execute<{ actions: string; targets: string }>(sql`
      SELECT count(*) AS actions, count(DISTINCT target_id) AS targets FROM ${actions}
      WHERE tenant_id = ${key.tenantId}`);
    expect(row).toEqual({ actions: '1300', targets: '1300' });
  });

  it('is done once, whichever processes run it, and soon after a verb', async () => {
    const context = await openContext();
    await addTargets(context, 'a', 'b');
    const errors: unknown[] = [];
    const hourly = 3_600_000;
    const jobs = [here, there].map((process) => openRollouts(process, (error) => errors.push(error), hourly));
    try {
      const distributionSetId = await createSet(context, 'set');
      const { id } = await createRollout(context, { name: 'r', filter: 'id==*', distributionSetId });
      const isIn = (status: string) =>
        vi.waitFor(async () => expect((await findRollout(context, id)).status).toBe(status), 5_000);
      await isIn('ready');
      await startRollout(context, { id });
      await isIn('running');
      expect((await stateOf(context, id)).counts).toEqual({ running: 2 });
      const events = await context.database.execute<{ type: string }>(sql`
        SELECT type FROM audit_events WHERE tenant_id = ${context.caller.tenantId} AND type LIKE 'rollout%' ORDER BY id`);
      expect(events.map(({ type }) => type)).toEqual([
        'rollout.created',
        'rollout.ready',
        'rollout.starting',
        'rollout-group.running',
        'rollout.running',
      ]);
    } finally {
      for (const job of jobs) await job.close();
    }
    expect(errors).toEqual([]);
  });

  it('lets no tenant in trouble hold up the others', async () => {
    const troubled = await openContext();
    const context = await openContext();
    await addTargets(troubled, 'a');
    await addTargets(context, 'a');
    const stuck = await plan(troubled, { name: 'stuck' });
    const id = await plan(context, { name: 'r' });
    // What no verb lets through any more: as after a field was given up.
    await troubled.database.execute(sql`
      UPDATE ${rollouts} SET filter = 'gone==1', status = 'creating' WHERE id = ${stuck} /* of a test */`);
    await troubled.database.execute(sql`
      UPDATE rollout_groups SET status = 'creating', candidates = NULL WHERE rollout_id = ${stuck} /* of a test */`);
    const errors: unknown[] = [];
    const job = openRollouts(here, (error) => errors.push(error), 3_600_000);
    try {
      await startRollout(context, { id });
      await vi.waitFor(async () => expect((await findRollout(context, id)).status).toBe('running'), 5_000);
      expect((await findRollout(troubled, stuck)).status).toBe('creating');
      // Tenants are looked at side by side: that of the other may come first.
      await vi.waitFor(
        () => expect(errors).toContainEqual(expect.objectContaining({ code: 'FILTER_FIELD_UNKNOWN' })),
        5_000,
      );
    } finally {
      await job.close();
      await troubled.database.execute(
        sql`UPDATE ${rollouts} SET status = 'stopped' WHERE id = ${stuck} /* of a test */`,
      );
    }
  });

  it('tells every process what devices are to do now', async () => {
    const context = await openContext();
    const [target] = (await addTargets(context, 'a')).created;
    const devices = openDevices(there, 100, console.error);
    const ask = () =>
      poll(devices, {
        tenantName: context.caller.tenantName,
        controllerId: 'a',
        credentials: { targetToken: target!.securityToken! },
        address: 'http://10.0.0.1',
      });
    expect(await ask()).toMatchObject({ next: null });
    const id = await begin(context, { name: 'r' });
    await vi.waitFor(
      async () => expect(await ask()).toMatchObject({ next: { kind: 'deploymentBase' } }),
      5_000,
    );
    await settle(context, id);
    await devices.pollTimes.close();
  });
});
