import { eq } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { auditEvents } from '../../../../src/database/tables/audit.ts';
import { openAuthenticator } from '../../../../src/services/access/authenticate.ts';
import { PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { authenticateDevice, openDevices } from '../../../../src/services/devices/polling/poll.ts';
import { reportAttributes } from '../../../../src/services/devices/reports/report-attributes.ts';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import type { AttributeMode } from '../../../../src/services/fleet/targets/attributes.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { findTarget } from '../../../../src/services/fleet/targets/find.ts';
import { rotateTargetToken } from '../../../../src/services/fleet/targets/rotate-token.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { forgetOldAuditEvents } from '../../../../src/services/platform/audit/forget-old.ts';
import { listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import { openRefusals } from '../../../../src/services/platform/audit/refusals.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createSoftwareModuleTypes } from '../../../../src/services/software/software-module-types/create.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { createUser, updateUser } from '../../access/by-name.ts';

const { platform, close } = await openTestPlatform();
afterAll(close);

const eventsOf = async (context: Context, request: Parameters<typeof listAuditEvents>[1] = {}) =>
  (await (await listAuditEvents(context, request)).page()).items;
const open = async () => (await newTenant(platform)).contextOf();

describe('a change', () => {
  it('tells who did what to which, by which door and from where', async () => {
    const context = await open();
    await createTargets(context, { targets: [{ controllerId: 'a', name: 'old' }] });
    await updateTarget(context, { controllerId: 'a', name: 'new', address: 'x' });
    const [updated, created] = await eventsOf(context);
    expect(created).toMatchObject({
      actor: 'tester',
      actorKind: 'USER',
      channel: 'GRAPHQL',
      address: '192.0.2.1',
      type: 'target.created',
      subjects: ['a'],
      count: 1,
      changes: { name: { new: 'old' } },
    });
    expect(created!.at.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(updated).toMatchObject({
      type: 'target.updated',
      subjects: ['a'],
      changes: { name: { old: 'old', new: 'new' }, address: { new: 'x' } },
    });
  });

  it('that changes nothing, or is only tried, leaves no event', async () => {
    const context = await open();
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    const { length } = await eventsOf(context);
    await updateTarget(context, { controllerId: 'a', name: 'a' });
    await deleteTargets(context, { filter: 'id==a', dryRun: true });
    await deleteTargets(context, { filter: 'id==none' });
    await createTargets(context, { targets: [{ controllerId: 'a' }], errorPolicy: 'REJECT_FAILED_ROWS' });
    expect(await eventsOf(context)).toHaveLength(length);
  });

  it('of many is one event, with the names or the filter and the count', async () => {
    const context = await open();
    await createTargets(context, { targets: [{ controllerId: 'a' }, { controllerId: 'b' }] });
    await assignTargetGroup(context, { filter: 'id=in=(a,b,c)', group: 'g' });
    await deleteTargets(context, { controllerIds: ['b'] });
    expect(await eventsOf(context)).toMatchObject([
      { type: 'target.deleted', subjects: ['b'], filter: null, count: 1 },
      {
        type: 'target.group-assigned',
        subjects: null,
        filter: 'id=in=(a,b,c)',
        count: 2,
        changes: { group: { new: 'g' } },
      },
      { type: 'target.created', subjects: ['a', 'b'], count: 2, changes: null },
    ]);
  });

  it('tells what was there before: the address, attributes, and that a token is another', async () => {
    const context = await open();
    await createTargets(context, { targets: [{ controllerId: 'a', address: 'x', securityToken: 'before' }] });
    await updateTarget(context, { controllerId: 'a', address: 'y', securityToken: 'after' });
    await updateTarget(context, { controllerId: 'a', address: 'y', securityToken: 'after' });
    const set = (mode: AttributeMode, ...pairs: [string, string | null][]) =>
      setTargetAttributes(context, {
        controllerIds: ['a'],
        mode,
        attributes: pairs.map(([key, value]) => ({ key, value })),
      });
    await set('merge', ['k', '1'], ['l', '2']);
    await set('merge', ['k', '1']);
    await set('replace', ['k', '3'], ['m', '4']);
    const changes = (await eventsOf(context)).map((event) => event.changes);
    expect(changes.slice(0, -1)).toEqual([
      { attributes: { old: { k: '1', l: '2' }, new: { k: '3', m: '4' } } },
      { attributes: { old: {}, new: { k: '1', l: '2' } } },
      { address: { old: 'x', new: 'y' }, securityToken: {} },
    ]);
  });

  it('by a device that tells the same again leaves no event', async () => {
    const context = await open();
    await createTargets(context, { targets: [{ controllerId: 'a' }] });
    const device = {
      ...context,
      caller: { tenantId: context.caller.tenantId, username: 'a', kind: 'DEVICE' as const },
    };
    for (const value of ['1', '1', '2']) await reportAttributes(device, 'merge', [['k', value]]);
    const reported = await eventsOf(context, { filter: 'type==target.attributes-reported' });
    expect(reported.map(({ changes }) => changes)).toEqual([
      { attributes: { old: { k: '1' }, new: { k: '2' } } },
      { attributes: { old: {}, new: { k: '1' } }, requestAttributes: { old: true, new: false } },
    ]);
  });

  it('tells the fields of a single new thing of any kind', async () => {
    const context = await open();
    await createTargetTags(context, { targetTags: [{ name: 'red', color: '#ff0000' }] });
    await createSoftwareModuleTypes(context, {
      softwareModuleTypes: [{ key: 'rom', name: 'ROM', maxAssignments: 1 }],
    });
    expect((await eventsOf(context)).map(({ changes }) => changes)).toMatchObject([
      { key: { new: 'rom' }, name: { new: 'ROM' } },
      { name: { new: 'red' }, color: { new: '#ff0000' } },
    ]);
  });

  it('never shows a secret', async () => {
    const context = (await newTenant(platform)).contextOf(PERMISSIONS, ['TENANT_ADMIN']);
    const secret = 'neverShownSecret';
    await createTargets(context, { targets: [{ controllerId: 'a', securityToken: secret }] });
    await updateTarget(context, { controllerId: 'a', securityToken: `${secret}2` });
    await rotateTargetToken(context, { controllerId: 'a', securityToken: `${secret}3` });
    await setConfiguration(context, { 'authentication.gatewaytoken.key': secret, pollingTime: '00:10:00' });
    await createUser(context, { username: 'ann', password: secret });
    await updateUser(context, { username: 'ann', password: `${secret}2` });
    const events = await eventsOf(context);
    expect(events.map(({ type }) => type)).toContain('user.updated');
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(events.find(({ type }) => type === 'configuration.updated')).toMatchObject({
      subjects: ['authentication.gatewaytoken.key', 'pollingTime'],
      changes: { pollingTime: { old: '00:05:00', new: '00:10:00' } },
    });
  });
});

describe('the list', () => {
  it('finds by subject, by filter, and page by page', async () => {
    const context = await open();
    for (const controllerId of ['a', 'b', 'c']) await createTargets(context, { targets: [{ controllerId }] });
    await deleteTargets(context, { controllerIds: ['b'] });
    const typesOf = async (request: Parameters<typeof listAuditEvents>[1]) =>
      (await eventsOf(context, request)).map(({ type, subjects }) => `${type} ${subjects}`);
    expect(await typesOf({ subject: 'b' })).toEqual(['target.deleted b', 'target.created b']);
    expect(await typesOf({ filter: 'type==*.created and subject=in=(b,c)' })).toEqual([
      'target.created c',
      'target.created b',
    ]);
    expect(await typesOf({ filter: `at=gt=${Date.now() + 60_000}` })).toEqual([]);
    const listing = await listAuditEvents(context, { first: 2 });
    const first = await listing.page();
    const rest = await eventsOf(context, { first: 2, after: first.cursorOf(first.items[1]!) });
    expect([...first.items, ...rest].map(({ subjects }) => subjects![0])).toEqual(['b', 'c', 'b', 'a']);
    expect(await listing.total()).toBe(4);
  });

  it('shows a tenant its own events only, to whoever may read them', async () => {
    const tenant = await newTenant(platform);
    await createTargets(tenant.contextOf(), { targets: [{ controllerId: 'a' }] });
    expect(await eventsOf(await open())).toEqual([]);
    const without = tenant.contextOf(PERMISSIONS.filter((one) => one !== 'READ_AUDIT'));
    await expect(listAuditEvents(without, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(listAuditEvents(tenant.contextOf(), { subject: 'a\0' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['subject'] },
    });
  });
});

describe('a refusal', () => {
  it('is told with how often it happened', async () => {
    const tenant = await newTenant(platform);
    const nobody = tenant.contextOf([], [], 'nobody');
    for (let n = 0; n < 3; n++)
      await expect(findTarget(nobody, 'a')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await platform.refusals.flush();
    expect(await eventsOf(tenant.contextOf())).toMatchObject([
      { type: 'permission.refused', actor: 'nobody', subjects: ['READ_TARGET'], count: 3 },
    ]);
  });

  it('to sign in is told, too: of accounts, unknown ones, and devices', async () => {
    const tenant = await newTenant(platform);
    const admin = tenant.contextOf(PERMISSIONS, ['TENANT_ADMIN']);
    await createUser(admin, { username: 'ann', password: 'a-quiet-secret' });
    await createTargets(admin, { targets: [{ controllerId: 'a' }] });
    const authenticate = openAuthenticator(platform);
    const origin = { channel: 'MANAGEMENT_API', address: '192.0.2.7' } as const;
    for (const name of ['ann', 'ann', 'nobody'])
      await expect(
        authenticate(`Basic ${btoa(`${tenant.name}\\${name}:wrong`)}`, origin),
      ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await authenticate(`Basic ${btoa(`${tenant.name}\\ann:a-quiet-secret`)}`, origin);
    const devices = openDevices(platform, 10, (error) => expect.fail(String(error)));
    const request = {
      tenantName: tenant.name,
      credentials: { targetToken: 'wrong' },
      address: 'http://192.0.2.8',
    };
    for (const controllerId of ['a', 'unknown'])
      await expect(authenticateDevice(devices, { ...request, controllerId })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    await devices.pollTimes.close();
    await platform.refusals.flush();
    const events = await eventsOf(tenant.contextOf(), { filter: 'type==sign-in.failed' });
    expect(events.map((e) => [e.actor, e.actorKind, e.channel, e.address, e.count]).toSorted()).toEqual([
      ['a', 'DEVICE', 'DEVICE_API', '192.0.2.8', 1],
      ['ann', 'USER', 'MANAGEMENT_API', '192.0.2.7', 2],
      ['nobody', 'USER', 'MANAGEMENT_API', '192.0.2.7', 1],
      ['unknown', 'DEVICE', 'DEVICE_API', '192.0.2.8', 1],
    ]);
  });

  it('is told apart from others a few times only, whatever is tried', async () => {
    const { caller, origin } = await open();
    const refusals = openRefusals(platform, (error) => expect.fail(String(error)));
    for (let n = 0; n < 1000; n++)
      refusals.note({ caller: { ...caller, username: `tried ${n}\0` }, origin }, { type: 'sign-in.failed' });
    await refusals.close();
    const rows = await platform.database
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.tenantId, caller.tenantId))
      .limit(100);
    expect(rows).toHaveLength(11);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  });

  it('by one door does not hide those by another', async () => {
    const { caller } = await open();
    const refusals = openRefusals(platform, (error) => expect.fail(String(error)));
    const address = '192.0.2.9';
    for (let n = 0; n < 100; n++) {
      const device = { ...caller, username: `device ${n}` };
      refusals.note(
        { caller: device, origin: { channel: 'DEVICE_API', address } },
        { type: 'sign-in.failed' },
      );
    }
    refusals.note({ caller, origin: { channel: 'GRAPHQL', address } }, { type: 'sign-in.failed' });
    await refusals.close();
    const rows = await platform.database
      .select({ channel: auditEvents.channel, actor: auditEvents.actor })
      .from(auditEvents)
      .where(eq(auditEvents.tenantId, caller.tenantId))
      .limit(100);
    expect(rows.filter(({ channel }) => channel === 'GRAPHQL')).toEqual([
      { channel: 'GRAPHQL', actor: 'tester' },
    ]);
    expect(rows).toHaveLength(12);
  });
});

it('forgets what is older than the tenant wants to keep', async () => {
  const [short, long] = [await open(), await open()];
  await setConfiguration(short, { 'audit.retention.days': 2 });
  const day = 86_400_000;
  for (const context of [short, long])
    for (const age of [1, 3])
      await createTargets(
        { ...context, clock: () => new Date(Date.now() - age * day) },
        { targets: [{ controllerId: `age-${age}` }] },
      );
  expect(await forgetOldAuditEvents(platform.database, new Date())).toBeGreaterThanOrEqual(1);
  const subjectsOf = async (context: Context) =>
    (await eventsOf(context, { filter: 'type==target.created' })).map(({ subjects }) => subjects![0]);
  expect(await subjectsOf(short)).toEqual(['age-1']);
  expect(await subjectsOf(long)).toEqual(['age-3', 'age-1']);
  await createWebhook(long, { name: 'w', url: 'https://example.org', eventTypes: ['target.*'] });
  await createTargets(long, { targets: [{ controllerId: 'unsent' }] });
  const { tenantId } = long.caller;
  const old = { at: new Date(0) };
  await platform.database.update(auditEvents).set(old).where(eq(auditEvents.tenantId, tenantId));
  await forgetOldAuditEvents(platform.database, new Date());
  expect(await subjectsOf(long), 'what is still to be sent stays').toEqual(['unsent']);
  await expect(setConfiguration(short, { 'audit.retention.days': 0 })).rejects.toMatchObject({
    code: 'CONFIGURATION_VALUE_INVALID',
  });
});
