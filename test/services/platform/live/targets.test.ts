import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../../src/database/connect.ts';
import { targets } from '../../../../src/database/tables/targets.ts';
import { assignTargetTags } from '../../../../src/services/fleet/target-tags/assign.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { setTargetAttributes } from '../../../../src/services/fleet/targets/set-attributes.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { TargetEvent } from '../../../../src/services/platform/live/events.ts';
import { watchTargets } from '../../../../src/services/platform/live/watch-targets.ts';
import { setConfiguration } from '../../../../src/services/platform/tenants/set-configuration.ts';
import { newTenant, type TestTenant } from '../../../support/platform.ts';
import { openTwoProcesses, type Watch, watch, watching } from './support.ts';

const { here, there, liveHere, liveThere } = await openTwoProcesses();

describe.each([
  ['the process that changes', here, liveHere],
  ['another process', there, liveThere],
])('watchers of %s', (_, platform, live) => {
  let tenant: TestTenant;
  beforeEach(async () => {
    tenant = await newTenant(here);
  });
  const watcher = (filter?: string) =>
    watch(watching(tenant.contextOf(), live, platform), tenant.contextOf(), filter);
  const make = (...ids: string[]) =>
    createTargets(tenant.contextOf(), { targets: ids.map((controllerId) => ({ controllerId })) });
  const describeAs = (controllerId: string, description: string) =>
    updateTarget(tenant.contextOf(), { controllerId, description });

  it('are told of all that happens, without a filter', async () => {
    const watch = await watcher();
    await make('a', 'b');
    expect(await watch.news()).toEqual(['created a', 'created b']);
    await describeAs('a', 'x');
    expect(await watch.news()).toEqual(['updated a']);
    await deleteTargets(tenant.contextOf(), { controllerIds: ['b'] });
    expect(await watch.news()).toEqual(['deleted b']);
    await deleteTargets(tenant.contextOf(), { filter: 'id==a' });
    expect(await watch.news()).toEqual(['deleted a']);
  });

  it('are told what enters, stays in and leaves their filter', async () => {
    await make('in', 'out');
    await describeAs('in', 'wanted');
    const watch = await watcher('description==wanted');
    await describeAs('out', 'other');
    expect(await watch.news()).toEqual([]);
    await updateTarget(tenant.contextOf(), { controllerId: 'in', name: 'new' });
    expect(await watch.news()).toEqual(['updated in']);
    await describeAs('out', 'wanted');
    expect(await watch.news()).toEqual(['entered out']);
    // It matched before there was any watcher.
    await describeAs('in', 'other');
    expect(await watch.news()).toEqual(['left in']);
    await describeAs('in', 'still other');
    expect(await watch.news()).toEqual([]);
    await deleteTargets(tenant.contextOf(), { controllerIds: ['in', 'out'] });
    expect(await watch.news()).toEqual(['deleted out']);
  });

  it('are told once of what was created within a filter, and nothing of the rest', async () => {
    const watch = await watcher('id==a*');
    await make('a1', 'b1');
    expect(await watch.news()).toEqual(['created a1']);
  });

  it('hear of attributes and tags', async () => {
    const context = tenant.contextOf();
    await make('a', 'b');
    await createTargetTags(context, { targetTags: [{ name: 'red' }] });
    const byAttribute = await watcher('attribute.region==eu');
    const byTag = await watcher('tag==RED');
    await setTargetAttributes(context, {
      controllerIds: ['a'],
      attributes: [{ key: 'region', value: 'eu' }],
    });
    await assignTargetTags(context, { tagNames: ['red'], controllerIds: ['b'] });
    expect(await byAttribute.news()).toEqual(['entered a']);
    expect(await byTag.news()).toEqual(['entered b']);
    await setTargetAttributes(context, {
      controllerIds: ['a'],
      attributes: [{ key: 'region', value: 'us' }],
    });
    expect(await byAttribute.news()).toEqual(['left a']);
    expect(await byTag.news()).toEqual([]);
  });

  it('are not told of another tenant', async () => {
    const stranger = (await newTenant(here)).contextOf();
    await make('same');
    const watch = await watcher();
    await createTargets(stranger, { targets: [{ controllerId: 'same' }, { controllerId: 'theirs' }] });
    await updateTarget(stranger, { controllerId: 'same', name: 'x' });
    await deleteTargets(stranger, { controllerIds: ['same'] });
    expect(await watch.news()).toEqual([]);
  });

  it('are to read again when more changed than is named, and know afterwards what leaves', async () => {
    await make('a');
    const watch = await watcher('description==wanted');
    here.announcements.announce({ tenantId: tenant.tenantId });
    // As a bulk change would: by no verb that names it.
    await here.database
      .update(targets)
      .set({ description: 'wanted' })
      .where(eq(targets.tenantId, tenant.tenantId));
    here.announcements.announce({ tenantId: tenant.tenantId });
    await expect.poll(() => watch.news(), { timeout: 5_000 }).toContain('resync');
    // The first announcement may have been answered apart from the second.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await watch.news();
    await describeAs('a', 'other');
    expect(await watch.news()).toEqual(['left a']);
  });

  it('are not bothered by accounts and settings', async () => {
    const watch = await watcher();
    await setConfiguration(tenant.contextOf(), { 'authentication.gatewaytoken.enabled': true });
    expect(await watch.news()).toEqual([]);
  });

  it('get the target where they ask for it', async () => {
    const context = watching(tenant.contextOf(), live, platform);
    const feed = watchTargets(context, {});
    const next = async () => (await feed.next()).value as TargetEvent;
    await next();
    await make('a');
    const created = await next();
    expect(await created.target(context)).toMatchObject({ controllerId: 'a', name: 'a' });
    const blind = watching(tenant.contextOf(['CREATE_TARGET']), live, platform);
    expect(await created.target(blind)).toBeNull();
    const tokenless = watching(tenant.contextOf(['READ_TARGET']), live, platform);
    expect(await created.target(tokenless)).toMatchObject({ securityToken: null });
    await deleteTargets(tenant.contextOf(), { controllerIds: ['a'] });
    expect(await (await next()).target(context)).toBeNull();
    await feed.return!();
  });

  it('end when the permission goes', async () => {
    const context = watching(tenant.contextOf(['READ_TARGET']), live, platform);
    const feed = watchTargets(context, {});
    await feed.next();
    live.recheck(tenant.tenantId);
    const next = feed.next();
    context.caller = tenant.contextOf([]).caller;
    live.recheck(tenant.tenantId);
    await expect(next).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(() => watchTargets(context, {})).toThrow(/READ_TARGET/);
  });

  it('end clearly when they read too slowly', async () => {
    const feed = watchTargets(watching(tenant.contextOf(), live, platform), {});
    await feed.next();
    const ids = Array.from({ length: 1_001 }, (_, n) => `d-${n}`);
    await make(...ids.slice(0, 600));
    await make(...ids.slice(600));
    // Another watcher, who reads, sees when all has been told.
    const other = await watcher();
    await other.news();
    await expect(feed.next()).rejects.toMatchObject({ code: 'SUBSCRIBER_TOO_SLOW' });
    expect(await feed.next()).toEqual({ done: true, value: undefined });
  });
});

it('tests all filters by one statement', async () => {
  const tenant = await newTenant(here);
  const context = watching(tenant.contextOf(), liveHere, here);
  const watches: Watch[] = [];
  for (let n = 0; n < 20; n++) watches.push(await watch(context, tenant.contextOf(), `id==d-${n}`));
  let statements = 0;
  const { $client: client } = here.database as unknown as { $client: Client };
  const { unsafe } = client;
  client.unsafe = (query, ...values) => {
    if (query.includes('bool_or') || query.includes('array_to_string')) statements++;
    return unsafe(query, ...values);
  };
  await createTargets(tenant.contextOf(), {
    targets: watches.map((_, n) => ({ controllerId: `d-${n}` })),
  });
  const first = await watches[0]!.news();
  client.unsafe = unsafe;
  expect(first).toEqual(['created d-0']);
  // One for the targets, one for the mark that the test waits for, unless both came together.
  expect(statements).toBeLessThanOrEqual(2);
  expect(statements).toBeGreaterThan(0);
});
