import { and, eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { auditEvents } from '../../../../src/database/tables/audit.ts';
import { enrollmentGroups } from '../../../../src/database/tables/enrollment.ts';
import { issuedCertificates } from '../../../../src/database/tables/issued-certificates.ts';
import { targets } from '../../../../src/database/tables/targets.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { issueCertificate } from '../../../../src/services/devices/issuing/issue.ts';
import { readSigningRequest } from '../../../../src/services/devices/issuing/signing-request.ts';
import { registerDevice } from '../../../../src/services/devices/sign-in/register.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import { openTwoProcesses } from '../../../support/devices.ts';
import { newRequest } from '../../../support/est.ts';
import { encrypting, makeIssuing } from '../../../support/issued.ts';
import type { TestTenant } from '../../../support/platform.ts';

const world = await openTwoProcesses();
const { here } = world;
const NAMES = Array.from({ length: 12 }, (_, n) => `d${10 + n}`);

type Opened = Awaited<ReturnType<typeof world.openTenant>>;

const eventsOf = ({ tenantId }: TestTenant, type: string) =>
  here.database
    .select({ actor: auditEvents.actor, subjects: auditEvents.subjects, changes: auditEvents.changes })
    .from(auditEvents)
    .where(and(eq(auditEvents.tenantId, tenantId), eq(auditEvents.type, type)));

/** What each device is told to have done itself. */
const ofEach = (names: readonly string[]) =>
  expect.arrayContaining(names.map((name) => expect.objectContaining({ actor: name, subjects: [name] })));

/** How many transactions wrote these rows. */
async function transactionsOf(
  { tenantId }: TestTenant,
  table: typeof targets | typeof issuedCertificates,
): Promise<number> {
  const [row] = await here.database
    .select({ count: sql<number>`count(DISTINCT xmin::text)::int` })
    .from(table)
    .where(eq(table.tenantId, tenantId));
  return row!.count;
}

const outcomesOf = async (asked: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(asked)).map((outcome) =>
    outcome.status === 'fulfilled' ? 'done' : outcome.reason.code,
  );

/** Holds the lock of a group until it is let go. */
const whileLocked = ({ tenant }: Opened, groupId: number, work: () => Promise<void>) =>
  here.database.transaction(async (tx) => {
    const { tenantId, id } = enrollmentGroups;
    await tx
      .select()
      .from(enrollmentGroups)
      .where(and(eq(tenantId, tenant.tenantId), eq(id, groupId)))
      .for('update');
    await work();
  });

describe('devices that come together', () => {
  it('share a transaction, and each has an event of its own', async () => {
    const { tenant, newGroup } = await world.openTenant();
    const { group } = await newGroup({ registrationLimit: 100 });
    const known = await here.tenants.byId(tenant.tenantId);
    // In one moment, which sign-ins of their own would not be for sure.
    await Promise.all(
      NAMES.map((name) =>
        registerDevice(asDevice(here, known, name, { address: 'x' }), {
          address: 'x',
          groupId: group.id,
          wasPending: false,
        }),
      ),
    );
    const events = await eventsOf(tenant, 'target.registered');
    expect(events).toHaveLength(NAMES.length);
    expect(events).toEqual(ofEach(NAMES));
    expect(await transactionsOf(tenant, targets)).toBeLessThan(NAMES.length / 2);
  });

  it('of several groups get the terms of their own, and one whose group is gone is refused alone', async () => {
    const { tenant, context, ask, newGroup } = await world.openTenant();
    const [north, south, gone] = [
      await newGroup({
        name: 'north',
        targetGroup: 'halls/north',
        attributes: [{ key: 'floor', value: '1' }],
      }),
      await newGroup({ name: 'south', targetGroup: 'halls/south' }),
      await newGroup({ name: 'gone' }),
    ];
    // By another process, of which this one hasn't heard yet.
    await here.database
      .delete(enrollmentGroups)
      .where(and(eq(enrollmentGroups.tenantId, tenant.tenantId), eq(enrollmentGroups.id, gone.group.id)));
    const outcomes = await outcomesOf(NAMES.map((name, n) => ask(name, [north, south, gone][n % 3]!.shown)));
    expect(outcomes).toEqual(NAMES.map((_, n) => (n % 3 === 2 ? 'UNAUTHENTICATED' : 'done')));
    expect(await findTarget(context, 'd10')).toMatchObject({ group: 'halls/north' });
    expect(await findTarget(context, 'd11')).toMatchObject({ group: 'halls/south' });
  });

  it('are told of for themselves where their group brings them near a limit', async () => {
    const { tenant, ask, newGroup } = await world.openTenant();
    const attributes = Array.from({ length: 100 }, (_, n) => ({ key: `key-${n}`, value: 'value' }));
    const { shown } = await newGroup({ attributes });
    await Promise.all(NAMES.map((name) => ask(name, shown)));
    const events = await eventsOf(tenant, 'target.quota-reached');
    expect(events).toHaveLength(NAMES.length);
    expect(events).toEqual(ofEach(NAMES));
  });

  it('with a name that fits none are refused, and the others registered', async () => {
    const { ask, newGroup } = await world.openTenant();
    const { shown } = await newGroup();
    const outcomes = await outcomesOf([...NAMES, ' spaced', 'x'.repeat(200)].map((name) => ask(name, shown)));
    expect(outcomes).toEqual([...NAMES.map(() => 'done'), 'INVALID_INPUT', 'INVALID_INPUT']);
  });

  it('wait for what somebody has locked without keeping those of other tenants', async () => {
    const [one, other] = [await world.openTenant(), await world.openTenant()];
    const { group, shown } = await one.newGroup({ registrationLimit: 100 });
    const free = await other.newGroup();
    let waiting: Promise<string[]> | undefined;
    await whileLocked(one, group.id, async () => {
      waiting = outcomesOf(NAMES.map((name) => one.ask(name, shown)));
      await Promise.all(NAMES.map((name) => other.ask(name, free.shown)));
      // Longer than they wait together.
      await here.database.execute(sql`SELECT pg_sleep(1.5)`);
    });
    expect(await waiting).toEqual(NAMES.map(() => 'done'));
  });
});

describe('certificates that are issued together', () => {
  const POLICY = { lifetimeDays: 1, renewalDays: 1, keyKinds: ['EC_P256' as const], alternativeNames: [] };

  async function openIssuing() {
    const { tenant, context, ask, newGroup } = await world.openTenant();
    await makeIssuing(context, 'Fleet CA');
    const { group, shown } = await newGroup();
    await Promise.all(NAMES.map((name) => ask(name, shown)));
    const known = await here.tenants.byId(tenant.tenantId);
    const { der } = await newRequest('any');
    const issue = async (name: string, renewedId?: number) =>
      issueCertificate(asDevice(encrypting(context), known, name, { address: 'x' }), known, {
        ...{ targetId: (await findTarget(context, name)).id, groupId: group.id, policy: POLICY },
        ...{ request: readSigningRequest(der), publicUrl: undefined },
        ...(renewedId !== undefined && { renewedId }),
      });
    return { tenant, issue };
  }

  it('share a transaction, and each has an event of its own', async () => {
    const { tenant, issue } = await openIssuing();
    await Promise.all(NAMES.map((name) => issue(name)));
    const events = await eventsOf(tenant, 'target.certificate-issued');
    expect(events).toHaveLength(NAMES.length);
    expect(events).toEqual(ofEach(NAMES));
    expect(await transactionsOf(tenant, issuedCertificates)).toBeLessThan(NAMES.length);
  });

  it('are refused for themselves where a target has too many, or what is renewed is gone', async () => {
    const { issue } = await openIssuing();
    for (let n = 0; n < 20; n++) await issue('d10');
    const outcomes = await outcomesOf(NAMES.map((name, n) => issue(name, n === 1 ? 1 << 30 : undefined)));
    expect(outcomes).toEqual(
      NAMES.map((_, n) => (n === 0 ? 'QUOTA_EXCEEDED' : n === 1 ? 'UNAUTHENTICATED' : 'done')),
    );
  });
});
