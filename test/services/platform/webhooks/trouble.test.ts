import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { and, eq } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { auditEvents } from '../../../../src/database/tables/audit.ts';
import { webhookDeliveries, webhooks } from '../../../../src/database/tables/webhooks.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { openSender } from '../../../../src/services/platform/outgoing/send.ts';
import { newSigningSecret } from '../../../../src/services/platform/outgoing/sign.ts';
import { createWebhook } from '../../../../src/services/platform/webhooks/create.ts';
import { deleteWebhook } from '../../../../src/services/platform/webhooks/delete.ts';
import { forgetOldDeliveries } from '../../../../src/services/platform/webhooks/forget-old.ts';
import { listWebhooks } from '../../../../src/services/platform/webhooks/list.ts';
import { type Candidate, chooseWave } from '../../../../src/services/platform/webhooks/order.ts';
import { readPendingDeliveries } from '../../../../src/services/platform/webhooks/pending-deliveries.ts';
import { redeliver } from '../../../../src/services/platform/webhooks/redeliver.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { createMigratedDatabase } from '../../../support/database.ts';
import { newTenant, openTestPlatform } from '../../../support/platform.ts';
import { waitingForLocks } from '../../../support/waiting.ts';
import { process, receiver } from './support.ts';

const MESSAGE = { id: '1', contentType: 'application/json', body: '{}' };

// Servers of other tests look for what waits, too, and must not get at it.
const { connection, drop } = await createMigratedDatabase();
const { platform, close } = await openTestPlatform(connection);
afterAll(async () => {
  await close();
  await drop();
});

const open = async () => (await newTenant(platform)).contextOf();
const create = (context: Context, ...controllerIds: string[]) =>
  createTargets(context, { targets: controllerIds.map((controllerId) => ({ controllerId })) });
const webhookOf = async (context: Context) => (await (await listWebhooks(context, {})).page()).items[0]!;
const statesOf = async (context: Context) =>
  (
    await platform.database
      .select({ state: webhookDeliveries.state })
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.tenantId, context.caller.tenantId))
      .orderBy(webhookDeliveries.id)
      .limit(1_000)
  ).map(({ state }) => state);
const HOUR = 3_600_000;

