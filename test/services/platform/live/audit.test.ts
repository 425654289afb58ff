import { describe, expect, it } from 'vitest';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { eventOf } from '../../../../src/services/platform/audit/record.ts';
import { writeEvents } from '../../../../src/services/platform/audit/write.ts';
import type { AuditEventAdded } from '../../../../src/services/platform/live/audit-watchers.ts';
import type { Feed } from '../../../../src/services/platform/live/feed.ts';
import { watchAuditEvents } from '../../../../src/services/platform/live/watch-audit-events.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { newTenant } from '../../../support/platform.ts';
import { openTwoProcesses, watching } from './support.ts';

const { here, there, liveHere, liveThere } = await openTwoProcesses();

describe.each([
  ['the process that changes', here, liveHere],
  ['another process', there, liveThere],
])('watchAuditEvents in %s', (_, platform, live) => {
  const watch = async (context: Context, filter?: string) => {
    const feed = watchAuditEvents(watching(context, live, platform), { filter });
    expect((await feed.next()).value.type).toBe('resync');
    return feed;
  };
  const next = async (feed: Feed<AuditEventAdded>, context: Context) => {
    const { value } = await feed.next();
    const event = await value.auditEvent({ ...context, ...platform });
    return [value.type, event?.type, event?.subjects];
  };

  it('tells of each event that matches, once it is committed', async () => {
    const context = (await newTenant(here)).contextOf();
    const all = await watch(context);
    const some = await watch(context, 'type==target.deleted');
    const ofB = await watch(context, 'target==b');
    await createTargets(context, { targets: [{ controllerId: 'a' }, { controllerId: 'b' }] });
    await createTargetTags(context, { targetTags: [{ name: 't' }], dryRun: true });
    await deleteTargets(context, { controllerIds: ['a'] });
    expect(await next(all, context)).toEqual(['added', 'target.created', ['a', 'b']]);
    expect(await next(all, context)).toEqual(['added', 'target.deleted', ['a']]);
    expect(await next(some, context)).toEqual(['added', 'target.deleted', ['a']]);
    expect(await next(ofB, context)).toEqual(['added', 'target.created', ['a', 'b']]);
    for (const feed of [all, some, ofB]) await feed.return!();
  });

  it('tells of refusals, when they are written', async () => {
    const tenant = await newTenant(here);
    const feed = await watch(tenant.contextOf(), 'type==permission.refused');
    const stranger = tenant.contextOf([], [], 'stranger');
    here.refusals.note(stranger, { type: 'permission.refused', subject: 'CREATE_TARGET' });
    await here.refusals.flush();
    expect(await next(feed, tenant.contextOf())).toEqual(['added', 'permission.refused', ['CREATE_TARGET']]);
    await feed.return!();
  });

  it('says to read again where more happened than is named, and where the listener was lost', async () => {
    const tenant = await newTenant(here);
    const feed = await watch(tenant.contextOf());
    const auditEventIds = Array.from({ length: 1_001 }, (_, n) => n + 1);
    here.announcements.announceAuditEvents({ tenantId: tenant.tenantId, auditEventIds });
    expect((await feed.next()).value.type).toBe('resync');
    await feed.return!();
  });

  it('ends for who loses the permission, and for who reads too slowly', async () => {
    const tenant = await newTenant(here);
    const context = tenant.contextOf();
    const lost = watching(tenant.contextOf(), live, platform);
    const feed = watchAuditEvents(lost, {});
    await feed.next();
    lost.caller = tenant.contextOf(['READ_TARGET']).caller;
    live.recheck(tenant.tenantId);
    await expect(feed.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });

    const slow = await watch(context);
    const quick = await watch(context, 'type==target.deleted');
    const rows = Array.from({ length: 1_002 }, () =>
      eventOf(context, { type: 'target.updated', subjects: ['a'] }),
    );
    const ids = await here.database.transaction((tx) => writeEvents(tx, tenant.tenantId, rows));
    for (const auditEventIds of [ids.slice(0, 501), ids.slice(501)])
      here.announcements.announceAuditEvents({ tenantId: tenant.tenantId, auditEventIds });
    await createTargets(context, { targets: [{ controllerId: 'd-1' }] });
    await deleteTargets(context, { controllerIds: ['d-1'] });
    for (let told = await quick.next(); told.value.type === 'resync'; told = await quick.next());
    await expect(
      (async () => {
        for (let n = 0; n < 2_000; n++) await slow.next();
      })(),
    ).rejects.toMatchObject({ code: 'SUBSCRIBER_TOO_SLOW' });
    await quick.return!();
  });
});

it('refuses a filter that is wrong, and who may not read the audit trail', async () => {
  const tenant = await newTenant(here);
  const watch = (context: Context, filter?: string) =>
    watchAuditEvents(watching(context, liveHere, here), { filter });
  expect(() => watch(tenant.contextOf(), 'typ==x')).toThrow(/typ/);
  expect(() => watch(tenant.contextOf(), 'at==x')).toThrow(/a time is/);
  expect(() => watch(tenant.contextOf(['READ_TARGET']))).toThrow(/READ_AUDIT/);
});
