import { createHmac } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { auditEvents } from '../../../../src/database/tables/audit.ts';
import { clearEnrollmentHook } from '../../../../src/services/devices/enrollment-hooks/clear.ts';
import { setEnrollmentHook } from '../../../../src/services/devices/enrollment-hooks/set.ts';
import { approveTargets } from '../../../../src/services/devices/pending-targets/approve.ts';
import { listPendingTargets } from '../../../../src/services/devices/pending-targets/list.ts';
import { poll } from '../../../../src/services/devices/polling/poll.ts';
import { findTargetMetadata } from '../../../../src/services/fleet/target-metadata/find.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { findTagsOfTargets } from '../../../../src/services/fleet/target-tags/find.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { findAttributes } from '../../../../src/services/fleet/targets/attributes.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { openTwoProcesses } from '../../../support/devices.ts';
import { withHook } from './support.ts';

const world = await openTwoProcesses();
const AGAIN = { code: 'TOO_MANY_REQUESTS', details: { retryAfter: expect.any(Number) } };

const pendingOf = async (context: Context) => (await (await listPendingTargets(context, {})).page()).items;
const eventsOf = async ({ caller, database, refusals }: Context, type: string) => {
  await refusals.flush();
  return database
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.tenantId, caller.tenantId), eq(auditEvents.type, type)))
    .orderBy(auditEvents.id);
};

describe('a hook that allows', () => {
  it('is asked who comes, signed, and gives the target what it says', async () => {
    const { context, tenant, ask, newGroup } = await world.openTenant();
    await createTargetTypes(context, { targetTypes: [{ name: 'gateway' }] });
    const { created: tags } = await createTargetTags(context, {
      targetTags: [{ name: 'sold' }, { name: 'eu' }],
    });
    const { group, shown } = await newGroup({
      targetGroup: 'halls',
      tagIds: [tags[0]!.id],
      attributes: [
        { key: 'site', value: 'Ulm' },
        { key: 'line', value: '1' },
      ],
    });
    const hook = await withHook(context, group.id, () => ({
      decision: 'allow',
      name: 'Pump 7',
      type: 'gateway',
      tags: ['eu'],
      group: 'customers/7',
      attributes: { site: 'Bern' },
      metadata: { order: '4711' },
    }));
    await ask('a', shown);

    const [question] = hook.asked;
    expect(question!.body).toEqual({
      tenant: tenant.name,
      controllerId: 'a',
      enrollmentGroup: { id: String(group.id), name: 'factory' },
      address: '10.0.0.1',
      certificateSubject: null,
    });
    const { headers, text } = question!;
    const key = Buffer.from(hook.secret.slice('whsec_'.length), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );

    const target = await findTarget(context, 'a');
    expect(target).toMatchObject({
      name: 'Pump 7',
      group: 'customers/7',
      targetType: { name: 'gateway' },
      enrollmentGroupId: group.id,
    });
    const namesOfTags = (await findTagsOfTargets(context, [target.id])).get(target.id)!;
    expect(namesOfTags.map(({ name }) => name)).toEqual(['eu', 'sold']);
    expect((await findAttributes(context, [target.id])).get(target.id)).toEqual([
      { key: 'line', value: '1' },
      { key: 'site', value: 'Bern' },
    ]);
    expect((await findTargetMetadata(context, [target.id])).get(target.id)).toEqual([
      { key: 'order', value: '4711' },
    ]);
    const [event] = await eventsOf(context, 'target.registered');
    expect(event).toMatchObject({
      subjects: ['a'],
      changes: { hook: { new: 'allow' }, name: { new: 'Pump 7' } },
    });
    await ask('a', shown);
    expect(hook.asked, 'not about a target').toHaveLength(1);
  });

  it('leaves the rest as the group says, and takes its group away with null', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup({ targetGroup: 'halls' });
    await withHook(context, group.id, ({ body }) =>
      body['controllerId'] === 'none' ? { decision: 'allow', group: null } : { decision: 'allow' },
    );
    await ask('a', shown);
    await ask('none', shown);
    expect(await findTarget(context, 'a')).toMatchObject({ name: 'a', group: 'halls' });
    expect((await findTarget(context, 'none')).group).toBeNull();
  });

  it('does not stand for the approval that the group requires, which keeps what it said', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup({ requiresApproval: true });
    const hook = await withHook(context, group.id, () => ({ decision: 'allow', name: 'Pump' }));
    await ask('a', shown);
    await ask('a', shown, world.there);
    expect(await pendingOf(context)).toMatchObject([{ controllerId: 'a', reason: null }]);
    await approveTargets(context, { controllerIds: ['a'] });
    expect((await findTarget(context, 'a')).name).toBe('Pump');
    expect(hook.asked).toHaveLength(1);
  });
});

