import { eq, sql } from 'drizzle-orm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { jobs } from '../../../src/database/tables/jobs.ts';
import { webhookDeliveries } from '../../../src/database/tables/webhooks.ts';
import { setTargetMetadata } from '../../../src/services/fleet/target-metadata/set.ts';
import { createTargetTags } from '../../../src/services/fleet/target-tags/create.ts';
import { deleteTargetTag } from '../../../src/services/fleet/target-tags/delete.ts';
import { findTargets } from '../../../src/services/fleet/targets/find.ts';
import { advanceJob } from '../../../src/services/jobs/advance.ts';
import { changeMany } from '../../../src/services/jobs/begin.ts';
import { cancelJob } from '../../../src/services/jobs/cancel.ts';
import { findJob } from '../../../src/services/jobs/find.ts';
import { forgetOldJobs } from '../../../src/services/jobs/forget-old.ts';
import { KINDS } from '../../../src/services/jobs/kinds.ts';
import { listJobs } from '../../../src/services/jobs/list.ts';
import { jobRunner } from '../../../src/services/jobs/run.ts';
import { watchJob } from '../../../src/services/jobs/watch.ts';
import { listAuditEvents } from '../../../src/services/platform/audit/list.ts';
import { createWebhook } from '../../../src/services/platform/webhooks/create.ts';
import type { Context } from '../../../src/services/shared/context.ts';
import { openTestPlatform } from '../../support/platform.ts';
import { waitingForLocks } from '../../support/waiting.ts';
import { createUser, deleteUser, updateUser } from '../access/by-name.ts';
import { fleet, MANY, named, runJobs } from './support.ts';

const { platform, close } = await openTestPlatform();
const other = await openTestPlatform();
afterAll(() => Promise.all([close(), other.close()]));

const ALL = { filter: 'id==t*' };
const rotate = async (context: Context) => (await changeMany(context, 'rotate_target_tokens', ALL)).job!;
const eventsOf = async (context: Context, filter: string) =>
  (await (await listAuditEvents(context, { filter })).page()).items;

