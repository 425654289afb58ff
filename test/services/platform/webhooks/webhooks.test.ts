import { createHmac } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { assignTargetGroup } from '../../../../src/services/fleet/target-groups/assign.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { deleteTargets } from '../../../../src/services/fleet/targets/delete.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import { listAuditEvents } from '../../../../src/services/platform/audit/list.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { listWebhooks } from '../../../../src/services/platform/webhooks/list.ts';
import { listWebhookDeliveries } from '../../../../src/services/platform/webhooks/list-deliveries.ts';
import { redeliver } from '../../../../src/services/platform/webhooks/redeliver.ts';
import { testWebhook } from '../../../../src/services/platform/webhooks/test.ts';
import { updateWebhook } from '../../../../src/services/platform/webhooks/update.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createMigratedDatabase } from '../../../support/database.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { process, receiver } from './support.ts';

// Servers of other tests look for what waits, too, and must not get at it.
const { connection, drop } = await createMigratedDatabase();
const { platform, close } = await openTestPlatform(connection);
const elsewhere = await openTestPlatform(connection);
afterAll(async () => {
  await close();
  await elsewhere.close();
  await drop();
});

const open = async () => (await newTenant(platform)).contextOf();
const create = async (context: Context, ...controllerIds: string[]) =>
  createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
const deliveriesOf = async (context: Context, webhookId: number) =>
  (await (await listWebhookDeliveries(context, webhookId, {})).page()).items;
const webhookOf = async (context: Context) => (await (await listWebhooks(context, {})).page()).items[0]!;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