describe('a hook that denies', () => {
  it('keeps the device out, and is asked again only after five minutes', async () => {
    const { context, ask, refused, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    let decision = 'deny';
    const hook = await withHook(context, group.id, () => ({ decision, reason: 'stolen' }));
    await refused('a', shown);
    await refused('a', shown);
    world.wait(299);
    await refused('a', shown);
    expect(hook.asked).toHaveLength(1);
    const [event] = await eventsOf(context, 'enrollment-hook.denied');
    expect(event).toMatchObject({
      actor: 'a',
      subjects: ['factory'],
      changes: { reason: { new: 'stolen' } },
    });
    decision = 'allow';
    world.wait(2);
    await ask('a', shown);
    expect(hook.asked).toHaveLength(2);
  });

  it('ends what it held', async () => {
    const { context, ask, refused, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    let decision = 'hold';
    await withHook(context, group.id, () => ({ decision }));
    await ask('a', shown);
    decision = 'deny';
    world.wait(301);
    await refused('a', shown);
    expect(await pendingOf(context)).toEqual([]);
    expect(await eventsOf(context, 'pending-target.denied')).toHaveLength(1);
  });
});

describe('a hook that holds', () => {
  it('makes a pending target, which it may allow later', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    let decision = 'hold';
    const hook = await withHook(context, group.id, () => ({ decision, reason: 'not paid', name: decision }));
    await ask('a', shown);
    for (let poll = 0; poll < 3; poll++) await ask('a', shown);
    expect(await pendingOf(context)).toMatchObject([{ controllerId: 'a', reason: 'not paid' }]);
    world.wait(301);
    await ask('a', shown);
    expect(hook.asked, 'it still holds').toHaveLength(2);
    decision = 'allow';
    world.wait(301);
    await ask('a', shown);
    expect((await findTarget(context, 'a')).name).toBe('allow');
    expect(await pendingOf(context)).toEqual([]);
  });

  it('gives what it said to one that people approve', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    await withHook(context, group.id, () => ({ decision: 'hold', metadata: { k: 'v' } }));
    await ask('a', shown);
    await approveTargets(context, { controllerIds: ['a'] });
    const { id } = await findTarget(context, 'a');
    expect((await findTargetMetadata(context, [id])).get(id)).toEqual([{ key: 'k', value: 'v' }]);
  });
});

describe('a hook that fails', () => {
  const bad: [string, Parameters<typeof withHook>[2]][] = [
    ['with a status', () => 500],
    ['with a redirect', () => 302],
    ['without JSON', () => 'allow'],
    ['without a decision', () => ({ name: 'x' })],
    ['with a field that is none', () => ({ decision: 'allow', securityToken: 'x' })],
    ['with a type that is not there', () => ({ decision: 'allow', type: 'nope' })],
    ['with a tag that is not there', () => ({ decision: 'allow', tags: ['nope'] })],
    ['with a name that is too long', () => ({ decision: 'allow', name: 'x'.repeat(129) })],
    ['with an attribute that is none', () => ({ decision: 'allow', attributes: { a: 'ä' } })],
    ['with too long an answer', () => ({ decision: 'allow', metadata: { a: 'x'.repeat(17_000) } })],
  ];
  it.each(bad)('%s lets nobody in, and nobody is refused', async (_what, answer) => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    const hook = await withHook(context, group.id, answer);
    await expect(ask('a', shown)).rejects.toMatchObject(AGAIN);
    await expect(ask('a', shown)).rejects.toMatchObject(AGAIN);
    expect(hook.asked, 'once').toHaveLength(1);
    await expect(findTarget(context, 'a')).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
    const [event] = await eventsOf(context, 'enrollment-hook.failed');
    expect(event).toMatchObject({ subjects: ['factory'], changes: { reason: { new: expect.any(String) } } });
  });

  it('by silence fails after its time', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    let answer = (_: object) => {};
    await withHook(context, group.id, () => new Promise<object>((resolve) => (answer = resolve)), {
      timeout: '1',
    });
    await expect(ask('a', shown)).rejects.toMatchObject(AGAIN);
    const [event] = await eventsOf(context, 'enrollment-hook.failed');
    expect(event!.changes).toEqual({ reason: { new: 'no answer within 1 s' } });
    answer({});
  });

  it('holds devices where the group says so, and is asked again', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    let answer: object | number = 503;
    const hook = await withHook(context, group.id, () => answer, { onFailure: 'hold' });
    await ask('a', shown);
    await ask('a', shown);
    expect(await pendingOf(context)).toMatchObject([{ reason: 'The hook does not answer.' }]);
    expect(hook.asked).toHaveLength(1);
    answer = { decision: 'allow' };
    world.wait(61);
    await ask('a', shown);
    await findTarget(context, 'a');
  });

  it('five times in a row is left alone', async () => {
    const { context, ask, newGroup } = await world.openTenant();
    const { group, shown } = await newGroup();
    const hook = await withHook(context, group.id, () => 500);
    for (let n = 0; n < 8; n++) await expect(ask(`d${n}`, shown)).rejects.toMatchObject(AGAIN);
    expect(hook.asked).toHaveLength(5);
    expect(world.here.hooks.counts.get('resting')).toBeGreaterThanOrEqual(3);
  });
});

