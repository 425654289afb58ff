import { pendingTargets } from '../../../src/database/tables/enrollment.ts';
import { createEnrollmentGroup } from '../../../src/services/devices/enrollment/create.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { findJob } from '../../../src/services/jobs/find.ts';
import type { Job } from '../../../src/services/jobs/job.ts';
import { jobRunner } from '../../../src/services/jobs/run.ts';
import type { Context, Platform } from '../../../src/services/shared/context.ts';
import { newTenant } from '../../support/platform.ts';

/** One more than fit in two batches. */
export const MANY = 2_001;

/** A caller whom an issuer's token names: it needs no account. */
export const named = (context: Context, username = 'tester'): Context => ({
  ...context,
  caller: { ...context.caller, username, kind: 'TOKEN' },
});

export async function fleet(platform: Platform, count = MANY) {
  const tenant = await newTenant(platform);
  const context = named(tenant.contextOf());
  const targets = Array.from({ length: count }, (_, n) => ({ controllerId: `t${n}` }));
  await createTargets(context, { targets });
  return { ...tenant, context };
}

export async function pendingFleet(platform: Platform, count = MANY) {
  const tenant = await newTenant(platform);
  const context = named(tenant.contextOf());
  const { group } = await createEnrollmentGroup(context, { name: 'held' });
  const now = new Date();
  await platform.database.insert(pendingTargets).values(
    Array.from({ length: count }, (_, n) => ({
      tenantId: tenant.tenantId,
      controllerId: `t${n}`,
      groupId: group.id,
      state: 'pending' as const,
      firstRequestAt: now,
      lastRequestAt: now,
    })),
  );
  return { ...tenant, context };
}

/** Runs what is due, as a process does, and gives the job as it is then. */
export async function runJobs(platform: Platform, context: Context, { id }: Pick<Job, 'id'>): Promise<Job> {
  const runner = jobRunner(platform, (error) => console.error(error));
  await runner.run();
  return findJob(context, id);
}
