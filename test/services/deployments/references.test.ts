import { sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/connect.ts';
import { advanceRollout } from '../../../src/services/deployments/rollouts/advance.ts';
import { startRollout } from '../../../src/services/deployments/rollouts/start.ts';
import { deleteTargets } from '../../../src/services/fleet/targets/delete.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { deleteDistributionSet } from '../../../src/services/software/distribution-sets/delete.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';
import { waitingForLocks } from '../../support/waiting.ts';
import { assign, createSet } from './assignments/support.ts';
import { addTargets, begin, plan, report, settle } from './rollouts/support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

let context: Context;
beforeEach(async () => {
  context = (await newTenant(platform)).contextOf();
  await addTargets(context, 'a', 'b');
});

/** Starts something in the middle of a transaction, which is committed as soon as that waits for it. */
async function meanwhile(work: (inside: Context) => Promise<unknown>, other: () => Promise<unknown>) {
  const { database } = platform;
  let done: Promise<unknown> = Promise.resolve();
  await database.transaction(async (tx) => {
    await work({ ...context, database: tx as unknown as Database });
    const [own] = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    done = other();
    await vi.waitFor(async () => {
      const waiting = await waitingForLocks(database);
      expect(waiting.filter(({ holder }) => holder === own!.pid)).toHaveLength(1);
    }, 10_000);
  });
  await done;
}

const countIn = async (table: string) => {
  const [row] = await platform.database.execute<{ count: number }>(sql`
    SELECT count(*)::int FROM ${sql.identifier(table)} WHERE tenant_id = ${context.caller.tenantId}`);
  return row!.count;
};

describe('what no foreign key keeps', () => {
  const counts = async () => [
    await countIn('actions'),
    await countIn('action_entries'),
    await countIn('rollout_targets'),
  ];

  it('goes with a target', async () => {
    await begin(context, { name: 'r' });
    await report(context, 'a', 'success');
    expect(await counts()).toEqual([2, 3, 2]);
    await deleteTargets(context, { controllerIds: ['a'] });
    expect(await counts()).toEqual([1, 1, 1]);
    await deleteTargets(context, { filter: 'id==*' });
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('goes with a target that somebody was just assigning to', async () => {
    const set = await createSet(context, 'set');
    await meanwhile(
      (inside) => assign(inside, set, ['a']),
      () => deleteTargets(context, { controllerIds: ['a'] }),
    );
    expect(await counts()).toEqual([0, 0, 0]);
  });
});

describe('what a rollout just schedules', () => {
  it('goes with a target', async () => {
    const id = await plan(context, { name: 'r' });
    await startRollout(context, { id });
    await meanwhile(
      (inside) => advanceRollout(inside, { tenantId: context.caller.tenantId, id }),
      () => deleteTargets(context, { controllerIds: ['a'] }),
    );
    await settle(context, id);
    expect([await countIn('actions'), await countIn('rollout_targets')]).toEqual([1, 1]);
  });
});

describe('a deleted distribution set', () => {
  it('is gone where no target has had it', async () => {
    await deleteDistributionSet(context, { id: await createSet(context, 'set') });
    expect(await countIn('distribution_sets')).toBe(0);
  });

  it.each([
    [
      'that was assigned',
      async (set: number) => {
        await assign(context, set, ['a']);
      },
    ],
    [
      'that is installed, of whose installation nothing is kept',
      async (set: number) => {
        await assign(context, set, ['a'], { offline: true });
        await platform.database.execute(
          sql`DELETE FROM actions WHERE tenant_id = ${context.caller.tenantId}`,
        );
      },
    ],
  ])('stays, hidden, %s', async (_, use) => {
    const id = await createSet(context, 'set');
    await use(id);
    await deleteDistributionSet(context, { id });
    expect(await countIn('distribution_sets')).toBe(1);
  });

  it('stays, hidden, where somebody was just assigning it', async () => {
    const id = await createSet(context, 'set');
    await meanwhile(
      (inside) => assign(inside, id, ['a']),
      () => deleteDistributionSet(context, { id }),
    );
    expect(await countIn('distribution_sets')).toBe(1);
  });
});