it('is asked once of a device that asks many times at once, about eight at a time', async () => {
  const { context, ask, newGroup } = await world.openTenant();
  const { group, shown } = await newGroup();
  const answers: ((said: object) => void)[] = [];
  const hook = await withHook(
    context,
    group.id,
    () => new Promise<object>((resolve) => answers.push(resolve)),
    { timeout: '10' },
  );
  const polls = Array.from({ length: 5 }, () => ask('a', shown));
  for (let n = 0; n < 7; n++) polls.push(ask(`d${n}`, shown));
  await expect.poll(() => answers.length).toBe(8);
  await expect(ask('late', shown)).rejects.toMatchObject(AGAIN);
  const open = await context.database.execute(sql`
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`);
  expect(open, 'no transaction waits for it').toHaveLength(0);
  for (const answer of answers) answer({ decision: 'allow' });
  await Promise.all(polls);
  expect(hook.asked).toHaveLength(8);
});

it('of each group is asked about a device that comes by several at once', async () => {
  const { context, ask, refused, newGroup } = await world.openTenant();
  const trusting = await newGroup();
  const strict = await newGroup({ name: 'strict' });
  let answer: ((said: object) => void) | undefined;
  await withHook(context, trusting.group.id, () => new Promise<object>((resolve) => (answer = resolve)), {
    timeout: '10',
  });
  const other = await withHook(context, strict.group.id, () => ({ decision: 'deny' }));
  const allowed = ask('a', trusting.shown);
  await expect.poll(() => answer).toBeDefined();
  const denied = refused('a', strict.shown);
  // One that waits for the other hook would get its answer.
  await expect
    .poll(() => other.asked.length)
    .toBe(1)
    .finally(() => answer!({ decision: 'allow' }));
  await denied;
  await allowed;
  expect((await findTarget(context, 'a')).enrollmentGroupId).toBe(trusting.group.id);
});

it('is asked again where the device comes from elsewhere: who has the token keeps nobody else out', async () => {
  const { context, tenant, ask, refused, newGroup } = await world.openTenant();
  const { group, shown } = await newGroup();
  const known = 'http://10.0.0.2';
  const from = (address: string) =>
    poll(world.here, { tenantName: tenant.name, controllerId: 'a', credentials: shown, address });
  let decision = 'hold';
  const hook = await withHook(context, group.id, ({ body }) => ({
    decision: body['address'] === '10.0.0.2' ? decision : 'deny',
  }));
  await refused('a', shown);
  await from(known);
  await from(known);
  await refused('a', shown);
  await from(known);
  expect(
    hook.asked.map(({ body }) => body['address']),
    'once from each',
  ).toEqual(['10.0.0.1', '10.0.0.2']);
  decision = 'allow';
  world.wait(301);
  await from(known);
  await findTarget(context, 'a');
  await ask('a', shown);
});

it('ends what it held only when it is asked, not by what it said before: else two who alternate fill the audit trail', async () => {
  const { context, tenant, refused, newGroup } = await world.openTenant();
  const { group, shown } = await newGroup();
  await withHook(context, group.id, ({ body }) => ({
    decision: body['address'] === '10.0.0.2' ? 'hold' : 'deny',
  }));
  const held = () =>
    poll(world.here, {
      ...{ tenantName: tenant.name, controllerId: 'a', credentials: shown },
      address: 'http://10.0.0.2',
    });
  for (let n = 0; n < 4; n++) {
    await held();
    await refused('a', shown);
  }
  expect(await eventsOf(context, 'pending-target.denied')).toHaveLength(1);
  expect(await eventsOf(context, 'pending-target.created')).toHaveLength(2);
  expect(await pendingOf(context)).toHaveLength(1);
});

it('is asked by the newest settings at once, and not at all when it is gone', async () => {
  const { context, ask, refused, newGroup } = await world.openTenant();
  const { group, shown } = await newGroup();
  const first = await withHook(context, group.id, () => ({ decision: 'deny' }));
  await refused('a', shown);
  const second = await withHook(context, group.id, () => ({ decision: 'deny' }));
  await refused('a', shown);
  expect([first.asked.length, second.asked.length]).toEqual([1, 1]);
  expect((await setEnrollmentHook(context, { groupId: group.id, rotateSecret: true })).secret).toMatch(
    /^whsec_/,
  );
  await clearEnrollmentHook(context, { groupId: group.id });
  await ask('a', shown);
  expect(second.asked).toHaveLength(1);
});
