import { eq, sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { JOB_KINDS, type JobKindName } from '../../../src/database/tables/jobs.ts';
import { targets } from '../../../src/database/tables/targets.ts';
import type { Grant } from '../../../src/services/access/grants.ts';
import { assignDistributionSet } from '../../../src/services/deployments/assignments/assign.ts';
import { releaseTargets } from '../../../src/services/fleet/claims/release.ts';
import { setTargetMetadata } from '../../../src/services/fleet/target-metadata/set.ts';
import { assignTargetTags } from '../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { createTargetTypes } from '../../../src/services/fleet/target-types/create.ts';
import { advanceJob } from '../../../src/services/jobs/advance.ts';
import { beginJob, changeMany } from '../../../src/services/jobs/begin.ts';
import { cancelJob } from '../../../src/services/jobs/cancel.ts';
import { findJob } from '../../../src/services/jobs/find.ts';
import { KINDS } from '../../../src/services/jobs/kinds.ts';
import { listAuditEvents } from '../../../src/services/platform/audit/list.ts';
import { setConfiguration } from '../../../src/services/platform/tenants/set-configuration.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { openTestPlatform } from '../../support/platform.ts';
import { waitingForLocks } from '../../support/waiting.ts';
import { createSet } from '../deployments/assignments/support.ts';
import { fleet, named, pendingFleet, runJobs } from './support.ts';

const { platform, close } = await openTestPlatform();
const other = await openTestPlatform();
afterAll(() => Promise.all([close(), other.close()]));

interface Ids {
  typeId: number;
  setId: number;
}

/** What there is to know of a kind: its event, what it takes, and what the fleet must have before. */
interface Row {
  event: string;
  takes?: (ids: Ids) => object;
  before?: (context: Context, ids: Ids) => Promise<unknown>;
  filter?: string;
}

const ALL = { filter: 'id==t*' };
const METADATA = [{ key: 'k', value: 'v' }];
const assign = (context: Context, { setId }: Ids, options: object = {}, offline = false) =>
  assignDistributionSet(context, {
    distributionSetId: setId,
    offline,
    assignments: [{ ...ALL, ...options }],
  });
const OF_ACTIONS = 'target.id==t*';

const ROWS: Record<JobKindName, Row> = {
  delete_targets: { event: 'target.deleted' },
  rotate_target_tokens: { event: 'target.token-rotated', takes: () => ({ overlap: '00:01:00' }) },
  release_targets: {
    event: 'target.released',
    takes: () => ({ digest: 'd'.repeat(64), expiresAt: new Date(Date.now() + 3_600_000) }),
  },
  end_claim_codes: {
    event: 'target.release-ended',
    before: (context) =>
      releaseTargets(context, { ...ALL, digest: 'd', expiresAt: new Date(Date.now() + 3_600_000) }),
  },
  assign_target_type: {
    event: 'target.type-assigned',
    takes: ({ typeId }) => ({ targetTypeId: typeId }),
  },
  assign_target_group: { event: 'target.group-assigned', takes: () => ({ group: 'g' }) },
  assign_target_tags: { event: 'target.tags-assigned', takes: () => ({ tagNames: ['x'] }) },
  unassign_target_tags: {
    event: 'target.tags-unassigned',
    takes: () => ({ tagNames: ['x'] }),
    before: (context) => assignTargetTags(context, { ...ALL, tagNames: ['x'] }),
  },
  set_target_metadata: { event: 'target.metadata-set', takes: () => ({ entries: METADATA }) },
  delete_target_metadata: {
    event: 'target.metadata-deleted',
    takes: () => ({ keys: ['k'] }),
    before: (context) => setTargetMetadata(context, { ...ALL, entries: METADATA }),
  },
  approve_targets: { event: 'target.approved' },
  reject_targets: { event: 'pending-target.rejected' },
  set_target_attributes: { event: 'target.attributes-set', takes: () => ({ attributes: METADATA }) },
  set_auto_confirm: { event: 'target.auto-confirm-activated', takes: () => ({ active: true }) },
  assign_distribution_set: {
    event: 'distribution-set.assigned',
    takes: ({ setId }) => ({
      distributionSetId: setId,
      forceType: 'timeforced',
      forcedAt: new Date(Date.now() + 1_000_000),
    }),
  },
  cancel_actions: { event: 'action.canceled', filter: OF_ACTIONS, before: (c, ids) => assign(c, ids) },
  force_actions: {
    event: 'action.forced',
    filter: OF_ACTIONS,
    before: (c, ids) => assign(c, ids, { forceType: 'soft' }),
  },
  confirm_actions: {
    event: 'action.confirmed',
    filter: OF_ACTIONS,
    takes: () => ({ confirmation: 'confirmed' }),
    async before(context, ids) {
      await setConfiguration(context, { 'user.confirmation.flow.enabled': true });
      await assign(context, ids);
    },
  },
  delete_actions: {
    event: 'action.deleted',
    filter: OF_ACTIONS,
    before: (c, ids) => assign(c, ids, {}, true),
  },
};

const COUNT = 5;
const SCOPED = [
  'READ_TARGET',
  'UPDATE_TARGET/id!=t4',
  'DELETE_TARGET/id!=t4',
  'CREATE_TARGET/id!=t4',
] as const;
const isOfPending = (kind: JobKindName) => kind === 'approve_targets' || kind === 'reject_targets';

/** A fleet of five for a kind, and the input of its verb. */
async function open(kind: JobKindName) {
  const { event, takes, before, filter = ALL.filter } = ROWS[kind];
  const here = await (isOfPending(kind) ? pendingFleet : fleet)(platform, COUNT);
  const { context } = here;
  await createTargetTags(context, { targetTags: [{ name: 'x' }] });
  const { created } = await createTargetTypes(context, { targetTypes: [{ name: 'type' }] });
  const ids = { typeId: created[0]!.id, setId: await createSet(context, 'set') };
  await before?.(context, ids);
  const grants: readonly Grant[] = [...SCOPED, 'READ_DISTRIBUTION_SET'];
  // A scope uses fields that only targets have.
  const scoped = kind === 'reject_targets' ? context : named(here.contextOf(grants));
  return { ...here, scoped, event, input: { filter, ...takes?.(ids) } };
}

/** A job of the kind as for a large selection. */
async function begin(context: Context, kind: JobKindName, { filter, ...parameters }: { filter: string }) {
  const matching = await KINDS[kind].source.count(context, filter);
  return beginJob(context, { kind, filter, parameters, ...matching });
}

const countOf = async (context: Context, filter: string) => {
  const found = await (await listAuditEvents(context, { filter })).page();
  return found.items.map(({ count, filter, actor, channel }) => ({ count, filter, actor, channel }));
};

/** Advances a job in a process that dies in the middle of its second batch. */
async function dieIn(kind: JobKindName, key: { tenantId: number; id: number }) {
  const table = isOfPending(kind) ? sql`pending_targets` : sql`targets`;
  const blocked = () => waitingForLocks(platform.database);
  await platform.database.transaction(async (tx) => {
    await tx.execute(sql`
      SELECT FROM ${table} WHERE tenant_id = ${key.tenantId} AND controller_id = 't3' FOR UPDATE`);
    const dying = advanceJob(other.platform, key, 2).catch((error) => error);
    await expect.poll(blocked, { interval: 5 }).toHaveLength(1);
    await tx.execute(sql`SELECT pg_terminate_backend(${(await blocked())[0]!.pid}::int)`);
    expect(await dying).toBeInstanceOf(Error);
  });
}

describe.each(JOB_KINDS)('%s', (kind) => {
  it('counts in a dry run, and finishes a small selection within the answer', async () => {
    const { context, tenantId, scoped, event, input } = await open(kind);
    const stamp = async () =>
      platform.database
        .select({ id: targets.id, version: sql`xmin` })
        .from(targets)
        .where(eq(targets.tenantId, tenantId))
        .orderBy(targets.id)
        .limit(1_000);
    const before = await stamp();
    const expected = kind === 'reject_targets' || kind === 'approve_targets' ? COUNT : COUNT - 1;
    const dry = await changeMany(scoped, kind, { ...input, dryRun: true });
    expect(dry).toMatchObject({ affectedCount: expected, changed: [], job: null });
    expect(await stamp()).toEqual(before);
    const done = await changeMany(context, kind, input);
    expect(done).toMatchObject({ affectedCount: COUNT, job: null });
    expect(await countOf(context, `type==${event}`)).toMatchObject([{ count: COUNT, filter: input.filter }]);
  });

  it('goes on exactly once after a process has died, within the scope of who began it', async () => {
    const { context, tenantId, scoped, event, input } = await open(kind);
    const job = await begin(scoped, kind, input);
    const key = { tenantId, id: job.id };
    await advanceJob(platform, key, 2);
    expect(await findJob(context, job.id)).toMatchObject({ state: 'running', done: 2, changed: 2 });
    await dieIn(kind, key);
    expect(await findJob(context, job.id)).toMatchObject({ state: 'running', done: 2, changed: 2 });
    const { done, changed, failed, state } = await runJobs(platform, context, job);
    const whole = { done: 4, changed: 4, failed: 0, state: 'finished' };
    const outcomes: Partial<Record<JobKindName, object>> = {
      approve_targets: { ...whole, done: 5, failed: 1 },
      reject_targets: { ...whole, done: 5, changed: 5 },
    };
    expect({ done, changed, failed, state }).toEqual(outcomes[kind] ?? whole);
    const told = { count: changed, filter: input.filter, actor: 'tester', channel: 'GRAPHQL' };
    expect(await countOf(context, `target==t2;type==${event}`)).toEqual([told]);
    const outOfScope = kind === 'reject_targets' ? [told] : [];
    expect(await countOf(context, `target==t4;type==${event}`)).toEqual(outOfScope);
  });

  it('that is canceled midway keeps what it has done', async () => {
    const { context, tenantId, event, input } = await open(kind);
    const job = await begin(context, kind, input);
    await advanceJob(platform, { tenantId, id: job.id }, 2);
    await cancelJob(context, { id: job.id });
    expect(await runJobs(platform, context, job)).toMatchObject({ state: 'canceled', done: 2, changed: 2 });
    expect(await countOf(context, `type==${event}`)).toMatchObject([{ count: 2 }]);
  });
});
