import { and, eq } from 'drizzle-orm';
import { afterAll, expect, it } from 'vitest';
import { pendingTargets } from '../../../src/database/tables/enrollment.ts';
import { JOB_KINDS, type JobKindName } from '../../../src/database/tables/jobs.ts';
import { targets } from '../../../src/database/tables/targets.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { createTargetTypes } from '../../../src/services/fleet/target-types/create.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { changeTargets } from '../../../src/services/jobs/begin.ts';
import { listAuditEvents } from '../../../src/services/platform/audit/list.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { openTestPlatform } from '../../support/platform.ts';
import { fleet, MANY, pendingFleet, runJobs } from './support.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const METADATA = [{ key: 'k', value: 'v' }];
const setUp: Partial<Record<JobKindName, (context: Context) => Promise<unknown>>> = {
  unassign_target_tags: (c) => changeTargets(c, 'assign_target_tags', { ...ALL, tagNames: ['x'] }),
  delete_target_metadata: (c) => changeTargets(c, 'set_target_metadata', { ...ALL, entries: METADATA }),
};
const ALL = { filter: 'id==t*' };
const PARAMETERS: Record<JobKindName, (ids: { typeId: number }) => object> = {
  delete_targets: () => ({}),
  rotate_target_tokens: () => ({ overlapSeconds: 60 }),
  assign_target_type: ({ typeId }) => ({ targetTypeId: typeId }),
  assign_target_group: () => ({ group: 'g' }),
  assign_target_tags: () => ({ tagNames: ['x'] }),
  unassign_target_tags: () => ({ tagNames: ['x'] }),
  set_target_metadata: () => ({ entries: METADATA }),
  delete_target_metadata: () => ({ keys: ['k'] }),
  approve_targets: () => ({}),
  reject_targets: () => ({}),
};
const EVENTS: Record<JobKindName, string> = {
  delete_targets: 'target.deleted',
  rotate_target_tokens: 'target.token-rotated',
  assign_target_type: 'target.type-assigned',
  assign_target_group: 'target.group-assigned',
  assign_target_tags: 'target.tags-assigned',
  unassign_target_tags: 'target.tags-unassigned',
  set_target_metadata: 'target.metadata-set',
  delete_target_metadata: 'target.metadata-deleted',
  approve_targets: 'target.approved',
  reject_targets: 'pending-target.rejected',
};

for (const kind of JOB_KINDS)
  it(`${kind} of many by a filter is a job, with one event that each target finds`, async () => {
    const isPending = kind === 'approve_targets' || kind === 'reject_targets';
    const { tenantId, context } = await (isPending ? pendingFleet : fleet)(platform);
    await createTargetTags(context, { targetTags: [{ name: 'x' }] });
    const { created } = await createTargetTypes(context, { targetTypes: [{ name: 'type' }] });
    if (!isPending) await createTargets(context, { targets: [{ controllerId: 'other' }] });
    const prepared = (await setUp[kind]?.(context)) as { job?: { id: number } } | undefined;
    if (prepared?.job) await runJobs(platform, context, prepared.job);

    const input = { ...ALL, ...PARAMETERS[kind]({ typeId: created[0]!.id }) };
    const { job, affectedCount } = await changeTargets(context, kind, input);
    expect({ affectedCount, job }).toMatchObject({
      affectedCount: 0,
      job: { kind, state: 'queued', total: MANY, done: 0, filter: ALL.filter, createdBy: 'tester' },
    });
    expect(await runJobs(platform, context, job!)).toMatchObject({
      state: 'finished',
      done: MANY,
      changed: MANY,
      failed: 0,
    });

    const found = await listAuditEvents(context, { filter: `target==t7;type==${EVENTS[kind]}` });
    expect((await found.page()).items).toMatchObject([
      { count: MANY, filter: ALL.filter, actor: 'tester', channel: 'GRAPHQL', address: '192.0.2.1' },
    ]);
    const ofOther = await listAuditEvents(context, { filter: `target==other;type==${EVENTS[kind]}` });
    expect(await ofOther.total()).toBe(0);
    const left = await platform.database.$count(targets, eq(targets.tenantId, tenantId));
    const pending = await platform.database.$count(
      pendingTargets,
      and(eq(pendingTargets.tenantId, tenantId), eq(pendingTargets.state, 'pending')),
    );
    const expected = { delete_targets: 1, approve_targets: MANY, reject_targets: 0 };
    expect([left, pending]).toEqual([
      kind in expected ? expected[kind as keyof typeof expected] : MANY + 1,
      0,
    ]);
  });