describe('a change by filter', () => {
  it('of few is done within the answer', async () => {
    const { context } = await fleet(platform, 3);
    const done = await changeMany(context, 'assign_target_group', { ...ALL, group: 'g' });
    expect(done).toEqual({ affectedCount: 3, changed: ['t0', 't1', 't2'], job: null });
    expect(await (await listJobs(context)).total()).toBe(0);
  });

  it('of few goes through all once: the work is told which ones match', async () => {
    const { context } = await fleet(platform, 2);
    const kind = KINDS.assign_target_group;
    const [work, count] = [vi.spyOn(kind, 'work'), vi.spyOn(kind.source, 'count')];
    const { changed } = await changeMany(context, 'assign_target_group', { ...ALL, group: 'g' });
    const among = (await findTargets(context, changed)).map((target) => target!.id);
    expect(work.mock.calls.map(([, part]) => part)).toEqual([{ ...ALL, among }]);
    expect(count).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('of many leaves events that name the request which began it', async () => {
    const { context } = await fleet(platform);
    const began = { ...context, origin: { ...context.origin, requestId: 'r-1' } };
    await runJobs(platform, context, await rotate(began));
    const events = await eventsOf(context, 'requestId==r-1');
    expect(events.map(({ type }) => type).sort()).toEqual([
      'job.created',
      'job.finished',
      'target.token-rotated',
    ]);
  });

  it('of many is refused at once for what is wrong with its input', async () => {
    const { context } = await fleet(platform);
    const refused = changeMany(context, 'assign_target_tags', { ...ALL, tagNames: ['none'] });
    await expect(refused).rejects.toMatchObject({ code: 'TARGET_TAG_NOT_FOUND' });
    expect(await (await listJobs(context)).total()).toBe(0);
  });

  it('of many leaves out what came, or came to match, after it', async () => {
    const { tenantId, context } = await fleet(platform);
    const { job } = await changeMany(context, 'assign_target_group', { ...ALL, group: 'g' });
    await platform.database.execute(sql`
      INSERT INTO targets (tenant_id, controller_id, name, security_token, request_attributes, update_status,
        created_at, created_by, last_modified_at, last_modified_by)
      VALUES (${tenantId}, 'tnew', 'tnew', 'x', FALSE, 'unknown', now(), 'x', now(), 'x')`);
    expect(await runJobs(platform, context, job!)).toMatchObject({ state: 'finished', changed: MANY });
  });
});

describe('a job', () => {
  it('is done once by two processes at the same time', async () => {
    const { context } = await fleet(platform);
    const job = await rotate(context);
    const runners = [platform, other.platform].map((one) => jobRunner(one, console.error));
    await Promise.all(runners.map((runner) => runner.run()));
    expect(await findJob(context, job.id)).toMatchObject({ state: 'finished', done: MANY, changed: MANY });
    expect(await eventsOf(context, 'target==t3;type==target.token-rotated')).toMatchObject([{ count: MANY }]);
  });

  it('goes on in another process where one died in the middle of a batch', async () => {
    const { tenantId, context } = await fleet(platform);
    const job = await rotate(context);
    const key = { tenantId, id: job.id };
    await advanceJob(platform, key, 1_000);
    let dying: Promise<unknown> | undefined;
    await platform.database.transaction(async (tx) => {
      // In the second batch.
      await tx.execute(sql`
        SELECT FROM targets WHERE tenant_id = ${tenantId} ORDER BY id OFFSET 1500 LIMIT 1 FOR UPDATE`);
      dying = advanceJob(other.platform, key, 1_000).catch((error) => error);
      const blocked = () => waitingForLocks(platform.database);
      await expect.poll(blocked).toHaveLength(1);
      await tx.execute(sql`SELECT pg_terminate_backend(${(await blocked())[0]!.pid}::int)`);
      expect(await dying).toBeInstanceOf(Error);
    });
    expect(await findJob(context, job.id)).toMatchObject({ state: 'running', done: 1_000 });
    expect(await runJobs(platform, context, job)).toMatchObject({
      state: 'finished',
      done: MANY,
      changed: MANY,
    });
    expect(await eventsOf(context, 'target==t1500;type==target.token-rotated')).toMatchObject([
      { count: MANY },
    ]);
  });

  it('that is canceled keeps what it has done and does no more', async () => {
    const { tenantId, context } = await fleet(platform);
    const job = await rotate(context);
    await advanceJob(platform, { tenantId, id: job.id }, 1_000);
    expect(await cancelJob(context, { id: job.id })).toMatchObject({ state: 'canceled', done: 1_000 });
    expect(await runJobs(platform, context, job)).toMatchObject({ state: 'canceled', done: 1_000 });
    await expect(cancelJob(context, { id: job.id })).rejects.toMatchObject({ code: 'JOB_ENDED' });
    expect(await eventsOf(context, 'type==job.*')).toMatchObject([
      { type: 'job.canceled', subjects: [String(job.id)] },
      { type: 'job.created' },
    ]);
  });

  it('passes over a target that is refused, and says why', async () => {
    const { context } = await fleet(platform);
    const entries = Array.from({ length: 100 }, (_, n) => ({ key: `k${n}`, value: 'v' }));
    await setTargetMetadata(context, { controllerIds: ['t1234'], entries });
    const more = [{ key: 'more', value: 'v' }];
    const { job } = await changeMany(context, 'set_target_metadata', { ...ALL, entries: more });
    expect(await runJobs(platform, context, job!)).toMatchObject({
      state: 'finished',
      done: MANY,
      changed: MANY - 1,
      failed: 1,
      faults: [{ controllerId: 't1234', code: 'QUOTA_EXCEEDED' }],
    });
  });

  it('fails where what it gives is gone', async () => {
    const { context } = await fleet(platform);
    const { created } = await createTargetTags(context, { targetTags: [{ name: 'x' }] });
    const { job } = await changeMany(context, 'assign_target_tags', { ...ALL, tagNames: ['x'] });
    await deleteTargetTag(context, { id: created[0]!.id });
    expect(await runJobs(platform, context, job!)).toMatchObject({
      state: 'failed',
      code: 'TARGET_TAG_NOT_FOUND',
      done: 0,
    });
  });

  it('lets the jobs of other tenants take their turns', async () => {
    const [large, small] = [await fleet(platform, 5_000), await fleet(platform, 1_001)];
    const [first, second] = [await rotate(large.context), await rotate(small.context)];
    const ended = await runJobs(platform, large.context, first);
    const sooner = await findJob(small.context, second.id);
    expect([ended.state, sooner.state]).toEqual(['finished', 'finished']);
    expect(sooner.endedAt!.getTime()).toBeLessThan(ended.endedAt!.getTime());
  });

  it('is given to webhooks as one event, when it has ended', async () => {
    const { tenantId, context } = await fleet(platform);
    await createWebhook(context, { name: 'w', url: 'https://example.org', eventTypes: ['target.token-*'] });
    const job = await rotate(context);
    const waiting = () =>
      platform.database.$count(webhookDeliveries, eq(webhookDeliveries.tenantId, tenantId));
    await advanceJob(platform, { tenantId, id: job.id }, 1_000);
    expect(await waiting()).toBe(0);
    await runJobs(platform, context, job);
    expect(await waiting()).toBe(1);
  });

  it('is told of until it has ended', async () => {
    const { tenantId, context } = await fleet(platform);
    const job = await rotate(context);
    const told: number[] = [];
    for await (const { done } of watchJob(context, job.id)) {
      told.push(done);
      await advanceJob(platform, { tenantId, id: job.id }, 1_000);
    }
    expect(told).toEqual([0, 1_000, 2_000, MANY]);
  });
});

it('is looked at once for all who watch it', async () => {
  const { tenantId, context } = await fleet(platform, 1_001);
  const job = await rotate(context);
  const watching = Array.from({ length: 8 }, () => watchJob(context, job.id));
  const all = () => Promise.all(watching.map(async (one) => (await one.next()).value?.done));
  expect(new Set(await all())).toEqual(new Set([0]));
  const looks = vi.spyOn(platform.database, 'select');
  const began = performance.now();
  const told = all();
  await advanceJob(other.platform, { tenantId, id: job.id }, 500);
  expect(new Set(await told)).toEqual(new Set([500]));
  expect(looks.mock.calls.length).toBeLessThanOrEqual((performance.now() - began) / 500 + 2);
  vi.restoreAllMocks();
  await Promise.all(watching.map((one) => one.return(undefined)));
});

describe('whose job it is', () => {
  const account = async (platformContext: Context) => {
    const admin: Context = {
      ...platformContext,
      caller: { ...platformContext.caller, roles: new Set(['TENANT_ADMIN']) },
    };
    const permissions = ['READ_TARGET', 'UPDATE_TARGET'];
    await createUser(admin, { username: 'alice', password: 'a-quiet-secret', permissions, roles: [] });
    const caller = { ...platformContext.caller, username: 'alice', kind: 'USER' as const };
    return { admin, alice: { ...platformContext, caller } };
  };

  it('counts: others don’t see it, an administrator does', async () => {
    const { context } = await fleet(platform);
    const { admin } = await account(context);
    const job = await rotate(context);
    const bob = named(context, 'bob');
    await expect(findJob(bob, job.id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    await expect(cancelJob(bob, { id: job.id })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    expect(await (await listJobs(bob)).total()).toBe(0);
    expect(await (await listJobs(named(admin, 'bob'), { filter: 'state==queued' })).total()).toBe(1);
    expect(await cancelJob(named(admin, 'bob'), { id: job.id })).toMatchObject({ state: 'canceled' });
  });

  it('does no more than they are still permitted to', async () => {
    const { context } = await fleet(platform);
    const { admin, alice } = await account(context);
    const scoped = await rotate(alice);
    await updateUser(admin, {
      username: 'alice',
      permissions: ['READ_TARGET', 'UPDATE_TARGET/id==t1*'],
    });
    const { changed, state } = await runJobs(platform, admin, scoped);
    expect([state, changed]).toEqual([
      'finished',
      Array.from({ length: MANY }, (_, n) => `t${n}`).filter((id) => id.startsWith('t1')).length,
    ]);
    const lost = await rotate(alice);
    await updateUser(admin, { username: 'alice', permissions: ['READ_TARGET'] });
    expect(await runJobs(platform, admin, lost)).toMatchObject({ state: 'failed', code: 'FORBIDDEN' });
    const gone = await rotate(alice);
    await deleteUser(admin, { username: 'alice' });
    expect(await runJobs(platform, admin, gone)).toMatchObject({ state: 'failed', code: 'UNAUTHENTICATED' });
  });
});

describe('how many there are', () => {
  it('is limited', async () => {
    const { tenantId, context } = await fleet(platform);
    const job = await rotate(context);
    await platform.database.execute(sql`
      INSERT INTO jobs (tenant_id, kind, state, filter, parameters, total, up_to, username, has_account, grants,
        channel, created_at, updated_at)
      SELECT tenant_id, kind, state, filter, parameters, total, up_to, username, has_account, grants, channel,
        created_at, updated_at FROM jobs, generate_series(1, 99) WHERE id = ${job.id} /* of a test */`);
    await expect(rotate(context)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await platform.database.delete(jobs).where(eq(jobs.tenantId, tenantId));
  });

  it('falls when they are old', async () => {
    const { context } = await fleet(platform);
    const job = await rotate(context);
    await runJobs(platform, context, job);
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    await forgetOldJobs(platform.database, inDays(29));
    expect(await findJob(context, job.id)).toMatchObject({ state: 'finished' });
    await forgetOldJobs(platform.database, inDays(31));
    await expect(findJob(context, job.id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });
});
