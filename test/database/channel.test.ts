import { randomUUID } from 'node:crypto';
import { afterAll, expect, it, vi } from 'vitest';
import { openNotifyChannel } from '../../src/database/channel.ts';
import { openPool } from '../../src/database/connect.ts';
import { openLink } from '../../src/database/link.ts';
import { testConnection } from '../support/database.ts';

const pool = openPool(testConnection(), { connections: 1, prepare: false });
afterAll(() => pool.close());

const say = (message: string) => pool.client`SELECT pg_notify('muster', ${message})`;
const beatOf = (id: string) => say(`heartbeat:${id}`);

async function open() {
  const onGap = vi.fn();
  const onMessage = vi.fn();
  const channel = await openNotifyChannel(testConnection(), { onMessage, onGap }, pool.client);
  expect(onGap).toHaveBeenCalledTimes(1);
  return { channel, onGap, onMessage };
}

it('takes a process that falls silent without a goodbye for one that may have said something', async () => {
  const { channel, onGap } = await open();
  await beatOf(randomUUID());
  await vi.waitFor(() => expect(onGap).toHaveBeenCalledTimes(2), { timeout: 20_000, interval: 50 });
  expect(channel.listening()).toBe(true);
  await channel.close();
});

it('takes nothing amiss of one that says goodbye, or goes on', async () => {
  const { channel, onGap } = await open();
  // It has beaten when it opens, and says goodbye when it closes.
  const other = await open();
  await other.channel.close();
  const alive = randomUUID();
  for (let beats = 0; beats < 9; beats++) {
    await beatOf(alive);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(onGap).toHaveBeenCalledTimes(1);
  await channel.close();
});

it('listens only when it has heard a heartbeat that it sent less than 3 s ago', async () => {
  const said: string[] = [];
  const ear = await openLink(testConnection(), { name: 'ear', onNotify: (message) => said.push(message) });
  await ear.ask('LISTEN muster');
  const { channel, onMessage } = await open();
  await vi.waitFor(() => expect(said).not.toEqual([]));
  expect(channel.listening()).toBe(true);
  // As after a freeze: time has passed, and what comes first was said before.
  const { now } = performance;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 10_000);
  for (const heartbeat of said) await say(heartbeat);
  await say('after them');
  await vi.waitFor(() => expect(onMessage).toHaveBeenCalledWith('after them'));
  expect(channel.listening()).toBe(false);
  await vi.waitFor(() => expect(channel.listening()).toBe(true), 10_000);
  clock.mockRestore();
  await channel.close();
  await ear.end();
});

it('sends what it has to say by another way while it has no link', async () => {
  const unsafe = vi.fn(async () => []);
  const hearing = { onMessage: () => {}, onGap: () => {} };
  const channel = await openNotifyChannel(testConnection(), hearing, { unsafe } as never);
  await channel.publish('by its own link');
  expect(unsafe).not.toHaveBeenCalled();
  await pool.client`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'muster listener'`;
  await channel.publish('by the other');
  expect(unsafe).toHaveBeenCalledWith(expect.any(String), ['muster', 'by the other']);
  await channel.close();
});

it('tells of a gap when the links of all processes were cut, and they hear one another again', async () => {
  const [one, other] = [await open(), await open()];
  await pool.client`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'muster listener'`;
  for (const { onGap } of [one, other])
    await vi.waitFor(() => expect(onGap.mock.calls.length).toBeGreaterThanOrEqual(2), 10_000);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const message = `again ${randomUUID()}`;
    await from.channel.publish(message);
    await vi.waitFor(() => expect(to.onMessage).toHaveBeenCalledWith(message), 10_000);
    expect(to.channel.listening()).toBe(true);
  }
  await Promise.all([one.channel.close(), other.channel.close()]);
});