describe('an answer', () => {
  /** What a sender with little patience gets from a receiver, and how many connections stay open after. */
  async function sendTo(listener: RequestListener) {
    const sockets = new Set<Socket>();
    const server = createServer(listener).on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const sender = openSender({ allowPrivate: true, clock: () => new Date(), patienceMs: 300 });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const outcome = await sender.send({ url, secret: newSigningSecret() }, MESSAGE);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const left = sockets.size;
    sender.close();
    server.closeAllConnections();
    server.close();
    return { outcome, left };
  }

  it('without an end is cut off before the next attempt begins, and counts', async () => {
    const endless = await sendTo((request, response) => {
      request.resume();
      response.writeHead(200);
      const pour = () => {
        while (response.write(Buffer.alloc(16_384)));
      };
      response.on('drain', pour).on('error', () => {});
      pour();
    });
    expect(endless).toEqual({ outcome: { status: 200, error: null }, left: 0 });
  });

  it('that comes byte by byte is cut off, too', async () => {
    const slow = await sendTo((request, response) => {
      request.resume();
      response.writeHead(503);
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(slow).toEqual({ outcome: { status: 503, error: 'was answered 503' }, left: 0 });
  });

  it('tells nothing of inner names, not even whether there is one', async () => {
    const answerOf = async (error: Error | null, address: string) => {
      const sender = openSender({
        allowPrivate: false,
        clock: () => new Date(),
        connection: { lookup: (_name, _options, answer) => answer(error, [{ address, family: 4 }]) },
      });
      const outcome = await sender.send(
        { url: 'https://inner.example/', secret: newSigningSecret() },
        MESSAGE,
      );
      sender.close();
      return outcome;
    };
    const unknown = await answerOf(new Error('getaddrinfo ENOTFOUND inner.example'), '');
    expect(unknown.error).toBe('the name or address of the URL does not lead to a public address');
    expect(await answerOf(null, '10.1.2.3')).toEqual(unknown);
  });
});

describe('order', () => {
  const waits = (
    id: number,
    type: string,
    subjects: string[] | null,
    retryAt: Date | null = null,
  ): Candidate => ({ id, deliveryId: id, type, subjects, retryAt, attempts: 0 }) as Candidate;
  const now = new Date();
  const idsOf = (...waiting: Candidate[]) => chooseWave(waiting, now).map(({ id }) => id);

  it('of one kind of thing is not held up by what concerns another kind', () => {
    const later = new Date(now.getTime() + HOUR);
    expect(
      idsOf(
        waits(1, 'target.created', ['a'], later),
        waits(2, 'sign-in.failed', null),
        waits(3, 'target.updated', ['a']),
        waits(4, 'target.updated', ['b']),
        waits(5, 'sign-in.failed', null),
      ),
    ).toEqual([2, 4]);
    expect(
      idsOf(
        waits(1, 'target.updated', ['b']),
        waits(2, 'target.deleted', null),
        waits(3, 'target.created', ['c']),
      ),
    ).toEqual([1]);
  });
});

it('tells of a receiver that refuses all, and suspends it after a day', async () => {
  const context = await open();
  const { url, received } = await receiver(() => 404);
  await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
  await create(context, 'a');
  const here = process(platform);
  await here.look();
  expect(await webhookOf(context)).toMatchObject({
    failingSince: expect.any(Date),
    lastError: 'was answered 404',
  });
  await create(context, 'b');
  await here.look();
  expect(received, 'it may take another').toHaveLength(2);
  await here.later(25 * HOUR);
  expect((await webhookOf(context)).suspendedAt).toEqual(expect.any(Date));
  await here.close();
});

it('does not let a slow receiver hold up that of another tenant', async () => {
  const [slow, quick] = [await open(), await open()];
  let answer = () => {};
  const hanging = await receiver(() => new Promise((resolve) => (answer = () => resolve(200))));
  const other = await receiver();
  await createWebhook(slow, { name: 'w', url: hanging.url, eventTypes: ['target.*'] });
  await createWebhook(quick, { name: 'w', url: other.url, eventTypes: ['target.*'] });
  const here = process(platform);
  await create(slow, 'a');
  await expect.poll(() => hanging.received.length, { timeout: 8_000 }).toBe(1);
  await create(quick, 'b');
  await expect.poll(() => other.told(), { timeout: 8_000 }).toEqual(['target.created b']);
  expect(await statesOf(slow)).toEqual(['pending']);
  answer();
  await here.close();
  expect(await statesOf(slow)).toEqual(['delivered']);
});

it("does not let many slow receivers hold up another tenant's", async () => {
  const [slow, quick] = [await open(), await open()];
  let answer = () => {};
  const answered = new Promise<number>((resolve) => {
    answer = () => resolve(200);
  });
  const hanging = await receiver(() => answered);
  const other = await receiver();
  for (let n = 0; n < 20; n++)
    await createWebhook(slow, { name: `w${n}`, url: hanging.url, eventTypes: ['target.*'] });
  await createWebhook(quick, { name: 'w', url: other.url, eventTypes: ['target.*'] });
  const here = process(platform);
  await create(slow, 'a');
  await expect.poll(() => hanging.received.length, { timeout: 8_000 }).toBeGreaterThan(0);
  await create(quick, 'b');
  await expect.poll(() => other.told(), { timeout: 5_000 }).toEqual(['target.created b']);
  answer();
  await expect.poll(() => hanging.received.length, { timeout: 8_000 }).toBe(20);
  await here.close();
});

it('ends without waiting for a receiver that hangs, and blames nobody for it', async () => {
  const context = await open();
  const { url, received } = await receiver(() => new Promise(() => {}));
  await createWebhook(context, { name: 'w', url, eventTypes: ['target.*'] });
  await create(context, 'a');
  const here = process(platform);
  const looking = here.look();
  await expect.poll(() => received.length).toBe(1);
  await here.close();
  await looking;
  expect(await statesOf(context)).toEqual(['pending']);
  expect((await webhookOf(context)).failingSince).toBeNull();
});

it('reads no more at once than memory can take', async () => {
  const context = await open();
  const { tenantId } = context.caller;
  const { webhook } = await createWebhook(context, {
    name: 'w',
    url: 'http://127.0.0.1:9/',
    eventTypes: ['target.*'],
  });
  for (const name of ['a', 'b', 'c']) await create(context, name);
  const countEach = (count: number) =>
    platform.database.update(auditEvents).set({ count }).where(eq(auditEvents.tenantId, tenantId));
  const read = async () =>
    (await readPendingDeliveries(platform.database, { tenantId, id: webhook.id })).length;
  expect(await read()).toBe(3);
  await countEach(100_000);
  expect(await read()).toBe(2);
  await countEach(1_000_000);
  expect(await read(), 'one at the least').toBe(1);
});

it('does not undo a change because a webhook is deleted meanwhile', async () => {
  const context = await open();
  const { webhook } = await createWebhook(context, { name: 'w', url: 'http://127.0.0.1:9/' });
  let creating: ReturnType<typeof create> | undefined;
  await platform.database.transaction(async (tx) => {
    await tx
      .delete(webhooks)
      .where(and(eq(webhooks.tenantId, context.caller.tenantId), eq(webhooks.id, webhook.id)));
    creating = create(context, 'a');
    creating.catch(() => {});
    await expect.poll(() => waitingForLocks(platform.database)).not.toHaveLength(0);
  });
  expect((await creating)?.created).toHaveLength(1);
  await expect(deleteWebhook(context, { id: webhook.id })).rejects.toMatchObject({
    code: 'WEBHOOK_NOT_FOUND',
  });
});

it('gives what is sent again as long as what is new', async () => {
  const context = await open();
  const { webhook } = await createWebhook(context, {
    name: 'w',
    url: 'http://127.0.0.1:9/',
    eventTypes: ['target.*'],
  });
  await create(context, 'a');
  const days = (n: number) => new Date(Date.now() + n * 24 * HOUR);
  await forgetOldDeliveries(platform.database, days(8));
  expect(await statesOf(context)).toEqual(['failed']);
  const then = { ...context, clock: () => days(9) };
  await redeliver(then, { webhookId: webhook.id, filter: 'state==failed' });
  await forgetOldDeliveries(platform.database, days(10));
  expect(await statesOf(context)).toEqual(['pending']);
});
