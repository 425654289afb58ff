import { afterAll, beforeEach, expect, it } from 'vitest';
import { openDevices } from '../../../src/services/devices/polling/poll.ts';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { updateTarget } from '../../../src/services/fleet/targets/update.ts';
import type { Announcement } from '../../../src/services/platform/announcement.ts';
import { newTenant, openTestPlatform } from '../../support/platform.ts';

const here = await openTestPlatform();
const there = await openTestPlatform();
afterAll(async () => {
  await here.close();
  await there.close();
});

const tenantId = 2_000_000_000 + Math.floor(Math.random() * 1_000_000);
let heard: Announcement[] = [];
const hear = (announcement: Announcement) => {
  if (announcement.tenantId === tenantId) heard.push(announcement);
};
there.platform.announcements.subscribe({ changed: hear, created: hear, everything() {} });
beforeEach(() => {
  heard = [];
});
const announce = (...announcements: Omit<Announcement, 'tenantId'>[]) => {
  for (const one of announcements) here.platform.announcements.announce({ tenantId, ...one });
};
const idsOf = (kind: string) =>
  heard.filter((one) => one.kind === kind).flatMap(({ controllerIds }) => controllerIds);

it('tells another process what was updated, created and deleted, and of settings', async () => {
  announce(
    { controllerIds: ['a'] },
    { kind: 'created', controllerIds: ['b', 'c'] },
    { kind: 'deleted', controllerIds: ['d', 'e'], targetIds: [4, 5] },
    { kind: 'settings' },
    { controllerIds: [] },
  );
  await expect.poll(() => heard).toHaveLength(4);
  expect(heard).toEqual(
    expect.arrayContaining([
      { tenantId, kind: 'updated', controllerIds: ['a'] },
      { tenantId, kind: 'created', controllerIds: ['b', 'c'] },
      { tenantId, kind: 'deleted', controllerIds: ['d', 'e'], targetIds: [4, 5] },
      { tenantId, kind: 'settings' },
    ]),
  );
});

it('names a thousand, however long their names are', async () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `${n}-${'\u0001'.repeat(250)}`);
  announce({ controllerIds: ids });
  await expect.poll(() => idsOf('updated')).toEqual(ids);
  announce({ kind: 'deleted', controllerIds: ids, targetIds: ids.map((_, n) => n) });
  await expect.poll(() => idsOf('deleted')).toEqual(ids);
});

it('names no more of what was changed, nor of what was created in a second', async () => {
  const ids = Array.from({ length: 1_001 }, (_, n) => `d-${n}`);
  announce({ controllerIds: ids });
  await expect.poll(() => heard).toEqual([{ tenantId }]);
  heard = [];
  announce({ kind: 'created', controllerIds: ids });
  await expect.poll(() => heard).toEqual([{ tenantId, kind: 'created' }]);
  heard = [];
  for (let n = 0; n < 5; n++) announce({ kind: 'created', controllerIds: ids.slice(n, n + 900) });
  await expect.poll(() => heard).toEqual([{ tenantId, kind: 'created' }]);
});

it('tells another process what limits have counted, in sums, and refuses too much', async () => {
  const counted = new Map<string, number>();
  there.platform.announcements.onCounted('of a test', (name, much) =>
    counted.set(name, (counted.get(name) ?? 0) + much),
  );
  const count = (name: string, much: number) =>
    here.platform.announcements.announceCounted({ limit: 'of a test', name, much });
  const names = Array.from({ length: 500 }, (_, n) => `${n}-${'\u0001'.repeat(190)}`);
  for (const name of names) count(name, 2);
  count('undone', 1);
  count('undone', -1);
  count(names[0]!, -1);
  await expect.poll(() => counted.size).toBe(names.length);
  expect(counted.get(names[0]!)).toBe(1);
  expect(counted.get(names.at(-1)!)).toBe(2);
  const answers = Array.from({ length: 5_000 }, () => count('much', 1));
  const told = answers.filter(Boolean).length;
  expect(told).toBeLessThan(5_000);
  await expect.poll(() => counted.get('much')).toBe(told);
});

it('forgets a device for its change only, not for what is created beside it', async () => {
  const tenant = await newTenant(here.platform);
  const context = tenant.contextOf();
  await createTargets(context, { targets: [{ controllerId: 'a' }] });
  const { devices, tenants } = openDevices(here.platform, 100, console.error);
  const known = await tenants.byId(tenant.tenantId);
  const device = await devices.read(known, 'a');
  await createTargets(context, {
    targets: Array.from({ length: 1_500 }, (_, n) => ({ controllerId: `b-${n}` })),
  });
  expect(devices.peek(known, 'a')).toBe(device);
  expect(tenants.peek(tenant.name)).toBe(known);
  await updateTarget(context, { controllerId: 'a', name: 'new' });
  expect(devices.peek(known, 'a')).toBeUndefined();
});