it('sends what happens as signed CloudEvents, by the types that are wanted', async () => {
  const context = await open();
  const { url, received, told } = await receiver();
  const { webhook, secret } = await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
  const here = process(platform);
  await create(context, 'a');
  await updateTarget(context, { controllerId: 'a', name: 'new' });
  await updateWebhook(context, { id: webhook.id, name: 'other' });
  await here.look();
  expect(told()).toEqual(['target.created a', 'target.updated a']);
  const { headers, body, event } = received[1]!;
  expect(headers['content-type']).toContain('application/cloudevents+json');
  expect(event).toMatchObject({
    specversion: '1.0',
    id: headers['webhook-id'],
    source: `/tenants/${context.caller.tenantName}`,
    data: { actor: 'tester', count: 1, changes: { name: { old: 'a', new: 'new' } } },
  });
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  expect(headers['webhook-signature']).toBe(
    `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
  expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']))).toBeLessThan(60);
  await here.close();
});

it('queues nothing of what is undone, only tried, or of another tenant', async () => {
  const context = await open();
  const { url, received } = await receiver();
  await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
  await createTargets(context, { targets: [{ controllerId: 'a' }], dryRun: true });
  await create(await open(), 'b');
  const here = process(platform);
  await here.look();
  expect(received).toEqual([]);
  await here.close();
});

describe('a test', () => {
  it('goes to one webhook, whatever it wants, at once, and once', async () => {
    const context = await open();
    let refuses = true;
    const { url, told } = await receiver(() => (refuses ? 503 : 204));
    const other = await receiver();
    const { webhook } = await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
    await createWebhook(context, { name: 'other', url: other.url });
    const here = process(platform);
    const first = await testWebhook(context, { id: webhook.id });
    expect(first).toMatchObject({ type: 'webhook.tested', subjects: ['w'], state: 'pending', attempts: 0 });
    await here.look();
    expect(await deliveriesOf(context, webhook.id)).toMatchObject([{ state: 'pending', lastStatus: 503 }]);
    refuses = false;
    await here.look();
    expect(told()).toEqual(['webhook.tested w']);
    expect((await testWebhook(context, { id: webhook.id })).id).toBe(first.id);
    await here.look();
    expect(await deliveriesOf(context, webhook.id)).toMatchObject([{ state: 'delivered', lastStatus: 204 }]);
    expect(told()).toEqual(['webhook.tested w', 'webhook.tested w']);
    expect((await testWebhook(context, { id: webhook.id })).id).not.toBe(first.id);
    expect(other.told()).toEqual(['webhook.created other']);
    const { total } = await listAuditEvents(context, { filter: 'type==webhook.tested' });
    expect(await total()).toBe(2);
    await here.close();
  });

  it('is refused for one that is switched off', async () => {
    const context = await open();
    const { webhook } = await createWebhook(context, {
      name: 'w',
      url: 'http://127.0.0.1:9/',
      active: false,
    });
    await expect(testWebhook(context, { id: webhook.id })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: ['id'] },
    });
  });
});

describe('order', () => {
  it('of one target holds, however often the receiver refuses, and others go on', async () => {
    const context = await open();
    let refuses = true;
    const { url, told } = await receiver(({ event }) => (refuses && event.subject === 'a' ? 400 : 200));
    const { webhook } = await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
    const here = process(platform);
    await create(context, 'a');
    await create(context, 'b');
    await updateTarget(context, { controllerId: 'a', name: '1' });
    await updateTarget(context, { controllerId: 'b', name: '1' });
    await here.look();
    expect(told()).toEqual(['target.created a', 'target.created b', 'target.updated b']);
    refuses = false;
    await here.look();
    expect(told(), 'not before its time').toHaveLength(3);
    await here.later(MINUTE);
    expect(told().slice(3)).toEqual(['target.created a', 'target.updated a']);
    expect((await deliveriesOf(context, webhook.id)).map(({ state }) => state)).toEqual(
      Array(4).fill('delivered'),
    );
    await here.close();
  });

  it('minds what a filter chose: it waits for all before it, and all after it for it', async () => {
    const context = await open();
    const { url, told } = await receiver();
    await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
    await create(context, 'a');
    await create(context, 'b');
    await assignTargetGroup(context, { filter: 'id==*', group: 'g' });
    await deleteTargets(context, { controllerIds: ['b'] });
    const here = process(platform);
    await here.look();
    expect(told().slice(0, 2).toSorted()).toEqual(['target.created a', 'target.created b']);
    expect(told().slice(2)).toEqual(['target.group-assigned undefined', 'target.deleted b']);
    await here.close();
  });

  it('holds with several processes, which send nothing twice', async () => {
    const context = await open();
    const { url, told } = await receiver(() => new Promise((resolve) => setTimeout(resolve, 5, 200)));
    await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
    await create(context, 'a');
    for (let n = 0; n < 20; n++) await updateTarget(context, { controllerId: 'a', name: `${n}` });
    const [one, other] = [process(platform), process(elsewhere.platform)];
    await Promise.all([one.look(), other.look()]);
    await Promise.all([one.close(), other.close()]);
    expect(told()).toEqual(['target.created a', ...Array(20).fill('target.updated a')]);
  });
});

describe('a receiver that is down', () => {
  it('is tried again, later and later, and suspended after a day until somebody resumes it', async () => {
    const context = await open();
    let status = 503;
    const { url, received, told } = await receiver(() => status);
    const { webhook } = await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
    await create(context, 'a');
    const here = process(platform);
    await here.look();
    expect(received).toHaveLength(1);
    expect(await webhookOf(context)).toMatchObject({
      lastError: 'was answered 503',
      failingSince: expect.any(Date),
      suspendedAt: null,
    });
    await here.look();
    expect(received, 'not at once').toHaveLength(1);
    // The waits differ by chance: the last before a day is over may be six hours long.
    for (let hour = 0; hour < 32; hour++) await here.later(HOUR);
    const { length } = received;
    expect(length).toBeGreaterThan(5);
    expect(length).toBeLessThan(20);
    expect((await webhookOf(context)).suspendedAt).toEqual(expect.any(Date));
    await here.later(10 * HOUR);
    expect(received).toHaveLength(length);

    status = 200;
    await updateWebhook(context, { id: webhook.id, active: true });
    await here.look();
    expect(told().at(-1)).toBe('target.created a');
    expect(await webhookOf(context)).toMatchObject({
      suspendedAt: null,
      failingSince: null,
      lastError: null,
    });
    expect(await deliveriesOf(context, webhook.id)).toMatchObject([{ state: 'delivered', lastStatus: 200 }]);
    await here.close();
  });

  it('is never followed elsewhere', async () => {
    const context = await open();
    const { url, received } = await receiver(() => 307);
    const { webhook } = await createWebhook(context, { name: 'w', url });
    await create(context, 'a');
    const here = process(platform);
    await here.look();
    expect(received.length).toBeGreaterThan(0);
    expect(await deliveriesOf(context, webhook.id)).toMatchObject([
      { state: 'pending', lastStatus: 307, lastError: 'was answered 307, and redirects are not followed' },
      { state: 'pending' },
    ]);
    await here.close();
  });
});

it('gives an event up that is refused again and again, and sends it once more when asked', async () => {
  const context = await open();
  let refuses = true;
  const { url, told } = await receiver(({ event }) => (refuses && event.subject === 'a' ? 422 : 200));
  const { webhook } = await createWebhook(context, { name: 'w', url, eventTypes: ['target.created'] });
  await create(context, 'a');
  const here = process(platform);
  for (let n = 0; n < 12; n++) {
    await create(context, `taken-${n}`);
    await here.later(7 * HOUR);
  }
  const ofA = async () =>
    (await deliveriesOf(context, webhook.id)).filter(({ subjects }) => subjects?.[0] === 'a');
  const toldOfA = () => told().filter((one) => one.endsWith(' a'));
  expect(await ofA()).toMatchObject([
    { state: 'failed', attempts: 10, lastStatus: 422, lastError: 'was answered 422' },
  ]);
  expect(toldOfA()).toHaveLength(10);
  refuses = false;
  expect(await redeliver(context, { webhookId: webhook.id, filter: 'state==failed' })).toHaveLength(1);
  await here.look();
  const [delivered] = await ofA();
  expect(delivered).toMatchObject({ state: 'delivered' });
  expect(await redeliver(context, { webhookId: webhook.id, deliveryIds: [delivered!.id] })).toEqual([
    delivered!.id,
  ]);
  await here.look();
  expect(toldOfA()).toHaveLength(12);
  await expect(redeliver(context, { webhookId: webhook.id, deliveryIds: [2 ** 50] })).rejects.toMatchObject({
    code: 'WEBHOOK_DELIVERY_NOT_FOUND',
    details: { path: ['deliveryIds', '0'] },
  });
  await here.close();
});

it('sends nothing while it is switched off, and to the new URL with the new secret after a change', async () => {
  const context = await open();
  const [first, second] = [await receiver(), await receiver()];
  const made = await createWebhook(context, { name: 'w', url: first.url, eventTypes: ['target.created'] });
  const { id } = made.webhook;
  await create(context, 'a');
  await updateWebhook(context, { id, active: false });
  await create(context, 'b');
  const here = process(platform);
  await here.look();
  const { secret } = await updateWebhook(context, { id, active: true, url: second.url, rotateSecret: true });
  await here.look();
  expect(first.received).toEqual([]);
  expect(second.told()).toEqual(['target.created a']);
  expect(secret).not.toBe(made.secret);
  await here.close();
});
